"""All addresses of the site."""

from django.urls import URLPattern, URLResolver, include, path

from encore.toolkit.places import tool_urls

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("encore.people.urls")),
    *tool_urls(),
]
