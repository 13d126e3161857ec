"""Addresses under Administration → Import."""

from django.urls import path

from encore.exchange import views

urlpatterns = [
    path("administration/imports/", views.imports, name="imports"),
    path("administration/imports/new/<str:kind>/", views.import_new, name="import_new"),
    path("administration/imports/examples/<str:kind>.csv", views.import_example, name="import_example"),
    path("administration/imports/<uuid:plan>/", views.import_plan, name="import_plan"),
    path("administration/imports/<uuid:plan>/application/", views.import_application, name="import_application"),
    path("administration/imports/<uuid:plan>/progress/", views.import_progress, name="import_progress"),
    path("administration/imports/<uuid:plan>/stop/", views.import_stop, name="import_stop"),
    path("administration/imports/<uuid:plan>/removal/", views.import_removal, name="import_removal"),
    path("administration/imports/<uuid:plan>/result.csv", views.import_result, name="import_result"),
    path("administration/exports/<str:kind>.<str:form>", views.export, name="export"),
]
