"""Addresses of the gradebook. How schemes and columns are written: toolkit.urls.writing."""

from django.urls import path

from encore.tools.gradebook.views import book, bringing, files, grade, signing

urlpatterns = [
    path("", book.index, name="index"),
    path("scheme/", book.scheme, name="scheme"),
    path("learners/<int:enrolment>/", book.learner, name="learner"),
    path("signing-off/", signing.sign, name="sign"),
    path("grades.csv", files.as_csv, name="csv"),
    path("grades.xlsx", files.as_xlsx, name="xlsx"),
    path("import/", bringing.bring, name="import"),
    path("import/<uuid:plan>/", bringing.plan, name="import_plan"),
    path("import/<uuid:plan>/removal/", bringing.removal, name="import_removal"),
    path("<uuid:uuid>/", grade.column, name="column"),
    path("<uuid:uuid>/learners/<int:enrolment>/", grade.grade, name="grade"),
]
