"""Files of courses, classes and who is in them."""

import pytest

from encore.base.reading.errors import FileRefused
from encore.courses.actions.session import add_class, open_without_dates
from encore.courses.models import Course, CourseCategory, CourseTeacher, Enrolment
from encore.exchange.tests.conftest import actions, reasons
from encore.people.actions import create_class, join_class
from encore.people.models import Person, SchoolClass

HEAD = "Code;Title;CourseCategory;CourseCategoryName;Teacher;Language"


@pytest.mark.parametrize(
    ("line", "action", "words"),
    [
        ("BIO;Biology;;;;", "add", None),
        ("BIO;Biology;SC;Science;dolores;english", "add", "Makes the category “Science”."),
        ("BIO;Biology;;;nobody;", "refuse", "Nobody has the username “nobody”."),
        ("BIO;;;;;", "refuse", "There is no title."),
        (";Biology;;;;", "refuse", "There is no code."),
        ("B I O;Biology;;;;", "refuse", "“B I O” cannot be the code of a course"),
        (f"{'B' * 41};Biology;;;;", "refuse", "too long"),
        (f"BIO;{'B' * 251};;;;", "refuse", "too long: at most 250 letters"),
        ("safety;Fire safety;;;;", "nothing", None),
        ("SAFETY;Fire!;;;;", "refuse", "The course “SAFETY” is there, and the file would change it."),
    ],
)
def test_what_a_row_of_courses_would_do(plan, course, dolores, line, action, words):
    made = plan("courses", f"{HEAD}\n{line}\n")

    assert actions(made) == [action], reasons(made)
    assert words is None or any(words in reason for reason in reasons(made)), reasons(made)


def test_courses_come_in_with_category_teachers_and_language(plan, apply, dolores):
    content = f"{HEAD};Visibility\nBIO;Biology;SC;Science;dolores|fred;english;3\nCHE;Chemistry;SC;;;;\n"
    made = plan("courses", content, create_missing=True)
    apply(made)

    biology = Course.objects.select_related("category").get(code="BIO")
    assert any(note.startswith("Visibility is not used: ") for note in made.notes)
    assert list(CourseCategory.objects.values_list("name", "code")) == [("Science", "SC")]
    assert (biology.title, biology.category.name, biology.language) == ("Biology", "Science", "en")
    assert sorted(CourseTeacher.objects.values_list("person__username", flat=True)) == ["dolores", "fred"]
    assert set(actions(plan("courses", content))) == {"nothing"}


def test_courses_are_updated_when_that_is_chosen(plan, apply, course, dolores):
    made = plan("courses", f"{HEAD}\nSAFETY;Fire!;;Safety;dolores;\n", update=True)
    apply(made)

    course.refresh_from_db()
    assert reasons(made) == [
        "Makes the category “Safety”.",
        "Dolores Ruiz becomes its teacher.",
        "Title: “Fire safety” becomes “Fire!”.",
        "Category: “Safety”.",
    ]
    assert (course.title, course.category.name) == ("Fire!", "Safety")


def test_classes_with_another_description_are_refused_or_updated(plan, apply, edna, at):
    create_class("A4", "Twenty people", by=edna, at=at)

    refused = plan("classes", "title,description\na4,Thirty people\nB5,\nb5,\n")
    apply(plan("classes", "title,description\na4,Thirty people\nB5,\n", update=True))

    assert actions(refused) == ["refuse", "add", "refuse"]
    assert list(SchoolClass.objects.values_list("name", "description")) == [("A4", "Thirty people"), ("B5", "")]


def test_an_empty_description_leaves_what_is_there(plan, edna, at):
    create_class("A4", "Twenty people", by=edna, at=at)

    assert actions(plan("classes", "name;description\nA4;\n", update=True)) == ["nothing"]


def test_people_join_classes_and_so_their_sessions(plan, apply, spring, amina, boris, edna, at):
    school_class = create_class("A4", by=edna, at=at)
    join_class(school_class, [boris], by=edna, at=at)
    add_class(spring, school_class, by=edna, at=at)
    made = plan("class-people", "UserName;ClassName\namina;A4\nboris;a4\nnobody;A4\namina;B5\namina;A4\n")

    apply(made, skip_refused=True)

    assert actions(made) == ["add", "nothing", "refuse", "refuse", "refuse"]
    assert reasons(made, 4) == ["“amina” and “A4” are on line 2 already."]
    assert set(Enrolment.objects.values_list("person__username", flat=True)) == {"amina", "boris"}


def test_missing_people_and_classes_are_made_when_that_is_chosen(plan, apply, db):
    apply(plan("class-people", "UserName;ClassName\namina;A4\n", create_missing=True))

    assert SchoolClass.objects.get().members.get().person == Person.objects.get(username="amina")
    assert Person.objects.get().name == "amina"


def test_a_file_for_one_class_need_not_name_it(plan, apply, amina, edna, at):
    school_class = create_class("A4", by=edna, at=at)
    apply(plan("class-people", "username\namina\n", school_class=school_class.pk))

    assert list(school_class.people.all()) == [amina]


def test_a_session_administrator_cannot_reach_sessions_of_others_through_a_class(plan, spring, amina, sara, edna, at):
    school_class = create_class("A4", by=edna, at=at)
    add_class(spring, school_class, by=edna, at=at)

    made = plan("class-people", "UserName;ClassName\namina;A4\n", by=sara)

    assert reasons(made) == ["The class “A4” is in a session that you do not manage."]


def test_people_in_courses(plan, apply, course, amina, dolores, edna, at):
    content = "UserName;CourseCode;Status\namina;SAFETY;5\ndolores;safety;1\nnobody;SAFETY;5\namina;NONE;5\n"
    made = plan("course-people", content)
    apply(made, skip_refused=True)

    assert actions(made) == ["add", "add", "refuse", "refuse"]
    assert open_without_dates(course, by=edna, at=at).enrolments.get().person == amina
    assert course.teachers.get().person == dolores
    assert actions(plan("course-people", content))[:2] == ["nothing", "nothing"]


def test_the_learners_of_one_session(plan, apply, spring, amina, boris):
    content = "username\namina\nboris@example.org\nnobody\nAMINA\n"
    made = plan("session-people", content, session=spring.pk)
    apply(made, skip_refused=True)

    assert actions(made) == ["add", "add", "refuse", "refuse"]
    assert sorted(spring.enrolments.values_list("person__username", flat=True)) == ["amina", "boris"]


def test_the_learners_of_a_session_that_is_not_there(plan, db):
    with pytest.raises(FileRefused, match="There is no such session any more."):
        plan("session-people", "username\namina\n", session=99)
