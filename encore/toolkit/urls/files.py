"""Files of a place."""

from django.urls import path

from encore.toolkit.views import files

urlpatterns = [path("<uuid:uuid>/<str:name>", files.file_show, name="show")]
