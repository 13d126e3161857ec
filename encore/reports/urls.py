"""Addresses of the reports."""

from django.urls import path

from encore.reports import views

urlpatterns = [
    path("reports/people/", views.report_people, name="report_people"),
    path("reports/people/<uuid:person>/", views.report_person, name="report_person"),
    path("reports/sessions/", views.report_sessions, name="report_sessions"),
    path("reports/sessions/<int:session>/", views.report_session, name="report_session"),
]
