"""Power over people, cell by cell: who may do what to whom, through pages, files and commands.

The tables are written by hand from the design's page on access: nobody edits, imports over, grants a role to, resets or
acts as a person who holds a permission they lack themselves, nor acts outside their own sessions.
"""

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.utils import timezone

from encore.courses.actions.session import add_class
from encore.exchange.cells import write_status
from encore.ledger.models import AuditEntry, Mail, PlanRow
from encore.people import actions
from encore.people.confirming import CONFIRMED_AT
from encore.people.models import ClassMember, Person, SchoolClass
from encore.people.words import OFFERED, Permission, Role

AT_FIRST = {Permission.CREATE_PEOPLE, Permission.EDIT_PEOPLE, Permission.IMPORT}
ALL_BUT_ALL = set(Permission) - {Permission.ALL_SESSIONS}

# Each actor: the roles of the platform, what session administrators are permitted, what they are in a place.
ACTORS = {
    "administrator": ([Role.ADMINISTRATOR], set(), ""),
    "runs sessions, permitted nothing": ([Role.SESSION_ADMINISTRATOR], set(), ""),
    "runs sessions, as at first": ([Role.SESSION_ADMINISTRATOR], AT_FIRST, ""),
    "runs sessions, edits alone": ([Role.SESSION_ADMINISTRATOR], {Permission.EDIT_PEOPLE}, ""),
    "runs sessions, deactivates alone": ([Role.SESSION_ADMINISTRATOR], {Permission.DEACTIVATE_PEOPLE}, ""),
    "runs sessions, imports alone": ([Role.SESSION_ADMINISTRATOR], {Permission.IMPORT}, ""),
    "runs sessions, acts as alone": ([Role.SESSION_ADMINISTRATOR], {Permission.ACT_AS}, ""),
    "runs sessions, all but all sessions": ([Role.SESSION_ADMINISTRATOR], ALL_BUT_ALL, ""),
    "runs all sessions": ([Role.SESSION_ADMINISTRATOR], set(Permission), ""),
    "runs sessions and teaches": ([Role.SESSION_ADMINISTRATOR, Role.TEACHER], AT_FIRST, "teacher"),
    "runs sessions and assists": ([Role.SESSION_ADMINISTRATOR], AT_FIRST, "assistant"),
    "teacher": ([Role.TEACHER], set(Permission), "teacher"),
    "HR manager": ([Role.HR_MANAGER], set(Permission), ""),
    "coach": ([], set(Permission), "coach"),
    "nobody": ([], set(Permission), ""),
}
ROLES_OF = {
    "with the role teacher": [Role.TEACHER],
    "with the role HR manager": [Role.HR_MANAGER],
    "runs no session": [Role.SESSION_ADMINISTRATOR],
    "owner elsewhere": [Role.SESSION_ADMINISTRATOR],
    "administrator": [Role.ADMINISTRATOR],
}

# E edit, R send a reset, I invite, O import over, A act as, D deactivate, U reactivate. A dash: none of them.
DEEDS = """
  whom                  | administrator | permitted nothing | as at first | edits | deactivates | imports | acts as | all but all | all     | teaches | assists
  nobody                | ERIOADU       | -                 | ERIO        | ERI   | DU          | -       | A       | ERIOADU     | ERIOADU | ERIO    | ERIO
  learner               | ERIOADU       | -                 | ERIO        | ERI   | DU          | -       | -       | ERIOADU     | ERIOADU | ERIO    | ERIO
  learner elsewhere     | ERIOADU       | -                 | ERIO        | ERI   | DU          | -       | -       | ERIODU      | ERIOADU | ERIO    | ERIO
  coach                 | ERIOADU       | -                 | ERIO        | ERI   | DU          | -       | -       | ERIOADU     | ERIOADU | ERIO    | ERIO
  coach elsewhere       | ERIOADU       | -                 | -           | -     | -           | -       | -       | -           | ERIOADU | -       | -
  general coach elsewhere | ERIOADU     | -                 | -           | -     | -           | -       | -       | -           | ERIOADU | -       | -
  teaches the course    | ERIOADU       | -                 | -           | -     | -           | -       | -       | -           | -       | ERIO    | -
  assists in the course | ERIOADU       | -                 | -           | -     | -           | -       | -       | -           | -       | ERIO    | ERIO
  with the role teacher | ERIOADU       | -                 | -           | -     | -           | -       | -       | -           | -       | ERIO    | -
  with the role HR manager | ERIOADU    | -                 | -           | -     | -           | -       | -       | -           | -       | -       | -
  runs no session       | ERIOADU       | -                 | ERIO        | ERI   | DU          | -       | A       | ERIOADU     | ERIOADU | ERIO    | ERIO
  owner elsewhere       | ERIOADU       | -                 | -           | -     | -           | -       | -       | -           | ERIOADU | -       | -
  administrator         | ERIOADU       | -                 | -           | -     | -           | -       | -       | -           | -       | -       | -
"""  # noqa: E501
POWERLESS = ("teacher", "HR manager", "coach", "nobody")  # whatever the table of another role says

# Which roles the actor may give, to somebody there and to somebody new: A administrator, S session administrator,
# T teacher, H HR manager. By a file and by a page alike, where the actor has both ways.
GRANTS = {
    "administrator": "ASTH",
    "runs sessions, permitted nothing": "-",
    "runs sessions, as at first": "S",
    "runs sessions, edits alone": "S",
    "runs sessions, deactivates alone": "-",
    "runs sessions, imports alone": "-",
    "runs sessions, acts as alone": "-",
    "runs sessions, all but all sessions": "S",
    "runs all sessions": "S",
    "runs sessions and teaches": "ST",
    "runs sessions and assists": "S",
}
# N rename, J let somebody join on the page, F by a file, X delete.
CLASSES = {
    "administrator": ("NJFX", "NJF", "NJF"),
    "runs sessions, permitted nothing": ("NJX", "NJ", "-"),
    "runs sessions, as at first": ("NJFX", "NJF", "-"),
    "runs sessions, edits alone": ("NJX", "NJ", "-"),
    "runs sessions, deactivates alone": ("NJX", "NJ", "-"),
    "runs sessions, imports alone": ("NJFX", "NJF", "-"),
    "runs sessions, acts as alone": ("NJX", "NJ", "-"),
    "runs sessions, all but all sessions": ("NJFX", "NJF", "-"),
    "runs all sessions": ("NJFX", "NJF", "NJF"),
    "runs sessions and teaches": ("NJFX", "NJF", "-"),
    "runs sessions and assists": ("NJFX", "NJF", "-"),
}
LETTERS = {"A": Role.ADMINISTRATOR, "S": Role.SESSION_ADMINISTRATOR, "T": Role.TEACHER, "H": Role.HR_MANAGER}


def deeds():
    """{actor: {whom: letters}}, as the table says; the columns stand in the order of ACTORS."""
    head, *rows = [[cell.strip() for cell in line.split("|")] for line in DEEDS.strip().splitlines()]
    powerful = [actor for actor in ACTORS if actor not in POWERLESS]
    table = {actor: {} for actor in powerful}
    for whom, *cells in rows:
        for actor, cell in zip(powerful, cells, strict=True):
            table[actor][whom] = cell
    assert len(head) == len(powerful) + 1
    nothing = dict.fromkeys(table["administrator"], "-")
    return table | dict.fromkeys(POWERLESS, nothing)


@pytest.fixture
def actor(request, make_person, permit):
    roles, permissions, _place = ACTORS[request.param]
    permit(Role.SESSION_ADMINISTRATOR, *permissions)
    return make_person("actor", "Actor", "One", *roles)


@pytest.fixture
def world(request, actor, make_person, make_course, make_session, edna):
    """The people whom the tables are about, by what they are; `own`: a session of the actor's, `elsewhere` not."""
    names = deeds()["administrator"]
    people = {
        name: make_person(f"p{n}", f"Person{n}", "Known", *ROLES_OF.get(name, [])) for n, name in enumerate(names)
    }
    course = make_course("ETH", "Ethics", teachers=[people["teaches the course"]])
    course.teachers.create(person=people["assists in the course"], kind="assistant")
    place = ACTORS[request.node.callspec.params["actor"]][2]
    if place in ("teacher", "assistant"):
        course.teachers.create(person=actor, kind=place)
    coaches = [people["coach"]] + ([actor] if place == "coach" else [])
    sessions = {
        "own": make_session("Own", [course], learners=[people["learner"]], coaches=coaches, owner=edna),
        "elsewhere": make_session(
            "Elsewhere",
            [course],
            learners=[people["learner elsewhere"]],
            coaches=[people["coach elsewhere"]],
            general=[people["general coach elsewhere"]],
            owner=edna,
        ),
    }
    for name, owner in (("own", actor), ("elsewhere", people["owner elsewhere"])):
        sessions[name].owner = owner
        sessions[name].save(update_fields=["owner"])
    Mail.objects.all().delete()
    return people, sessions


@pytest.fixture
def browser_of(client_of):
    """As `client_of`, where it has just been shown who is there: so nothing is asked again before what is dangerous."""

    def sign_in(person):
        client = client_of(person)
        session = client.session
        session[CONFIRMED_AT] = int(timezone.now().timestamp())
        session.save()
        return client

    return sign_in


def every_actor(test):
    return pytest.mark.parametrize("actor", ACTORS, indirect=True, ids=str)(test)


# The deeds, each tried as somebody would, and believed only for what it left behind


def address(person, page=""):
    return f"/administration/people/{person.uuid}/{page}"


def facts_of(person, **changes):
    names = ("first_name", "last_name", "username", "email", "official_code", "phone", "language", "time_zone")
    return {**{name: getattr(person, name) for name in names}, "roles": sorted(person.roles), **changes}


def sent_to(person, purpose):
    return Mail.objects.filter(person=person, purpose=purpose).exists()


def edits(client, person, **_):
    client.post(address(person, "edit/"), facts_of(person, phone="111"))
    return Person.objects.filter(pk=person.pk, phone="111").exists()


def resets(client, person, **_):
    client.post(address(person, "password-reset/"))
    return sent_to(person, "password_reset")


def invites(client, person, **_):
    client.post(address(person, "invitation/"))
    return sent_to(person, "invitation")


def imports_over(client, person, *, by, plan, apply):
    try:
        made = plan("people", f"LastName;FirstName;UserName;Phone\n;;{person.username};222\n", by=by, update=True)
    except PermissionDenied:
        return False
    row = made.rows.get()
    if row.action == PlanRow.Action.REFUSE:
        assert row.reasons, "a refused row says why"
        return False
    apply(made)
    return Person.objects.filter(pk=person.pk, phone="222").exists()


def acts_as(client, person, **_):
    client.post(address(person, "acting/"), {"reason": "A question"})
    client.post("/acting/end/")
    return AuditEntry.objects.filter(verb="act as", subject_id=person.pk).exists()


def deactivates(client, person, **_):
    client.post(address(person, "deactivation/"))
    return not Person.objects.get(pk=person.pk).is_active


def reactivates(client, person, **_):
    Person.objects.filter(pk=person.pk).update(is_active=False)
    client.post(address(person, "reactivation/"))
    return Person.objects.get(pk=person.pk).is_active


TRIED = {
    "E": edits,
    "R": resets,
    "I": invites,
    "O": imports_over,
    "A": acts_as,
    "D": deactivates,
    "U": reactivates,
}


@every_actor
def test_who_may_do_what_to_whom(request, actor, world, browser_of, plan, apply, edna):
    people, _sessions = world
    known = request.node.callspec.params["actor"]

    more = {"O": {"by": actor, "plan": plan, "apply": apply}}
    done = {}
    for whom, person in people.items():
        letters = [each for each, tried in TRIED.items() if tried(browser_of(actor), person, **more.get(each, {}))]
        done[whom] = "".join(letters) or "-"

    assert done == deeds()[known]


@every_actor
def test_who_may_import_over_whom_by_the_command(request, actor, world, tmp_path):
    people, _sessions = world
    known = request.node.callspec.params["actor"]
    done = {}
    for whom, person in people.items():
        file = tmp_path / "people.csv"
        file.write_text(f"LastName;FirstName;UserName;Phone\n;;{person.username};333\n")
        try:
            call_command("import", "people", str(file), "--as", "actor", "--on-duplicate", "update", "--apply")
        except SystemExit as refused:
            assert refused.code in (1, 2)
        done[whom] = Person.objects.filter(pk=person.pk, phone="333").exists()

    assert done == {whom: "O" in letters for whom, letters in deeds()[known].items()}


NEW = {"first_name": "New", "last_name": "Person", "email": "", "way": "later", "password": ""}


@every_actor
def test_who_may_give_which_role(request, actor, browser_of, plan, apply, make_person):
    known, may = request.node.callspec.params["actor"], ACTORS[request.node.callspec.params["actor"]][1]
    client = browser_of(actor)
    rights = set(Permission) if actor.is_administrator else may if actor.is_session_administrator else set()
    expected = GRANTS.get(known, "-")

    done = {"page": "", "new": "", "file": ""}
    for letter, role in LETTERS.items():
        there, filed = make_person(f"a{letter.lower()}"), make_person(f"f{letter.lower()}")
        client.post(address(there, "edit/"), facts_of(there, roles=[role]))
        client.post("/administration/people/new/", {**NEW, "username": f"n{letter}", "roles": [role]})
        if Permission.IMPORT in rights:
            made = plan(
                "people",
                f"LastName;FirstName;UserName;Status\n;;{filed.username};{write_status({role})}\n",
                by=actor,
                update=True,
            )
            if made.rows.get().action != PlanRow.Action.REFUSE:
                apply(made)
        for way, username in (("page", there.username), ("new", f"n{letter}"), ("file", filed.username)):
            if Person.objects.filter(username=username, **{f"is_{role}": True}).exists():
                done[way] += letter

    given = expected if expected != "-" else ""
    assert done == {
        "page": given if Permission.EDIT_PEOPLE in rights else "",
        "new": given if Permission.CREATE_PEOPLE in rights else "",
        "file": given if {Permission.EDIT_PEOPLE, Permission.IMPORT} <= rights else "",
    }


@every_actor
def test_who_may_change_which_class(request, actor, world, browser_of, plan, apply, make_person, edna, at):
    _people, sessions = world
    known = request.node.callspec.params["actor"]
    client, done = browser_of(actor), []
    for where in ("", "own", "elsewhere"):
        school_class = actions.create_class(f"Class {where}", by=edna, at=at)
        if where:
            add_class(sessions[where], school_class, by=edna, at=at)
        done.append("".join(_class_deeds(client, school_class, actor, plan, apply, make_person, where)) or "-")

    assert tuple(done) == CLASSES.get(known, ("-", "-", "-"))


def _class_deeds(client, school_class, actor, plan, apply, make_person, where):
    page, name = f"/administration/classes/{school_class.uuid}/", school_class.name
    joins, files = make_person(f"j{where}"), make_person(f"f{where}")
    client.post(f"{page}edit/", {"name": f"{name}, renamed", "description": ""})
    if SchoolClass.objects.filter(name=f"{name}, renamed").exists():
        yield "N"
    client.post(f"{page}people/", {"add": joins.pk})
    if ClassMember.objects.filter(school_class=school_class, person=joins).exists():
        yield "J"
    school_class.refresh_from_db()
    try:
        made = plan("class-people", f"UserName;ClassName\n{files.username};{school_class.name}\n", by=actor)
        if made.rows.get().action != PlanRow.Action.REFUSE:
            apply(made)
    except PermissionDenied:
        pass
    if ClassMember.objects.filter(school_class=school_class, person=files).exists():
        yield "F"
    client.post(f"{page}deletion/")
    if not SchoolClass.objects.filter(pk=school_class.pk).exists():
        yield "X"


# The table of permissions: every cell changes an answer


# A page that each cell of the table opens, and nothing else of it does.
OPENS = {
    (Role.SESSION_ADMINISTRATOR, Permission.CREATE_PEOPLE): "/administration/people/new/",
    (Role.SESSION_ADMINISTRATOR, Permission.EDIT_PEOPLE): "/administration/people/{amina}/edit/",
    (Role.SESSION_ADMINISTRATOR, Permission.DEACTIVATE_PEOPLE): "/administration/people/{amina}/deactivation/",
    (Role.SESSION_ADMINISTRATOR, Permission.OPEN_CONTENT): "/sessions/{own}/ETH/",
    (Role.SESSION_ADMINISTRATOR, Permission.SEE_RESULTS): "/sessions/{own}/ETH/learners/",
    (Role.SESSION_ADMINISTRATOR, Permission.IMPORT): "/administration/imports/",
    (Role.SESSION_ADMINISTRATOR, Permission.ALL_SESSIONS): "/administration/sessions/{elsewhere}/",
    (Role.SESSION_ADMINISTRATOR, Permission.ACT_AS): "/administration/people/{amina}/acting/",
    (Role.TEACHER, Permission.CREATE_COURSES): "/administration/courses/new/",
    (Role.HR_MANAGER, Permission.READ_ABOUT_PEOPLE): "/reports/people/",
    (Role.HR_MANAGER, Permission.READ_ABOUT_SESSIONS): "/reports/sessions/",
}


def test_the_table_offers_nothing_that_opens_nothing():
    assert set(OPENS) == {(role, each) for role, offered in OFFERED.items() for each in offered}


@pytest.mark.parametrize(("role", "permission"), OPENS, ids=str)
def test_each_cell_of_the_table_opens_its_page_and_no_other_does(
    role, permission, make_person, make_course, make_session, client_of, permit, amina, edna
):
    actor, course = make_person("actor", "Actor", "One", role), make_course("ETH", "Ethics")
    places = {"own": make_session("Own", [course], owner=edna), "elsewhere": make_session("Elsewhere", owner=edna)}
    places["own"].owner = actor
    places["own"].save(update_fields=["owner"])
    client = client_of(actor)
    url = OPENS[role, permission].format(amina=amina.uuid, **{name: s.pk for name, s in places.items()})

    permit(role, *(set(OFFERED[role]) - {permission}))
    assert client.get(url).status_code in (403, 404)

    permit(role, permission)
    assert client.get(url).status_code == 200


def test_a_permission_withdrawn_after_the_plan_was_made_keeps_it_from_being_applied(plan, apply, sara, permit):
    made = plan("people", "LastName;FirstName;UserName\nA;Ada;ada\n", by=sara)
    permit(Role.SESSION_ADMINISTRATOR, Permission.CREATE_PEOPLE)

    job = apply(made)

    assert (job.state, Person.objects.filter(username="ada").exists()) == ("failed", False)
    assert "does not permit bringing in files" in job.message


@pytest.mark.parametrize("withdrawn", [Permission.CREATE_PEOPLE, Permission.EDIT_PEOPLE])
def test_a_row_that_is_no_longer_permitted_makes_the_plan_out_of_date(plan, apply, sara, amina, permit, withdrawn):
    text = "LastName;FirstName;UserName;Phone\nA;Ada;ada;\n;;amina;444\n".replace(";;amina", "Haddad;Amina;amina")
    made = plan("people", text, by=sara, update=True)
    permit(Role.SESSION_ADMINISTRATOR, *(AT_FIRST - {withdrawn}))

    job = apply(made)

    assert job.state == "failed"
    assert not Person.objects.filter(username="ada").exists()
    assert not Person.objects.filter(phone="444").exists()


def test_rows_that_are_not_permitted_are_refused_in_words(plan, sara, amina, permit):
    permit(Role.SESSION_ADMINISTRATOR, Permission.IMPORT)

    made = plan("people", "LastName;FirstName;UserName\nA;Ada;ada\nHaddad;Emina;amina\n", by=sara, update=True)

    assert [reasons[:1] for reasons in made.rows.order_by("line").values_list("reasons", flat=True)] == [
        ["Your role does not permit creating people."],
        ["Your role does not permit editing people."],
    ]


def test_a_last_day_in_a_file_needs_the_permission_to_deactivate(plan, sara, amina, permit):
    permit(Role.SESSION_ADMINISTRATOR, *AT_FIRST)

    made = plan("people", "LastName;FirstName;UserName;ExpiryDate\n;;amina;2020-01-01\n", by=sara, update=True)

    assert [row.action for row in made.rows.all()] == [PlanRow.Action.REFUSE]


def test_people_missing_from_a_file_of_sessions_are_made_only_where_that_is_permitted(plan, sara, permit):
    permit(Role.SESSION_ADMINISTRATOR, Permission.IMPORT)
    text = "SessionName;Coach;DateStart;DateEnd;Users;Courses\nSpring;;;;zed;\n"

    made = plan("sessions", text, by=sara, create_missing=True)

    assert made.rows.get().reasons == ["Nobody has the username “zed”, and your role does not permit creating people."]
