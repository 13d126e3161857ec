"""All addresses of the site."""

from django.urls import URLPattern, URLResolver, include, path

from encore.toolkit.mounting import tool_urls

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("encore.people.urls")),
    path("", include("encore.courses.urls")),
    path("", include("encore.toolkit.urls.sessions")),
    path("", include("encore.exchange.urls")),
    path("", include("encore.results.urls")),
    path("", include("encore.reports.urls")),
    *tool_urls(),
    path("", include("encore.web.urls")),
]

handler400 = "encore.web.errors.bad_request"
handler403 = "encore.web.errors.not_allowed"
handler404 = "encore.web.errors.not_found"
handler500 = "encore.web.errors.went_wrong"
