"""Addresses of accounts and classes."""

from django.urls import path

from encore.people import views

urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign_in"),
    path("sign-out/", views.SignOut.as_view(), name="sign_out"),
    path("confirm/", views.confirm, name="confirm"),
    path("password/reset/", views.password_reset, name="password_reset"),
    path("password/sent/", views.password_reset_sent, name="password_reset_sent"),
    path("password/done/", views.password_set_done, name="password_set_done"),
    path("password/set/<str:uidb64>/<str:token>/", views.password_set, name="password_set"),
    path("profile/", views.profile, name="profile"),
    path("profile/picture/", views.profile_picture, name="profile_picture"),
    path("profile/password/", views.profile_password, name="profile_password"),
    path("profile/theme/", views.theme, name="theme"),
    path("profile/data/", views.profile_data, name="profile_data"),
    path("profile/data/<uuid:copy>/", views.profile_data_copy, name="profile_data_copy"),
    path("people/find/", views.people_find, name="people_find"),
    path("people/<uuid:person>/picture/", views.person_picture, name="person_picture"),
    path("administration/people/", views.people, name="people"),
    path("administration/people/new/", views.person_new, name="person_new"),
    path("administration/people/<uuid:person>/", views.person, name="person"),
    path("administration/people/<uuid:person>/edit/", views.person_edit, name="person_edit"),
    path("administration/people/<uuid:person>/acting/", views.person_act_as, name="person_act_as"),
    path("acting/end/", views.act_as_end, name="act_as_end"),
    path("administration/people/<uuid:person>/deactivation/", views.person_deactivate, name="person_deactivate"),
    path("administration/people/<uuid:person>/reactivation/", views.person_reactivate, name="person_reactivate"),
    path("administration/people/<uuid:person>/invitation/", views.person_invite, name="person_invite"),
    path("administration/people/<uuid:person>/password-reset/", views.person_reset, name="person_reset"),
    path("administration/people/<uuid:person>/following/", views.person_following, name="person_following"),
    path("administration/permissions/", views.permissions, name="permissions"),
    path("administration/people/<uuid:person>/data/", views.person_data, name="person_data"),
    path("administration/people/<uuid:person>/data/<uuid:copy>/", views.person_data_copy, name="person_data_copy"),
    path("administration/people/<uuid:person>/erasure/", views.person_erasure, name="person_erasure"),
    path("administration/classes/", views.classes, name="classes"),
    path("administration/classes/new/", views.class_new, name="class_new"),
    path("administration/classes/<uuid:school_class>/", views.class_page, name="school_class"),
    path("administration/classes/<uuid:school_class>/people/", views.class_members, name="class_members"),
    path("administration/classes/<uuid:school_class>/edit/", views.class_edit, name="class_edit"),
    path("administration/classes/<uuid:school_class>/deletion/", views.class_delete, name="class_delete"),
]
