"""Addresses of the administration of sessions, courses and categories."""

from django.urls import path

from encore.courses.views import (
    categories,
    checking,
    classes,
    coaches,
    courses,
    enrolments,
    followers,
    lifecycle,
    locks,
    overview,
    personal_time,
    sessions,
    setup,
    state,
    viewing,
)
from encore.courses.views import session_courses as of_courses
from encore.courses.views import session_learners as of_learners

SESSION = "administration/sessions/<int:session>"
PERSON = f"{SESSION}/people/<int:enrolment>"
COACHES = f"{SESSION}/courses/<str:code>/coaches"
COURSE = "administration/courses/<str:code>"

urlpatterns = [
    path("administration/sessions/", sessions.sessions, name="sessions"),
    path("administration/sessions/new/", setup.session_new, name="session_new"),
    path(f"{SESSION}/", overview.session_overview, name="session_overview"),
    path(f"{SESSION}/edit/", setup.session_edit, name="session_edit"),
    path(f"{SESSION}/edit/courses/", of_courses.session_courses, name="session_courses"),
    path(f"{SESSION}/edit/learners/", of_learners.session_learners, name="session_learners"),
    path(f"{SESSION}/state/", state.session_state, name="session_state"),
    path(f"{SESSION}/deletion/", state.session_deletion, name="session_deletion"),
    path(f"{SESSION}/history/", overview.session_history, name="session_history"),
    path(f"{SESSION}/access/", checking.session_access, name="session_access"),
    path(f"{SESSION}/waiting/", enrolments.session_waiting, name="session_waiting"),
    path(f"{SESSION}/locks/", locks.session_locks, name="session_locks"),
    path(f"{SESSION}/coaches/", coaches.session_coaches, name="session_coaches"),
    path(f"{SESSION}/coaches/<int:coach>/", coaches.session_coach, name="session_coach"),
    path(f"{COACHES}/", coaches.session_coaches, name="session_course_coaches"),
    path(f"{COACHES}/<int:coach>/", coaches.session_coach, name="session_course_coach"),
    path(f"{SESSION}/followers/", followers.session_followers, name="session_followers"),
    path(f"{SESSION}/classes/<int:school_class>/removal/", classes.session_class_removal, name="session_class_removal"),
    path(f"{SESSION}/people/change/", lifecycle.session_people_change, name="session_people_change"),
    path(f"{PERSON}/", enrolments.session_person, name="session_person"),
    path(f"{PERSON}/course/", personal_time.session_person_course, name="session_person_course"),
    path("view-as-learner/<int:session>/", viewing.view_as_learner, name="view_as_learner"),
    path("view-as-learner/end/", viewing.view_as_learner_end, name="view_as_learner_end"),
    path("administration/session-categories/", categories.session_category_list, name="session_categories"),
    path("administration/session-categories/order/", categories.session_category_order, name="session_category_order"),
    path("administration/session-categories/<int:category>/", categories.session_category, name="session_category"),
    path(
        "administration/session-categories/<int:category>/deletion/",
        categories.session_category_deletion,
        name="session_category_deletion",
    ),
    path("administration/courses/", courses.courses, name="courses"),
    path("administration/courses/new/", courses.course_new, name="course_new"),
    path(f"{COURSE}/edit/", courses.course_edit, name="course_edit"),
    path(f"{COURSE}/deletion/", courses.course_deletion, name="course_deletion"),
    path(f"{COURSE}/opening/", courses.course_opening, name="course_opening"),
    path("course-pictures/<slug:name>/", courses.course_picture, name="course_picture"),
    path("administration/course-categories/", categories.course_category_list, name="course_categories"),
    path("administration/course-categories/order/", categories.course_category_order, name="course_category_order"),
    path("administration/course-categories/<int:category>/", categories.course_category, name="course_category"),
    path(
        "administration/course-categories/<int:category>/deletion/",
        categories.course_category_deletion,
        name="course_category_deletion",
    ),
]
