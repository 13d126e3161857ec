"""Administration → Courses and categories."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from encore.courses.forms.course import CourseForm
from encore.courses.models import Course, CourseCategory, CourseSession, SessionCategory
from encore.courses.queries.sessions import known_to

COURSES = "/administration/courses/"
KINDS = ["session-categories", "course-categories"]
TYPED = {"code": "FIRE-1", "title": "Fire safety", "language": "en"}


def words(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def picture(size=(1200, 900), kind="PNG"):
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind)
    return SimpleUploadedFile("photo.png", out.getvalue(), content_type="image/png")


@pytest.fixture
def as_edna(client_of, edna):
    return client_of(edna)


# Courses


def test_courses_are_searched_filtered_and_sorted(as_edna, make_course, make_session, dolores):
    category = CourseCategory.objects.create(name="Safety")
    fire = make_course("FIRE", "Fire safety", teachers=[dolores], category=category, language="en")
    make_course("ETH", "Éthique", language="fr")
    make_session("Spring", [fire])

    def found(query):
        return [course.code for course, *_rest in as_edna.get(COURSES + query).context["rows"]]

    assert found("") == ["ETH", "FIRE"]
    assert found("?sort=-title") == ["FIRE", "ETH"]
    assert found("?q=ethique") == ["ETH"]
    assert found(f"?category={category.pk}") == ["FIRE"]
    assert found("?category=none") == ["ETH"]
    assert found("?language=fr") == ["ETH"]
    assert found("?sort=code") == ["ETH", "FIRE"]
    assert found("?sort=-sessions") == ["FIRE", "ETH"]
    assert "Dolores Ruiz" in words(as_edna.get(COURSES))


def test_the_list_asks_as_many_queries_for_thirty_as_for_three(as_edna, make_course, dolores):
    counts = []
    for n in range(30):
        make_course(f"C{n}", teachers=[dolores])
        if n + 1 in (3, 30):
            with CaptureQueriesContext(connection) as asked:
                as_edna.get(COURSES)
            counts.append(len(asked))

    assert counts[0] == counts[1] <= 10


def test_a_course_is_made_with_its_teachers_and_a_small_picture(as_edna, client_of, amina, dolores, chidi):
    people = {"teachers": [dolores.pk], "assistants": [chidi.pk]}

    as_edna.post(f"{COURSES}new/", {**TYPED, **people, "picture": picture()})

    course = Course.objects.get()
    assert {(row.person, row.kind) for row in course.teachers.all()} == {(dolores, "teacher"), (chidi, "assistant")}
    assert Image.open(course.picture).size == (640, 480)
    shown = client_of(amina).get(course.picture_url)
    assert (shown["Content-Type"], shown["X-Content-Type-Options"]) == ("image/webp", "nosniff")
    assert as_edna.get("/course-pictures/0123/").status_code == 404


def test_a_teacher_makes_a_course_and_is_its_teacher(client_of, dolores):
    answer = client_of(dolores).post(f"{COURSES}new/", TYPED)

    assert answer.status_code == 302
    assert [(row.person, row.kind) for row in Course.objects.get().teachers.all()] == [(dolores, "teacher")]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"code": ""}, "code"),
        ({"code": "fire drill"}, "code"),
        ({"code": "eth"}, "code"),
        ({"title": ""}, "title"),
        ({"language": "martian"}, "language"),
        ({"category": "99"}, "category"),
        ({"teachers": ["999"]}, "teachers"),
        ({"picture": SimpleUploadedFile("x.png", b"<script>alert(1)</script>")}, "picture"),
    ],
)
def test_what_is_wrong_is_said_beside_it_and_nothing_is_half_made(as_edna, make_course, typed, field):
    make_course("ETH")

    answer = as_edna.post(f"{COURSES}new/", {**TYPED, **typed})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert Course.objects.count() == 1


def test_nobody_is_teacher_and_assistant(as_edna, dolores):
    answer = as_edna.post(f"{COURSES}new/", {**TYPED, "teachers": [dolores.pk], "assistants": [dolores.pk]})

    assert "Dolores Ruiz: choose teacher or assistant, not both." in words(answer)


def test_editing_changes_what_the_page_showed_and_nobody_else(as_edna, make_course, dolores, chidi, amina, boris):
    course = make_course("ETH", teachers=[dolores, chidi])
    shown = {"teachers_seen": [dolores.pk, chidi.pk]}
    course.teachers.create(person=boris)  # meanwhile, by somebody else

    as_edna.post(
        f"{COURSES}ETH/edit/",
        {"code": "ETH-2", "title": "Ethics", **shown, "teachers": [dolores.pk], "assistants": [chidi.pk]},
    )

    course.refresh_from_db()
    assert (course.code, course.title) == ("ETH-2", "Ethics")
    kinds = {(row.person, row.kind) for row in course.teachers.all()}
    assert kinds == {(dolores, "teacher"), (chidi, "assistant"), (boris, "teacher")}


def test_a_search_for_a_teacher_without_javascript_keeps_what_was_typed(as_edna, dolores):
    answer = as_edna.post(f"{COURSES}new/", {**TYPED, "find": "teachers", "teachers_q": "ruiz"})

    assert [choice["label"] for choice in answer.context["found_teachers"]] == ["Dolores Ruiz"]
    assert "Fire safety" in answer.content.decode()
    assert not Course.objects.exists()


def test_the_picture_is_taken_away(as_edna, make_course):
    make_course("ETH")
    sent = {"code": "ETH", "title": "Ethics"}
    as_edna.post(f"{COURSES}ETH/edit/", {**sent, "picture": picture()})
    assert Course.objects.get().picture_url

    as_edna.post(f"{COURSES}ETH/edit/", {**sent, "remove_picture": "on"})

    assert Course.objects.get().picture_url == ""


def test_a_course_that_is_used_is_not_deleted(as_edna, make_course, make_session):
    make_session("Spring", [make_course("ETH")])
    make_course("LAW")

    assert "1 session uses this course" in words(as_edna.get(f"{COURSES}ETH/deletion/"))
    as_edna.post(f"{COURSES}ETH/deletion/")
    as_edna.post(f"{COURSES}LAW/deletion/")

    assert [course.code for course in Course.objects.all()] == ["ETH"]


def test_who_deletes_a_course_reads_of_its_sessions_those_they_may_know_of(
    client_of, dolores, make_course, make_session
):
    course = make_course("ETH", teachers=[dolores])
    make_session("Spring", [course])
    make_session("Being prepared", [course], state="draft")

    page = words(client_of(dolores).get(f"{COURSES}ETH/deletion/"))

    assert "2 sessions use this course" in page
    assert "Spring" in page
    assert "Being prepared" not in page


def test_an_assistant_knows_of_no_session_but_those_they_coach(amina, dolores, make_course, make_session):
    course = make_course("ETH", teachers=[dolores])
    course.teachers.create(person=amina, kind="assistant")
    spring = make_session("Spring", [course])
    autumn = make_session("Autumn", [course], coaches=[amina])

    assert set(known_to(dolores)) == {spring, autumn}
    assert set(known_to(amina)) == {autumn}


def test_a_course_is_opened_without_dates_once(as_edna, make_course, dolores):
    course = make_course("ETH", "Ethics", teachers=[dolores])

    first = as_edna.post(f"{COURSES}ETH/opening/", follow=True)
    second = as_edna.post(f"{COURSES}ETH/opening/", follow=True)

    session = CourseSession.objects.get()
    assert (session.standing_for, session.state) == (course, "published")
    assert session.session_courses.get().coaches.get().person == dolores
    assert "is open without dates. Now add its learners." in words(first)
    assert "is open without dates already." in words(second)


def test_courses_are_written_by_their_teachers_and_administrators_alone(
    client_of, make_course, dolores, chidi, sara, amina
):
    make_course("ETH", teachers=[dolores])
    make_course("LAW").teachers.create(person=chidi, kind="assistant")

    assert client_of(dolores).get(f"{COURSES}ETH/edit/").status_code == 200
    assert client_of(dolores).get(f"{COURSES}LAW/edit/").status_code == 404
    assert client_of(chidi).get(f"{COURSES}LAW/edit/").status_code == 403
    assert client_of(sara).get(COURSES).status_code == 200
    assert client_of(sara).get(f"{COURSES}ETH/edit/").status_code == 404
    assert client_of(sara).get(f"{COURSES}new/").status_code == 403
    assert client_of(dolores).get(COURSES).status_code == 403
    assert client_of(dolores).post(f"{COURSES}ETH/opening/").status_code == 403
    assert client_of(amina).post(f"{COURSES}ETH/deletion/").status_code == 404
    assert Course.objects.count() == 2


# Categories


@pytest.mark.parametrize("kind", KINDS)
def test_categories_are_added_renamed_ordered_and_deleted(as_edna, kind):
    model = SessionCategory if kind == "session-categories" else CourseCategory
    page = f"/administration/{kind}/"

    for name in ("Spring", "Autumn"):
        as_edna.post(page, {"name": f" {name} "})
    again = as_edna.post(page, {"name": "spring"})
    assert again.status_code == 422
    assert "There is already a category called “spring”." in words(again)

    spring, autumn = model.objects.all()
    as_edna.post(f"{page}order/", {"down": spring.pk})
    assert list(model.objects.all()) == [autumn, spring]
    as_edna.post(f"{page}order/", {"order": [spring.pk, autumn.pk]})
    assert list(model.objects.all()) == [spring, autumn]
    as_edna.post(f"{page}{spring.pk}/", {"name": "Spring 2027"})
    assert as_edna.post(f"{page}{spring.pk}/", {"name": "AUTUMN"}).status_code == 422
    as_edna.post(f"{page}{autumn.pk}/deletion/")

    assert [str(category) for category in model.objects.all()] == ["Spring 2027"]


def test_sessions_stay_when_their_category_goes(as_edna, make_session):
    category = SessionCategory.objects.create(name="Spring")
    session = make_session("S", category=category)
    page = f"/administration/session-categories/{category.pk}/deletion/"

    assert "1 session is filed under it. It stays, without a category." in words(as_edna.get(page))
    as_edna.post(page)

    session.refresh_from_db()
    assert session.category is None


def test_who_runs_sessions_changes_no_category_of_others(client_of, sara, make_session):
    used, own = SessionCategory.objects.create(name="Used"), SessionCategory.objects.create(name="Own")
    make_session("Edna's", category=used)
    make_session("Hers", category=own, owner=sara)
    client = client_of(sara)
    page = "/administration/session-categories/"

    client.post(page, {"name": "New"})
    client.post(f"{page}{own.pk}/", {"name": "Renamed"})
    assert client.post(f"{page}{used.pk}/", {"name": "X"}).status_code == 403
    assert client.post(f"{page}{used.pk}/deletion/").status_code == 403
    assert client.post(f"{page}order/", {"down": used.pk}).status_code == 403
    assert f"{page}{used.pk}/" not in client.get(page).content.decode()

    assert {str(category) for category in SessionCategory.objects.all()} == {"Used", "Renamed", "New"}


@pytest.mark.parametrize("kind", KINDS)
def test_categories_are_closed_to_everybody_else(client_of, amina, dolores, kind):
    for person in (amina, dolores):
        assert client_of(person).get(f"/administration/{kind}/").status_code == 403


def test_no_course_is_called_like_a_page_of_every_session(edna):
    form = CourseForm({"code": "progress", "title": "Making progress"}, person=edna)

    assert form.errors["code"] == ["“progress” is a page of every session. Choose another code."]
