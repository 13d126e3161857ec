"""Two people who transfer at the same moment: nobody waits for ever, nothing is done twice."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from encore.courses.actions.enrolment import enrol, set_state
from encore.courses.actions.session import update_session
from encore.courses.context import here_for
from encore.courses.errors import CannotDo
from encore.courses.models import Enrolment
from encore.toolkit.completion import see
from encore.toolkit.models import Transfer
from encore.toolkit.publishing import create_item, publish
from encore.toolkit.registry import kind_named
from encore.toolkit.scoping import shown_in
from encore.toolkit.transfer import transfer, undo

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*deeds):
    """Does all of it in as many threads; what each came to: its answer, or the error."""
    barrier, outcomes = threading.Barrier(len(deeds)), [None] * len(deeds)

    def run(n, deed):
        try:
            barrier.wait(timeout=10)
            outcomes[n] = deed()
        except Exception as error:
            outcomes[n] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads)
    return outcomes


@pytest.fixture
def sessions(make_course, make_session, amina, boris, edna, at):
    """Two sessions of one course, one person in each, both with something seen."""
    course = make_course("ETH", "Ethics")
    draft = create_item(here_for(edna, at=at, code="ETH"), "page", title="A", content=kind_named("page").content())
    publish([draft], here_for(edna, at=at, code="ETH"))
    both = make_session("Spring", [course], [amina]), make_session("Autumn", [course], [boris])
    for session, person in zip(both, (amina, boris), strict=True):
        here = here_for(person, at=at, session=session.pk, code="ETH")
        see(shown_in(here).get(), here)
    return both


def test_transfers_that_cross_do_not_wait_for_each_other(sessions, amina, boris, edna, at):
    spring, autumn = sessions
    hers, his = Enrolment.objects.get(person=amina), Enrolment.objects.get(person=boris)

    outcomes = at_once(
        lambda: transfer(spring, [hers.pk], autumn, by=edna, at=at, reason="x"),
        lambda: transfer(autumn, [his.pk], spring, by=edna, at=at, reason="x"),
        lambda: set_state(hers, "suspended", by=edna, at=at),
        lambda: update_session(autumn, {"seats": 40}, by=edna, at=at),
    )

    # She may have been transferred before she could be suspended.
    assert [o for o in outcomes if isinstance(o, Exception) and not isinstance(o, CannotDo)] == []
    assert Transfer.objects.count() == 2
    for person, session in ((amina, autumn), (boris, spring)):
        assert Enrolment.objects.get(person=person, session=session).completions.count() == 1


def test_the_same_transfer_sent_twice_is_done_once(sessions, amina, edna, at):
    spring, autumn = sessions
    hers = Enrolment.objects.get(person=amina)

    outcomes = at_once(*[lambda: transfer(spring, [hers.pk], autumn, by=edna, at=at, reason="x")] * 3)

    assert sorted(type(o).__name__ for o in outcomes) == ["CannotDo", "CannotDo", "list"]
    assert Transfer.objects.count() == 1
    assert Enrolment.objects.filter(person=amina, session=autumn).count() == 1


def test_a_transfer_is_taken_back_once(sessions, amina, edna, at):
    spring, autumn = sessions
    (one,) = transfer(spring, [Enrolment.objects.get(person=amina).pk], autumn, by=edna, at=at, reason="x")

    outcomes = at_once(*[lambda: undo(one, by=edna, at=at + timedelta(hours=1))] * 3)

    assert sorted(type(o).__name__ for o in outcomes) == ["CannotDo", "CannotDo", "Transfer"]
    assert Enrolment.objects.get(person=amina, session=spring).completions.count() == 1


def test_transfers_and_enrolments_at_once_keep_the_seats(sessions, make_person, amina, edna, at):
    spring, autumn = sessions
    update_session(autumn, {"seats": 3}, by=edna, at=at)
    people = [make_person(f"p{n}") for n in range(4)]
    enrol([p.pk for p in people], spring, by=edna, at=at)
    theirs = [Enrolment.objects.get(person=p).pk for p in people]
    newcomers = [make_person(f"n{n}") for n in range(3)]

    at_once(
        *[lambda pk=pk: transfer(spring, [pk], autumn, by=edna, at=at, reason="x") for pk in theirs],
        *[lambda p=p: enrol([p.pk], autumn, by=None, at=at, kind="self") for p in newcomers],
    )

    assert Enrolment.objects.filter(session=autumn, state__in=Enrolment.LIVE).count() == 3
