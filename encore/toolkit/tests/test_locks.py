"""What coaches meet where something is locked for them, on every page that would have the control."""

import pytest

from encore.courses.actions.locks import lift_lock, set_lock
from encore.courses.models import SessionCourse
from encore.courses.words import LockKind
from encore.toolkit.models import Draft, ItemSettings, ToolSettings
from encore.toolkit.tests.places import text

VISIBILITY, ADDITIONS = LockKind.TOOL_VISIBILITY, LockKind.COACH_ADDITIONS
WORDS = {VISIBILITY: "Locked by Sara Lindqvist: Exam week", ADDITIONS: "Locked by Sara Lindqvist: Accredited"}
REASONS = {VISIBILITY: "Exam week", ADDITIONS: "Accredited"}
PAGES = ("documents:index", "links:index", "description:index", "tools:index", "changes:index")


@pytest.fixture
def lock(autumn, sara, at):
    """lock(ADDITIONS) locks it in Amina's session."""

    def do(*kinds):
        for kind in kinds:
            set_lock(SessionCourse.objects.filter(session=autumn), kind, reason=REASONS[kind], by=sara, at=at)

    return do


@pytest.fixture
def base(write, place, dolores):
    """One thing of each tool, published in the course."""
    here = place(dolores)
    return {
        "documents": write(here, "Rules"),
        "links": write(here, "Site", kind="link", url="https://example.org/"),
        "description": write(here, "Aims", kind="section", text="<p>Aims</p>"),
    }


@pytest.mark.parametrize("tool", ["documents", "links", "description"])
def test_the_menu_of_an_item_says_who_locked_what_and_why(get, place, chidi, autumn, base, lock, tool):
    free = text(get(place(chidi, autumn), f"{tool}:index"))
    assert "Make this session" in free
    assert ">Hide<" in free

    lock(VISIBILITY, ADDITIONS)

    shown = text(get(place(chidi, autumn), f"{tool}:index"))
    assert WORDS[VISIBILITY] in shown
    assert WORDS[ADDITIONS] in shown
    assert "Make this session" not in shown
    assert ">Hide<" not in shown
    assert "menu-item-locked" in shown


@pytest.mark.parametrize("route", ["documents:index", "links:index", "description:index"])
def test_the_lock_stands_where_one_would_add(get, place, chidi, autumn, lock, route):
    lock(ADDITIONS)

    shown = text(get(place(chidi, autumn), route))

    assert WORDS[ADDITIONS] in shown
    assert "/new/" not in shown


def test_locked_tools_are_shown_in_their_order_without_the_means_to_change_it(get, post, place, chidi, autumn, lock):
    lock(VISIBILITY)
    here = place(chidi, autumn)

    shown = get(here, "tools:index")
    refused = post(here, "tools:index", {"tool": "links", "visible": "no"})

    assert shown.status_code == 200
    assert WORDS[VISIBILITY] in text(shown)
    assert 'name="visible"' not in text(shown)
    assert refused.status_code == 403
    assert WORDS[VISIBILITY] in text(refused)
    assert not ToolSettings.objects.filter(session_course__isnull=False).exists()


def test_a_draft_written_before_the_lock_stays_and_is_not_published(get, post, place, write, chidi, autumn, lock):
    here = place(chidi, autumn)
    write(here, "Mine", published=False)
    draft = Draft.objects.get()
    lock(ADDITIONS)

    shown = text(get(here, "changes:index"))
    post(here, "changes:index", {"draft": f"{draft.pk}:{draft.stamp}"})

    assert WORDS[ADDITIONS] in shown
    assert Draft.objects.filter(pk=draft.pk).exists()


@pytest.mark.parametrize(
    ("kind", "route", "sent"),
    [
        (ADDITIONS, "documents:dates", {"due": "end - 1 days"}),
        (ADDITIONS, "documents:edit", {"title": "Other", "text": "<p>x</p>"}),
        (VISIBILITY, "documents:visibility", {"visible": "no"}),
    ],
)
def test_what_is_locked_is_refused_by_address_with_the_reason(
    post, place, chidi, autumn, base, lock, kind, route, sent
):
    lock(kind)

    answer = post(place(chidi, autumn), route, sent, uuid=base["documents"].uuid)

    assert answer.status_code == 403
    assert WORDS[kind] in text(answer)
    assert not ItemSettings.objects.filter(session_course__isnull=False).exists()


@pytest.mark.parametrize("route", PAGES)
def test_a_lock_of_one_thing_leaves_the_other_free_and_learners_read_nothing_of_it(
    get, place, amina, chidi, carla, spring, autumn, base, lock, route
):
    lock(VISIBILITY)

    coach = text(get(place(chidi, autumn), route))
    elsewhere = text(get(place(carla, spring), route))
    learner = text(get(place(amina, autumn), route))

    assert WORDS[ADDITIONS] not in coach
    for page in (elsewhere, learner):
        assert "Exam week" not in page


def test_whoever_manages_the_session_is_not_bound(get, post, place, edna, autumn, base, lock):
    lock(VISIBILITY, ADDITIONS)
    here = place(edna, autumn)

    shown = text(get(here, "documents:index"))
    post(here, "documents:visibility", {"visible": "no"}, uuid=base["documents"].uuid)

    assert "Locked by" not in shown
    assert ItemSettings.objects.get(session_course__isnull=False).visible is False


def test_a_lifted_lock_is_gone(get, place, chidi, autumn, lock, sara, at):
    lock(ADDITIONS)

    lift_lock(SessionCourse.objects.filter(session=autumn), ADDITIONS, by=sara, at=at)

    assert "/new/" in text(get(place(chidi, autumn), "documents:index"))


def test_nobody_is_offered_to_go_on_with_a_locked_draft(get, place, write, chidi, autumn, lock):
    here = place(chidi, autumn)
    draft = write(here, "Mine", published=False)
    assert "/edit/" in text(get(here, "documents:preview", uuid=draft.uuid))
    lock(ADDITIONS)

    for page in (get(here, "documents:preview", uuid=draft.uuid), get(here, "changes:index")):
        assert "/edit/" not in text(page)
        assert WORDS[ADDITIONS] in text(page)
