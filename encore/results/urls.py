"""Addresses of results: a learner's own, and those of the learners one coaches."""

from django.urls import path

from encore.results import views

urlpatterns = [
    path("results/", views.my_results, name="my_results"),
    path("results/<int:enrolment>/", views.my_result, name="my_result"),
    path("to-mark/", views.to_mark, name="to_mark"),
    path("sessions/<int:session>/<str:code>/learners/", views.learners, name="learners"),
    path("sessions/<int:session>/<str:code>/learners/message/", views.learners_message, name="learners_message"),
    path("sessions/<int:session>/<str:code>/learners/<int:enrolment>/", views.learner, name="learner"),
    path("sessions/<int:session>/progress/", views.session_progress, name="session_progress"),
    path("sessions/<int:session>/<str:code>/progress/", views.heat_map, name="heat_map"),
    path("sessions/<int:session>/<str:code>/progress/<uuid:uuid>/", views.item_progress, name="item_progress"),
]
