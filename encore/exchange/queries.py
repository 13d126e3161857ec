"""Finds plans and counts their rows."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Case, IntegerField, QuerySet, Value, When

from encore.exchange.kinds import KINDS
from encore.ledger.models import Plan, PlanRow
from encore.people.models import Person

Action = PlanRow.Action
# Refused rows first: they are what a person has to look at.
ORDER = (Action.REFUSE, Action.ADD, Action.CHANGE, Action.NOTHING)
KEEP_READY = timedelta(days=14)


def plans_of(person: Person) -> QuerySet[Plan]:
    """The plans of this page's kinds that this person may see: administrators all, others their own."""
    plans = Plan.objects.select_related("by", "job").filter(kind__in=KINDS)
    return plans if person.is_administrator else plans.filter(by=person)


def counts_of(plan: Plan) -> dict[str, int]:
    """How many rows there are of each action, in the order of the screen; counted when the plan was made."""
    counts = plan.options.get("counts", {})
    return {action: counts.get(action, 0) for action in ORDER}


def rows_of(plan: Plan, action: str = "") -> QuerySet[PlanRow]:
    """The rows of a plan, of one action or all: refused ones first, then by line."""
    rows = plan.rows.defer("data")
    if action in Action.values:
        return rows.filter(action=action).order_by("line", "id")
    rank = Case(
        *(When(action=action, then=Value(place)) for place, action in enumerate(ORDER)), output_field=IntegerField()
    )
    return rows.order_by(rank, "line", "id")


def forgotten_plans(at: datetime) -> QuerySet[Plan]:
    """Plans that nobody applied or discarded in a long time."""
    return Plan.objects.filter(state__in=[Plan.State.READY, Plan.State.STALE], at__lt=at - KEEP_READY)


def orphaned_plans() -> QuerySet[Plan]:
    """Plans being applied by a job that will never do it."""
    return Plan.objects.filter(state=Plan.State.APPLYING, job__state__in=["failed", "cancelled"])
