"""What people tells to those above it, and asks them."""

from dataclasses import dataclass

from django.dispatch import Signal

# Told, inside the transaction: (school_class=, people=[ids of those who really joined or left], by=, at=).
class_joined = Signal()
class_left = Signal()

# Asked: (school_classes=[ids], by=). A receiver answers a list of ClassUse. Who uses a class keeps it from being
# deleted; a use that `by` may not change keeps them from changing who is in the class.
class_uses = Signal()

# Asked: (people=[ids], by=), never for an administrator. A receiver answers the ids of those who hold, in some place
# (a course they teach, a session that `by` does not manage), a permission that `by` lacks.
place_powers = Signal()

# Asked: (people=[ids], by=), never for an administrator. A receiver answers the ids of those who see something, in some
# place, that `by` may not see there: nobody acts as them.
place_sights = Signal()

# Told, inside the transaction, before a person loses their name: (person=, by=, at=). By is None on the command line.
person_erasing = Signal()

# Asked: (person=, by=, at=), before somebody is erased. A receiver answers a list of Loss.
person_losses = Signal()

# Asked: (person=, by=). A receiver answers a list of PersonSection, shown on the person's page.
person_sections = Signal()


@dataclass(frozen=True, slots=True)
class ClassUse:
    """A class is used: `label` and `url` name the session, `may_change` says whether `by` manages it."""

    school_class: int
    label: str
    url: str
    may_change: bool


@dataclass(frozen=True, slots=True)
class PersonSection:
    """A part of a person's page that another package provides: a template and what it is shown with."""

    template: str
    context: dict


@dataclass(frozen=True, slots=True)
class Loss:
    """What ends for others, or goes to somebody else, when a person is erased: a sentence, and where it is seen."""

    sentence: str
    url: str = ""


def answers(responses: list) -> list:
    """All that the receivers of an asking signal answered, as one list."""
    return [answer for _receiver, response in responses for answer in response or ()]
