"""Repeats for tests: written on the page, checked and started, as a person does."""

import datetime as dt
from typing import Any

from accounts.mail.models import OutgoingMail
from accounts.people.models import Person
from messaging.compose import services as compose
from messaging.compose.typed import Picked, Typed
from messaging.contacts.models import Contact, Group
from messaging.repeats import engine, services
from messaging.repeats.models import Occurrence, OccurrenceState, Repeat
from messaging.sending.models import Batch
from messaging.tests.make import NOW
from smsportal.lib.ids import uuid7
from smsportal.lib.walltime import LONDON

WEEKLY = {"every": "week", "days": ["4"], "until": "2026-06-19", "skip": ""}


def london(day: int, hour: int = 9, minute: int = 0, month: int = 5) -> dt.datetime:
    return dt.datetime(2026, month, day, hour, minute, tzinfo=LONDON).astimezone(dt.UTC)


FRIDAY = london(15)  # the first time


def make_repeat(
    person: Person,
    *,
    now: dt.datetime = NOW,
    groups: list[Group] | None = None,
    contacts: list[Contact] | None = None,
    repeat: dict[str, Any] | None = None,
    **typed: Any,
) -> Repeat:
    """Every Friday at 9:00am from 15 May to 19 June 2026, unless something else is typed."""
    uids = tuple(str(each.uid) for each in groups or [])
    people = tuple(str(each.uid) for each in contacts or [])
    chosen: dict[str, Any] = {
        "groups": Picked(uids),
        "contacts": Picked(people),
        "body": "Labs are at 2pm.",
        "is_later": True,
        "date": "2026-05-15",
        "time": "09:00",
        "repeat": {**WEEKLY, **(repeat or {})},
        **typed,
    }
    if not uids and not people:
        chosen.setdefault("numbers", "07700 900001, 07700 900002")
    draft = compose.save(uid=uuid7(), typed=Typed(**chosen), by=person, now=now)
    return services.start(draft=draft, by=person, now=now)


def come_round(now: dt.datetime) -> list[Occurrence]:
    """What beat and the worker do at that moment; answers what was seen to."""
    services.run_due(now=now)
    due = list(Occurrence.objects.filter(state=OccurrenceState.DUE).values_list("pk", flat=True))
    for pk in due:
        services.run(occurrence_id=pk, now=now)
    engine.end_exhausted(now=now)
    return list(Occurrence.objects.filter(pk__in=due))


def only(repeat: Repeat) -> Occurrence:
    return repeat.occurrences.get()


def numbers(batch: Batch) -> list[str]:
    return sorted(batch.messages.values_list("number", flat=True))


def mails() -> list[tuple[str, str]]:
    return list(OutgoingMail.objects.order_by("pk").values_list("to", "subject"))
