"""The tools of a place themselves."""

from django.urls import path

from encore.toolkit.views import tools

urlpatterns = [path("", tools.index, name="index")]
