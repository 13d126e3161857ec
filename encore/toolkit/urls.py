"""Files of a place."""

from django.urls import path

from encore.toolkit import views

urlpatterns = [path("<uuid:uuid>/<str:name>", views.file_show, name="show")]
