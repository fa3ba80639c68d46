"""What repeats, when it goes next, and what became of it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, Min, OuterRef, QuerySet, Subquery

from accounts.people.models import Person
from messaging.compose.models import Draft
from messaging.compose.pattern import Pattern, odd_words
from messaging.compose.queries import ledgers
from messaging.compose.queries.ledgers import Token
from messaging.repeats.models import Occurrence, OccurrenceState, Repeat, RepeatState
from smsportal.lib import walltime
from smsportal.lib.words import short_day

STATES: dict[str, tuple[str, ...]] = {
    "": (RepeatState.ACTIVE, RepeatState.PAUSED),
    "ended": (RepeatState.ENDED,),
}


def listed(person: Person, show: str = "") -> QuerySet[Repeat]:
    """The soonest first; of those that have ended, the last to end."""
    found = (
        Repeat.objects.visible_to(person)
        .select_related("person")
        .filter(state__in=STATES.get(show, STATES[""]))
    )
    ended = Occurrence.objects.filter(repeat=OuterRef("pk")).exclude(state=OccurrenceState.DUE)
    found = found.annotate(last_id=Subquery(ended.order_by("-wall").values("pk")[:1]))
    return found.order_by(F("next_at").asc(nulls_last=True), "-ended_at", "-pk")


@dataclass(frozen=True)
class Line:
    repeat: Repeat
    last: Occurrence | None


def lines(repeats: Iterable[Repeat]) -> list[Line]:
    """Each with what became of the last time; one query for all."""
    found = list(repeats)
    ids = [each.last_id for each in found if each.last_id]  # type: ignore[attr-defined]
    last = Occurrence.objects.select_related("batch").in_bulk(ids)
    return [Line(each, last.get(each.last_id)) for each in found]  # type: ignore[attr-defined]


def overdue(since: dt.datetime) -> dt.datetime | None:
    """When the first was due that no worker has seen to since then; None when all is well."""
    unseen = Repeat.objects.live().filter(next_at__lt=since).aggregate(first=Min("next_at"))
    due = Occurrence.objects.filter(state=OccurrenceState.DUE, due_at__lt=since)
    found = [unseen["first"], due.aggregate(first=Min("due_at"))["first"]]
    return min(filter(None, found), default=None)


def occurrences(repeat: Repeat) -> QuerySet[Occurrence]:
    return repeat.occurrences.select_related("batch").order_by("-wall")


def chosen(repeat: Repeat) -> list[Token]:
    """Whom it goes to, by source, with the count of the day on which that was chosen."""
    return ledgers.ledger(Draft(basket_id=repeat.basket_id)).tokens


@dataclass(frozen=True)
class Ahead:
    """When it goes, in words."""

    count: int
    first: list[str]
    odd: list[str]  # what the clocks do to some of them
    left_out: list[str]  # its dates on which it does not go
    strange: list[str]  # dates to leave out that are none of its dates
    next_on: dt.date | None

    @property
    def rest(self) -> int:
        return self.count - len(self.first)


def over_words(person: Person, part_count: int) -> str:
    """Why it would go no time at all, however much is left; "" when it would."""
    department = person.department
    if part_count > department.parts_per_batch_cap:
        return (
            f"One message of {department} may be at most {department.parts_per_batch_cap:,} texts."
        )
    most = person.parts_per_day_cap
    if most is not None and part_count > most:
        return f"You may send {most:,} text{'' if most == 1 else 's'} a day."
    return ""


def ahead(pattern: Pattern, *, now: dt.datetime, shown: int = 5) -> Ahead:
    today = walltime.day_of(now)

    def said(day: dt.date) -> str:
        return short_day(day, today=today)

    goes = list(pattern.ahead(now))
    out = sorted(day for day in pattern.left_out if day >= today)
    own = set(pattern.dates(today))
    return Ahead(
        count=len(goes),
        first=[said(day) for day in goes[:shown]],
        odd=[f"{said(day)}: {odd}" for day in goes if (odd := odd_words(pattern.wall(day)))],
        left_out=[said(day) for day in out if day in own],
        strange=[said(day) for day in out if day not in own],
        next_on=goes[0] if goes else None,
    )
