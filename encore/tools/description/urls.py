"""Addresses of the description, in a course and in a course of a session. How it is written: toolkit.urls.writing."""

from django.urls import path

from encore.tools.description import views

urlpatterns = [path("", views.index, name="index")]
