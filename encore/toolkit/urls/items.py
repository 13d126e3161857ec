"""Items by their uuid alone: leads to the page of the tool they belong to, and is told how long that is used."""

from django.urls import path

from encore.toolkit.views import items

urlpatterns = [
    path("<uuid:uuid>/", items.item_open, name="open"),
    path("<uuid:uuid>/activity/", items.item_activity, name="activity"),
]
