"""`encore decide`: what a line may hold, what is answered, and that one bad line never stops the rest."""

import io
import json
import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from encore.courses.management.commands.decide import answers
from encore.courses.question import ROLES, answer_line
from encore.courses.rules import EnrolmentTerms, Spell, Standing, Terms, decide, list_of
from encore.courses.words import Access, ListName, Reason, Sight

AT = "2026-09-15T12:00:00Z"
DATES = {"opens_at": "2026-09-01T00:00:00+02:00", "closes_at": "2026-10-01T00:00:00+02:00"}
ANSWER = {"level", "sees", "reason", "since", "until", "list"}


def ask(*roles: str, at: str = AT, **rest) -> dict:
    return answer_line(json.dumps({"roles": roles, "at": at, **rest}))


# Answers


def test_a_question_with_everything():
    session = {
        "time_zone": "Europe/Brussels",
        "state": "published",
        **DATES,
        "coach_days_before": 7,
        "coach_days_after": 14,
        "coach_opens_at": None,
        "coach_closes_at": None,
        "duration_days": None,
        "after_end": "read_only",
    }
    enrolment = {
        "state": "active",
        "opens_at": None,
        "closes_at": None,
        "extra_days": 3,
        "first_entered_at": "2026-09-02T08:00:00Z",
    }

    assert ask("learner", session=session, enrolment=enrolment, excluded=False) == {
        "level": "WORK",
        "sees": ["CONTENT", "TALK"],
        "reason": "open",
        "since": "2026-08-31T22:00:00Z",
        "until": "2026-10-03T22:00:00Z",
        "list": "current",
    }


def test_what_is_absent_is_an_endless_published_session_in_utc():
    assert ask("learner", enrolment={"state": "active"}) == {
        "level": "WORK",
        "sees": ["CONTENT", "TALK"],
        "reason": "open",
        "since": None,
        "until": None,
        "list": "current",
    }


@pytest.mark.parametrize(
    ("role", "level", "sees", "reason", "found"),
    [
        ("learner", "WORK", ["CONTENT", "TALK"], "open", "current"),
        ("course_coach", "COACH", ["CONTENT", "PEOPLE", "TALK"], "open", "current"),
        ("general_coach", "COACH", ["CONTENT", "PEOPLE", "TALK"], "open", "current"),
        ("other_course_coach", "LISTED", [], "other_course", "current"),
        ("session_admin_owner", "MANAGE", [], "manages", None),
        ("session_admin", "NONE", [], "no_role", None),
        ("course_teacher", "READ", ["CONTENT"], "teaches", None),
        ("hr_manager", "LISTED", [], "follows", None),
        ("administrator", "MANAGE", ["CONTENT", "PEOPLE", "TALK"], "manages", None),
        ("none", "NONE", [], "no_role", None),
    ],
)
def test_each_role(role, level, sees, reason, found):
    answer = ask(role, session=DATES, enrolment={"state": "active"})

    assert (answer["level"], answer["sees"], answer["reason"], answer["list"]) == (level, sees, reason, found)


@pytest.mark.parametrize(
    ("role", "permissions", "level", "sees"),
    [
        ("session_admin_owner", ["open_content"], "MANAGE", ["CONTENT"]),
        ("session_admin_owner", ["see_results"], "MANAGE", ["PEOPLE", "TALK"]),
        ("session_admin", ["open_content", "see_results"], "NONE", []),
        ("session_admin", ["all_sessions"], "MANAGE", []),
        ("session_admin", ["all_sessions", "open_content", "see_results"], "MANAGE", ["CONTENT", "PEOPLE", "TALK"]),
        ("learner", ["all_sessions", "open_content", "see_results"], "NONE", []),
        ("session_admin_owner", None, "MANAGE", []),
    ],
)
def test_what_the_table_permits_a_session_administrator(role, permissions, level, sees):
    answer = ask(role, permissions=permissions)

    assert (answer["level"], answer["sees"]) == (level, sees)


@pytest.mark.parametrize("permissions", [["import"], "all_sessions", [[]], [1]])
def test_a_permission_that_decides_nothing_here_is_an_error(permissions):
    assert "permissions" in ask("session_admin", permissions=permissions)["error"]


def test_the_ten_roles_are_all_tried():
    mark = next(mark for mark in test_each_role.pytestmark if mark.name == "parametrize")

    assert [case[0] for case in mark.args[1]] == list(ROLES)


@pytest.mark.parametrize(
    ("roles", "rest", "expected"),
    [
        (["learner"], {}, ("NONE", "no_role", None)),
        (["learner"], {"enrolment": None}, ("NONE", "no_role", None)),
        (["none"], {"enrolment": {"state": "active"}}, ("NONE", "no_role", None)),
        ([], {}, ("NONE", "no_role", None)),
        (["learner"], {"enrolment": {"state": "active"}, "excluded": True}, ("NONE", "excluded", "current")),
        (["learner", "hr_manager"], {"enrolment": {"state": "suspended"}}, ("LISTED", "suspended", "current")),
        (["none", "session_admin", "course_teacher"], {}, ("READ", "teaches", None)),
        (["course_coach", "course_coach"], {"session": {"state": "draft"}}, ("COACH", "open", "current")),
        (["course_coach"], {"session": {"duration_days": 5}}, ("COACH", "duration_running", "current")),
        (["course_coach"], {"session": {"duration_days": 5, "coach_closes_at": AT}}, ("READ", "ended", "past")),
        (["learner"], {"enrolment": {"state": "completed"}}, ("READ", "completed", "past")),
    ],
)
def test_roles_and_circumstances(roles, rest, expected):
    answer = ask(*roles, **rest)

    assert (answer["level"], answer["reason"], answer["list"]) == expected


@pytest.mark.parametrize(
    "text",
    [
        "2026-09-15T12:00:00Z",
        "2026-09-15T12:00:00.000000Z",
        "2026-09-15T12:00Z",
        "2026-09-15 12:00:00+00:00",
        "2026-09-15T14:00:00+02:00",
        "2026-09-15T17:45:00+05:45",
        "20260915T120000Z",
    ],
)
def test_instants_may_be_written_in_each_way_of_iso_8601(text):
    answer = ask("learner", session={"opens_at": text}, enrolment={"state": "active"}, at="2026-10-01T00:00:00Z")

    assert answer["since"] == "2026-09-15T12:00:00Z"


def test_fractions_of_a_second_are_kept():
    answer = ask("learner", session={"opens_at": "2026-09-01T00:00:00.25Z"}, enrolment={"state": "active"})

    assert answer["since"] == "2026-09-01T00:00:00.250000Z"


# Errors


@pytest.mark.parametrize(
    ("question", "error"),
    [
        ({}, "at is missing. Give the moment that is asked about: 2026-09-01T08:00:00Z."),
        ({"at": None, "roles": []}, "at is missing. Give the moment that is asked about: 2026-09-01T08:00:00Z."),
        ({"at": AT}, f"roles is missing. Give a list of {', '.join(ROLES)}."),
        ({"at": AT, "roles": "learner"}, 'roles is "learner". It must be a list of words.'),
        (
            {"at": AT, "roles": ["pupil"]},
            f'roles holds "pupil", which is not a role. The roles are {", ".join(ROLES)}.',
        ),
        (
            {"at": AT, "roles": [["none"]]},
            f'roles holds ["none"], which is not a role. The roles are {", ".join(ROLES)}.',
        ),
        (
            {"at": AT, "roles": [], "when": AT},
            '"when" is not known here. The keys are roles, permissions, session, enrolment, excluded, at.',
        ),
        (
            {"at": AT, "roles": [], "enrolment": {"state": "active", "days": 3}},
            '"enrolment.days" is not known here. '
            "The keys are state, opens_at, closes_at, extra_days, first_entered_at.",
        ),
        ({"at": AT, "roles": [], "session": []}, "session is []. It must be an object."),
        ({"at": AT, "roles": [], "enrolment": "active"}, 'enrolment is "active". It must be an object.'),
        (
            {"at": AT, "roles": ["learner"], "enrolment": {}},
            "enrolment.state is missing. Give one of active, suspended, withdrawn, completed.",
        ),
        ({"at": AT, "roles": [], "excluded": 0}, "excluded is 0. It must be true or false."),
        (
            {"at": AT, "roles": [], "session": {"state": "Published"}},
            'session.state is "Published". It must be one of draft, published, cancelled, archived.',
        ),
        (
            {"at": AT, "roles": [], "session": {"after_end": "readonly"}},
            'session.after_end is "readonly". It must be one of read_only, open, closed.',
        ),
        (
            {"at": AT, "roles": [], "session": {"duration_days": 5, **DATES}},
            "session.duration_days stands together with dates: a session has either dates or a duration.",
        ),
        (
            {"at": AT, "roles": [], "session": {"duration_days": 0, "closes_at": AT}},
            "session.duration_days stands together with dates: a session has either dates or a duration.",
        ),
    ],
)
def test_an_error_names_the_field_and_what_it_must_be(question, error):
    assert answer_line(json.dumps(question)) == {"error": error}


@pytest.mark.parametrize("value", [-1, True, False, 1.0, 1e300, "3", [], {}])
@pytest.mark.parametrize("field", ["coach_days_before", "coach_days_after", "duration_days"])
def test_days_are_whole_numbers_from_zero_up(field, value):
    error = ask("none", session={field: value})["error"]

    assert error.startswith(f"session.{field} is ")
    assert error.endswith(". It must be a whole number of days, 0 or more.")


@pytest.mark.parametrize("value", [-1, True, 1.5])
def test_extra_days_are_checked_even_where_the_enrolment_is_not_asked(value):
    error = ask("none", enrolment={"state": "active", "extra_days": value})["error"]

    assert error.startswith("enrolment.extra_days is ")


@pytest.mark.parametrize(
    "value",
    [
        "2026-09-15T12:00:00",
        "2026-09-15",
        "2026-09-15Z",
        "2026-09-15x12:00:00Z",
        "2026-02-30T12:00:00Z",
        "2026-09-15T25:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "yesterday",
        "",
        "\ud800",
        1789000000,
        True,
    ],
)
@pytest.mark.parametrize(
    ("where", "field"),
    [("session", "opens_at"), ("session", "coach_closes_at"), ("enrolment", "first_entered_at"), (None, "at")],
)
def test_an_instant_needs_a_date_a_time_and_an_offset(where, field, value):
    question = {"roles": [], "at": AT, "session": {}, "enrolment": {"state": "active"}}
    (question[where] if where else question)[field] = value

    error = answer_line(json.dumps(question))["error"]

    assert error.startswith(f"{where}.{field} is " if where else f"{field} is ")
    assert "It must be an instant with an offset" in error


@pytest.mark.parametrize(
    "value",
    ["Europe/Bruxelles", "", "CEST+2", "../etc/passwd", "/etc/localtime", "Europe", "localtime", "a\0b", 2, True],
)
def test_a_zone_is_one_of_the_iana_zones(value):
    error = ask("none", session={"time_zone": value})["error"]

    assert error.startswith("session.time_zone is ")
    assert error.endswith(". It must be an IANA time zone such as Europe/Brussels.")


@pytest.mark.parametrize("days", [10**7, 10**12, 10**40])
def test_days_beyond_the_calendar_are_an_error_and_no_crash(days):
    answer = ask("learner", session=DATES, enrolment={"state": "active", "extra_days": days})

    assert answer == {"error": "With so many days the dates lie beyond the calendar, which ends with the year 9999."}


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("nope", "The line is not JSON: Expecting value at character 1."),
        ('{"at": ', "The line is not JSON: Expecting value at character 8."),
        ("{} {}", "The line is not JSON: Extra data at character 4."),
        ("[]", "The line is []. It must be a JSON object."),
        ("null", "The line is null. It must be a JSON object."),
        ('"learner"', 'The line is "learner". It must be a JSON object.'),
        ("", "The line is empty. Each line holds one question as a JSON object."),
        ('{"at": NaN}', "The line is not JSON: NaN is not a number."),
        ('{"at": 1, "at": 2}', '"at" is given twice.'),
        (f'{{"at": {"9" * 5000}}}', "The line holds a number with too many digits."),
        ("[" * 100_000, "The line is nested too deep to be read."),
    ],
)
def test_a_malformed_line_says_what_is_malformed(line, error):
    assert answer_line(line) == {"error": error}


def test_a_long_value_is_cut_in_the_error():
    error = ask("none", session={"state": "x" * 10_000})["error"]

    assert len(error) < 200


# Lines


def good(level: str = "MANAGE") -> bytes:
    role = {"MANAGE": "administrator", "NONE": "none"}[level]
    return json.dumps({"roles": [role], "at": AT}).encode()


def kinds(stream: bytes) -> list[str]:
    return [answer.get("level", "error") for answer in answers(io.BytesIO(stream))]


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (b"", []),
        (b"\n\n", []),
        (good(), ["MANAGE"]),
        (good() + b"\n", ["MANAGE"]),
        (good() + b"\nnope\n" + good("NONE") + b"\n", ["MANAGE", "error", "NONE"]),
        (good() + b"\n\n\n" + good("NONE") + b"\n\n  \n", ["MANAGE", "error", "error", "NONE"]),
        (b"\n" + good(), ["error", "MANAGE"]),
        (good() + b"\r\n" + good("NONE") + b"\r\n", ["MANAGE", "NONE"]),
        (b"\xef\xbb\xbf" + good() + b"\n" + good("NONE"), ["MANAGE", "NONE"]),
        (b"\xff\xfe\n" + good(), ["error", "MANAGE"]),
    ],
)
def test_each_line_has_its_answer_and_a_bad_one_stops_nothing(stream, expected):
    assert kinds(stream) == expected


def test_lines_may_come_as_text():
    assert [answer["level"] for answer in answers(io.StringIO("\N{BYTE ORDER MARK}" + good().decode()))] == ["MANAGE"]


def test_the_command_reads_and_prints_json_lines(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(good() + b"\nnope\n" + good("NONE"))))
    printed = io.StringIO()

    call_command("decide", stdout=printed)

    lines = [json.loads(line) for line in printed.getvalue().splitlines()]
    assert [set(line) for line in lines] == [ANSWER, {"error"}, ANSWER]
    assert [line.get("level") for line in lines] == ["MANAGE", None, "NONE"]


def test_the_command_answers_each_line_before_it_reads_the_next():
    command = [sys.executable, "-m", "django", "decide", "--settings=encore.config.test_settings"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ
    ) as process:
        for level in ("MANAGE", "NONE", "MANAGE"):
            process.stdin.write(good(level) + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["level"] == level
        process.stdin.close()
        assert (process.stdout.read(), process.stderr.read()) == (b"", b"")
    assert process.returncode == 0


def test_the_command_stops_quietly_when_nobody_reads_on():
    command = [sys.executable, "-m", "django", "decide", "--settings=encore.config.test_settings"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ
    ) as process:
        process.stdin.write(good() + b"\n")
        process.stdin.flush()
        process.stdout.readline()
        process.stdout.close()
        process.stdin.write(good() + b"\n")
        process.stdin.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


# The same function as every page


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | st.sampled_from([AT, *ROLES]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
days = st.none() | st.integers(0, 5)
moments = st.none() | st.integers(-200, 200).map(
    lambda hours: datetime.fromtimestamp(1790000000 + 3600 * hours, UTC).isoformat()
)
sessions = st.fixed_dictionaries(
    {},
    optional={
        "time_zone": st.sampled_from(["UTC", "Europe/Brussels", "Pacific/Apia"]),
        "state": st.sampled_from(["draft", "published", "cancelled", "archived"]),
        "opens_at": moments,
        "closes_at": moments,
        "coach_days_before": days,
        "coach_days_after": days,
        "coach_opens_at": moments,
        "coach_closes_at": moments,
        "duration_days": days,
        "after_end": st.sampled_from(["read_only", "open", "closed"]),
    },
)
enrolments = st.fixed_dictionaries(
    {"state": st.sampled_from(["active", "suspended", "withdrawn", "completed"])},
    optional={"opens_at": moments, "closes_at": moments, "extra_days": days, "first_entered_at": moments},
)
questions = st.fixed_dictionaries(
    {
        "roles": st.lists(st.sampled_from(ROLES), max_size=3),
        "session": sessions,
        "enrolment": st.none() | enrolments,
        "excluded": st.booleans(),
        "at": moments.filter(bool),
    }
)


@settings(deadline=None)
@given(questions)
def test_a_well_formed_question_has_an_answer_in_the_closed_words(question):
    answer = answer_line(json.dumps(question))
    session = question["session"]

    if session.get("duration_days") is not None and (session.get("opens_at") or session.get("closes_at")):
        assert set(answer) == {"error"}
    else:
        assert set(answer) == ANSWER
        assert answer["level"] in Access.__members__
        assert set(answer["sees"]) <= set(Sight.__members__)
        assert answer["reason"] in [str(reason) for reason in Reason]
        assert answer["list"] in [None, *(str(name) for name in ListName)]
        for bound in (answer["since"], answer["until"]):
            assert bound is None or datetime.fromisoformat(bound).tzinfo == UTC


@settings(deadline=None)
@given(
    st.dictionaries(st.sampled_from(["roles", "session", "enrolment", "excluded", "at"]), json_values)
    | questions.flatmap(
        lambda question: st.sampled_from(sorted(question)).flatmap(
            lambda key: json_values.map(lambda value: {**question, key: value})
        )
    )
)
def test_whatever_stands_in_a_line_it_is_answered(question):
    answer = answer_line(json.dumps(question))

    assert set(answer) in (ANSWER, {"error"})
    assert json.dumps(answer).isascii()


@given(st.text())
def test_a_line_of_anything_is_answered(line):
    assert set(answer_line(line)) in (ANSWER, {"error"})


def test_the_answer_is_the_rules_own():
    standing = Standing(enrolment=EnrolmentTerms(extra_days=2), general_coach=(Spell(),))
    closes_at = datetime.fromisoformat(DATES["closes_at"]).astimezone(UTC)
    terms = Terms(closes_at=closes_at, coach_days_after=5)
    at = datetime.fromisoformat("2026-10-02T12:00:00+00:00")

    answer = ask(
        "learner",
        "general_coach",
        session={"closes_at": DATES["closes_at"], "coach_days_after": 5},
        enrolment={"state": "active", "extra_days": 2},
        at=at.isoformat(),
    )

    decision = decide(standing, terms, at)
    assert answer["level"] == decision.level.name
    assert answer["sees"] == sorted(sight.name for sight in decision.sees)
    assert answer["reason"] == decision.reason
    assert answer["until"] == "2026-10-05T22:00:00Z"
    assert datetime.fromisoformat(answer["until"]) == decision.until
    assert answer["list"] == list_of(standing, terms, at)
