"""Addresses of links, in a course and in a course of a session. How items are written: toolkit.urls.writing."""

from django.urls import path

from encore.tools.links import views

urlpatterns = [
    path("", views.index, name="index"),
    path("<uuid:uuid>/", views.follow, name="follow"),
]
