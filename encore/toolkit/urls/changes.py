"""What is written in a place and not published yet."""

from django.urls import path

from encore.toolkit.views import changes

urlpatterns = [path("", changes.changes, name="index")]
