"""Marked guards tell who reaches them and what they answer; a mutant gets into a program that runs."""

import importlib
from types import SimpleNamespace

import pytest

from encore.proofs.mutants import mutants_of
from encore.proofs.reach import NO, REACHED, REFUSED, YES, Reach, marked, units_of
from encore.proofs.swapping import CannotSwap, swap

VIEW = b"""
def show(here, things):
    require(here)
    return "all" if here.may("manage") else things.filter(
        session=here.session,
    )


def filtered(view):
    limit = 3
    def guarded(here):
        return view(here) if here.may(limit) else None
    return guarded


seen_by_all = filtered(lambda here: "seen")
"""


class Refused(Exception):
    pass


class Things:
    def filter(self, **words):
        return words


def place(may, refuses=False):
    return SimpleNamespace(may=lambda action: may, session="A", refuses=refuses)


def require(here):
    if here.refuses:
        raise Refused


@pytest.fixture
def guards():
    return {mutant.kind: mutant for mutant in mutants_of(VIEW, "encore/x/queries.py")}


@pytest.fixture
def seen(guards, monkeypatch):
    """What was noted when two asked and a third was refused."""
    reach = Reach()
    monkeypatch.setattr("builtins.guard_seen", reach._seen, raising=False)
    monkeypatch.setattr("builtins.guard_asked", reach._asked, raising=False)
    module = {"require": require}
    exec(marked(VIEW, {mutant.watched: mutant for mutant in mutants_of(VIEW, "x")}.values()), module)
    for who, here in (("manager", place(True)), ("learner", place(False)), ("late", place(True, refuses=True))):
        reach.turn_to((who, ""))
        try:
            module["show"](here, Things())
        except Refused:
            pass
    reach.turn_to(None)
    return {(what, who) for (_name, what), units in reach.seen.items() for who, _view in units}


def test_marks_note_who_came_how_far(seen):
    assert seen == {
        *((YES, "manager"), (NO, "learner")),  # the question
        *((REACHED, "manager"), (REACHED, "learner"), (REFUSED, "late")),  # the demand, and what is found
    }


def test_what_answers_yes_anyway_tells_nothing_of_a_mutant_that_always_does():
    question = next(mutant for mutant in mutants_of(VIEW, "x") if mutant.kind == "question")
    name = f"x:{question.watched[0]}:{question.watched[1]}"

    assert units_of(question, {(name, YES): {("one", "")}, (name, NO): {("other", "")}}) == {("other", "")}


@pytest.fixture
def program(tmp_path, monkeypatch):
    (tmp_path / "swapped_here.py").write_bytes(VIEW)
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module("swapped_here")
    module.require = require
    return module


def test_a_mutant_gets_into_functions_that_are_held_already(program, tmp_path):
    held = program.seen_by_all
    last = [mutant for mutant in mutants_of(VIEW, "swapped_here.py") if mutant.kind == "question"][-1]
    assert held(place(False)) is None

    swap(last, tmp_path)

    assert held(place(False)) == "seen"


def test_what_only_runs_while_it_is_imported_is_not_swapped(tmp_path):
    source = b"managers = roles_required('manager')\n"
    (tmp_path / "later.py").write_bytes(source)

    with pytest.raises(CannotSwap):
        swap(*mutants_of(source, "later.py"), tmp_path)
