"""Addresses of tests, in a course and in a course of a session. How items are written: toolkit.urls.writing."""

from django.urls import path

from encore.tools.quizzes.views import (
    attempt,
    bank,
    bringing,
    figures,
    files,
    marking,
    regrading,
    result,
    settings,
    tests,
)

ATTEMPT = "attempts/<uuid:attempt>"

urlpatterns = [
    path("", tests.index, name="index"),
    path("questions/", bank.bank, name="bank"),
    path("questions/import/", bringing.bring, name="import"),
    path("questions/import/<uuid:plan>/", bringing.plan, name="import_plan"),
    path("questions/import/<uuid:plan>/removal/", bringing.removal, name="import_removal"),
    path("questions/export/", bringing.take_questions_out, name="export"),
    path("questions/moving/", bank.moving, name="move_questions"),
    path("questions/in/<uuid:uuid>/", bank.bank, name="category"),
    path("questions/<uuid:uuid>/", bank.question, name="question"),
    path("questions/<uuid:uuid>/copy/", bank.copy, name="copy"),
    path("<uuid:uuid>/settings/", settings.settings, name="settings"),
    path("<uuid:uuid>/exceptions/", settings.exceptions, name="exceptions"),
    path("<uuid:uuid>/exceptions/<int:enrolment>/", settings.exception, name="exception"),
    path("<uuid:uuid>/regrade/", regrading.regrade, name="regrade"),
    path("<uuid:uuid>/questions/", bank.choose, name="choose"),
    path("<uuid:uuid>/", tests.show, name="show"),
    path("<uuid:uuid>/trial/", tests.trial, name="trial"),
    path(f"{ATTEMPT}/", attempt.page, name="attempt"),
    path(f"{ATTEMPT}/answers/", attempt.answers, name="answers"),
    path(f"{ATTEMPT}/check/<int:position>/", attempt.check, name="check"),
    path(f"{ATTEMPT}/hand-in/", attempt.handing_in, name="hand_in"),
    path(f"{ATTEMPT}/files/<int:position>/", files.upload, name="upload_answer"),
    path(f"{ATTEMPT}/files/<int:position>/<uuid:file>/", files.answer_file, name="answer_file"),
    path(f"{ATTEMPT}/result/", result.result, name="result"),
    path("marking/", marking.to_mark, name="to_mark"),
    path("marking/<uuid:uuid>/", marking.attempts, name="attempts"),
    path("marking/<uuid:uuid>/figures/", figures.figures, name="figures"),
    path("marking/<uuid:uuid>/<uuid:question>/", marking.by_question, name="mark_question"),
    path("marking/attempts/<uuid:attempt>/", marking.by_learner, name="mark_attempt"),
]
