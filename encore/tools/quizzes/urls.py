"""Addresses of tests, in a course and in a course of a session. How items are written: toolkit.urls.writing."""

from django.urls import path

from encore.tools.quizzes.views import attempt, files, result, tests

ATTEMPT = "attempts/<uuid:attempt>"

urlpatterns = [
    path("", tests.index, name="index"),
    path("<uuid:uuid>/", tests.show, name="show"),
    path("<uuid:uuid>/trial/", tests.trial, name="trial"),
    path(f"{ATTEMPT}/", attempt.page, name="attempt"),
    path(f"{ATTEMPT}/answers/", attempt.answers, name="answers"),
    path(f"{ATTEMPT}/check/<int:position>/", attempt.check, name="check"),
    path(f"{ATTEMPT}/hand-in/", attempt.handing_in, name="hand_in"),
    path(f"{ATTEMPT}/files/<int:position>/", files.upload, name="upload_answer"),
    path(f"{ATTEMPT}/files/<int:position>/<uuid:file>/", files.answer_file, name="answer_file"),
    path(f"{ATTEMPT}/result/", result.result, name="result"),
]
