"""Addresses of the pages of no single feature: home, sessions and courses as places, search, mail, health."""

from django.urls import path

from encore.web import views

urlpatterns = [
    path("", views.home, name="home"),
    path("search/", views.search, name="search"),
    path("sessions/<int:session>/", views.session_page, name="session_page"),
    path("sessions/<int:session>/<str:code>/", views.course_in_session, name="course_in_session"),
    path("courses/", views.my_courses, name="my_courses"),
    path("courses/<str:code>/", views.course_home, name="course_home"),
    path("administration/audit/", views.audit, name="audit"),
    path("administration/audit.csv", views.audit_export, name="audit_export"),
    path("administration/mail/", views.mails, name="mails"),
    path("administration/mail/<int:mail>/", views.mail_page, name="mail"),
    path("health/live/", views.health_live, name="health_live"),
    path("health/ready/", views.health_ready, name="health_ready"),
]
