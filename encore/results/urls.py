"""Addresses of results: a learner's own, and those of the learners one coaches."""

from django.urls import path

from encore.results import views

urlpatterns = [
    path("sessions/<int:session>/<str:code>/learners/", views.learners, name="learners"),
]
