"""Addresses of links, in a course and in a course of a session."""

from django.urls import path

from encore.tools.links import views

urlpatterns = [path("", views.index, name="index")]
