"""Administration → Import: choosing a file, the plan, applying it, the result; exports."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from encore.exchange.tests.conftest import workbook
from encore.ledger.models import Job, Plan
from encore.ledger.worker import Worker
from encore.people.actions import create_class
from encore.people.models import Person

PEOPLE = "LastName;FirstName;UserName;Shoe\nA;Ada;ada;38\nB;Bea;bea;39\n"
BAD = "LastName;FirstName;UserName\nA;Ada;ada\nC;;cid\n"


@pytest.fixture
def upload(client_of):
    def post(by, kind="people", content=PEOPLE, name="people.csv", query="", **fields):
        data = content.encode() if isinstance(content, str) else content
        fields = {"on_duplicate": "refuse", **fields, "file": SimpleUploadedFile(name, data)}
        return client_of(by).post(reverse("import_new", args=[kind]) + query, fields)

    return post


def text(response) -> str:
    return " ".join(response.content.decode().split())


def test_a_file_becomes_a_plan_that_is_shown_and_nothing_is_written(upload, client_of, edna):
    response = upload(edna)

    plan = Plan.objects.get()
    page = text(client_of(edna).get(response.url))
    assert response.url == reverse("import_plan", args=[plan.uuid])
    assert (plan.title, plan.by) == ("people.csv", edna)
    assert "Adds 2 people." in page
    assert "Add 2</span>" in page
    assert "This column is not known and was not read: Shoe." in page
    assert "Ada A (ada)" in page
    assert not Person.objects.filter(username="ada").exists()


def test_the_whole_way_to_the_result(upload, client_of, edna, at):
    plan_url = upload(edna).url
    client = client_of(edna)
    plan = Plan.objects.get()

    pressed = client.post(reverse("import_application", args=[plan.uuid]))
    running = text(client.get(plan_url))
    progress = client.get(reverse("import_progress", args=[plan.uuid]), headers={"HX-Request": "true"})
    Worker(lambda: at, heartbeat=False).drain()
    over = client.get(reverse("import_progress", args=[plan.uuid]), headers={"HX-Request": "true"})
    done = text(client.get(plan_url))
    result = b"".join(client.get(reverse("import_result", args=[plan.uuid])).streaming_content).decode("utf-8-sig")

    assert pressed.url == plan_url
    assert "Applying the plan" in running
    assert "<html" not in progress.content.decode()
    assert over.headers["HX-Redirect"] == plan_url
    assert "2 added, 0 changed, 0 as they were, 0 skipped." in done
    assert Person.objects.filter(username__in=["ada", "bea"]).count() == 2
    assert result.splitlines()[:2] == [
        "Line;What happens;To what;Why;Done",
        "2;Add;Ada A (ada);Has no password yet: invite them when you are ready.;yes",
    ]


def test_refused_rows_hold_the_plan_back_until_they_are_skipped(upload, client_of, edna):
    upload(edna, content=BAD)
    plan = Plan.objects.get()
    address = reverse("import_application", args=[plan.uuid])

    held = client_of(edna).post(address)
    skipped = client_of(edna).post(address, {"skip_refused": "yes"})

    assert held.status_code == 422
    assert "1 row is refused, so nothing is applied." in text(held)
    assert skipped.status_code == 302
    assert Job.objects.count() == 1


def test_a_file_that_cannot_be_read_says_so_beside_the_field_and_keeps_the_choices(upload, edna):
    response = upload(edna, content="Town\nGhent\n", on_duplicate="update", create_missing="on")

    page = text(response)
    assert response.status_code == 422
    assert "The columns LastName, FirstName, UserName are missing." in page
    assert not Plan.objects.exists()
    assert response.context["form"]["on_duplicate"].value() == "update"
    assert response.context["form"]["create_missing"].value() is True


def test_without_a_file_the_form_asks_for_one(client_of, edna):
    response = client_of(edna).post(reverse("import_new", args=["people"]), {"on_duplicate": "refuse"})

    assert response.status_code == 422
    assert "file" in response.context["form"].errors


def test_an_empty_file_says_that_it_is_empty(upload, edna):
    assert "The file is empty." in text(upload(edna, content=""))


def test_a_workbook_is_taken_whatever_its_name(upload, edna):
    upload(edna, content=workbook(["LastName", "FirstName", "UserName"], ["A", "Ada", "ada"]), name="people.data")

    assert Plan.objects.get().rows.get().action == "add"


def test_a_plan_can_be_discarded(upload, client_of, edna):
    upload(edna)
    plan = Plan.objects.get()

    client_of(edna).post(reverse("import_removal", args=[plan.uuid]))

    plan.refresh_from_db()
    assert plan.state == Plan.State.DISCARDED


def test_a_job_can_be_stopped(upload, client_of, edna):
    upload(edna)
    plan = Plan.objects.get()
    client = client_of(edna)
    client.post(reverse("import_application", args=[plan.uuid]))

    client.post(reverse("import_stop", args=[plan.uuid]))
    page = text(client.get(reverse("import_plan", args=[plan.uuid])))

    assert Job.objects.get().state == "cancelled"
    assert "Add 2</span>" in page  # ready again


def test_a_file_for_one_session(upload, client_of, edna, amina, spring):
    missing = client_of(edna).get(reverse("import_new", args=["session-people"]))
    response = upload(edna, kind="session-people", content="username\namina\n", query=f"?session={spring.pk}")

    assert missing.status_code == 404
    assert "Enrols 1 person." in text(client_of(edna).get(response.url))


def test_a_file_for_one_class(upload, edna, amina, at):
    school_class = create_class("A4", by=edna, at=at)

    upload(edna, kind="class-people", content="username\namina\n", query=f"?class={school_class.uuid}")

    assert Plan.objects.get().rows.get().subject == "amina → A4"


# Who may


ROUTES = ["imports", "import_new", "import_example"]


@pytest.mark.parametrize("who", ["amina", "dolores", "henri"])
@pytest.mark.parametrize("route", ROUTES)
def test_it_is_for_administrators_and_session_administrators(request, client_of, who, route):
    person = request.getfixturevalue(who)
    address = reverse(route, args=[] if route == "imports" else ["people"])

    assert client_of(person).get(address).status_code == 403


def test_courses_are_brought_in_by_administrators_only(client_of, edna, sara):
    address = reverse("import_new", args=["courses"])

    assert client_of(edna).get(address).status_code == 200
    assert client_of(sara).get(address).status_code == 403
    assert reverse("import_new", args=["courses"]) not in text(client_of(sara).get(reverse("imports")))


@pytest.mark.parametrize("route", ["import_plan", "import_progress", "import_result"])
def test_plans_of_others_do_not_exist_for_a_session_administrator(upload, client_of, edna, sara, route):
    upload(edna)
    address = reverse(route, args=[Plan.objects.get().uuid])

    assert client_of(sara).get(address).status_code == 404


@pytest.mark.parametrize("route", ["import_application", "import_removal", "import_stop"])
def test_nor_can_they_be_touched(upload, client_of, edna, sara, route):
    upload(edna)
    plan = Plan.objects.get()

    assert client_of(sara).post(reverse(route, args=[plan.uuid])).status_code == 404
    plan.refresh_from_db()
    assert plan.state == Plan.State.READY


def test_a_session_of_somebody_else_takes_no_file(client_of, sara, spring):
    address = reverse("import_new", args=["session-people"]) + f"?session={spring.pk}"

    assert client_of(sara).get(address).status_code == 404


# Exports


def test_people_are_written_as_csv_and_as_a_workbook(client_of, edna, amina):
    as_csv = client_of(edna).get(reverse("export", args=["people", "csv"]))
    as_workbook = client_of(edna).get(reverse("export", args=["people", "xlsx"]))

    assert "Haddad;Amina;amina@example.org;amina;" in b"".join(as_csv.streaming_content).decode()
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(as_workbook.streaming_content))).active
    assert [cell.value for cell in sheet[3]][:2] == ["Haddad", "Amina"]


def test_a_session_administrator_exports_sessions_of_their_own(client_of, sara, spring):
    response = client_of(sara).get(reverse("export", args=["sessions", "csv"]))

    assert b"Spring" not in b"".join(response.streaming_content)


@pytest.mark.parametrize("name", [("grades", "csv"), ("people", "pdf")])
def test_what_cannot_be_exported_is_not_there(client_of, edna, name):
    assert client_of(edna).get(reverse("export", args=name)).status_code == 404


# Queries


@pytest.mark.parametrize("refused", [False, True])
def test_a_plan_page_asks_as_much_for_thirty_rows_as_for_three(
    plan, client_of, edna, django_assert_num_queries, refused
):
    client = client_of(edna)
    for rows in (3, 30):
        content = "LastName;FirstName;UserName\n" + "".join(f"A;{'' if refused else 'x'};u{n}\n" for n in range(rows))
        made = plan("people", content, by=edna)
        with django_assert_num_queries(4):  # sign-in twice, the plan, its rows
            client.get(reverse("import_plan", args=[made.uuid]))


def test_the_list_of_plans_asks_as_much_for_thirty_as_for_three(plan, client_of, edna, django_assert_num_queries):
    client = client_of(edna)
    for count in (3, 22):
        for _plan in range(count):
            plan("people", PEOPLE, by=edna)
        with django_assert_num_queries(4):  # sign-in twice, how many plans, the plans
            client.get(reverse("imports"))


def test_a_plan_for_many_rows_asks_as_much_as_for_few(plan, course, django_assert_max_num_queries):
    def file(rows):
        lines = [f"A;Ada;u{n};u{n}@example.org;teacher;SAFETY;C{n}" for n in range(rows)]
        return "\n".join(["LastName;FirstName;UserName;Email;Status;Courses;ClassId", *lines]) + "\n"

    for rows in (3, 300):
        with django_assert_max_num_queries(25):
            plan("people", file(rows), create_missing=True)


def test_what_a_file_holds_is_shown_as_text_and_once_escaped(upload, client_of, edna):
    content = "LastName;FirstName;UserName\nO'Neil & <b>Sons</b>;Ada;ada\n;<script>alert(1)</script>;bea\n"
    response = upload(edna, content=content, name="a & <i>b</i>.csv")

    page = client_of(edna).get(response.url).content.decode()
    assert "Ada O&#x27;Neil &amp; &lt;b&gt;Sons&lt;/b&gt; (ada)" in page
    assert "<script>alert" not in page
    assert "<i>b</i>" not in page
    assert "&amp;amp;" not in page and "&amp;lt;" not in page


@pytest.mark.parametrize("content", [PEOPLE.encode(), workbook(["LastName", "FirstName", "UserName"], ["A", "A", "a"])])
def test_a_large_upload_is_read_from_where_it_was_put_and_then_gone(upload, edna, settings, tmp_path, content):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 0
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)

    assert upload(edna, content=content).status_code == 302
    assert list(tmp_path.iterdir()) == []
