"""Addresses of documents, in a course and in a course of a session. How items are written: toolkit.urls.writing."""

from django.urls import path

from encore.tools.documents import views

urlpatterns = [
    path("", views.index, name="index"),
    path("files/", views.upload, name="upload_files"),
    path("<uuid:uuid>/", views.show, name="show"),
    path("<uuid:uuid>/files/", views.upload, name="upload_files_into"),
]
