"""Addresses of documents, in a course and in a course of a session."""

from django.urls import path

from encore.tools.documents import views

urlpatterns = [path("", views.index, name="index")]
