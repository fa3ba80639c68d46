"""The list of messages: which are looked for, and what one line says of each."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import TypedDict
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.people.models import Person
from messaging.contacts.models import Contact
from messaging.history.queries import GROUPS, Row
from messaging.sending.models import GOING, Batch, Message
from messaging.sending.states import BatchState
from smsportal.lib import phones, walltime
from smsportal.lib.words import clock_with_seconds, money, when

STATUS_FILTERS = {
    "scheduled": (BatchState.SCHEDULED, BatchState.HELD),
    "running": (BatchState.RUNNING,),
    "paused": (BatchState.PAUSED,),
    "stopped": (BatchState.STOPPED,),
    "finished": (BatchState.FINISHED,),
    "cancelled": (BatchState.CANCELLED,),
}


class Line(TypedDict):
    """What the list says of a message. A mapping: a template reads it fastest, and has many."""

    uid: UUID
    wording: str
    is_emergency: bool
    origin: str
    state: str
    state_words: str
    sent: str
    summary: str
    is_under_way: bool
    bar: tuple[int, int, int] | None  # delivered, not delivered, all
    people: str
    cost: str


class TextLine(TypedDict):
    """What the page of a message says of one text."""

    name: str
    number: str
    state: str
    words: str
    notes: tuple[str, ...]
    time: str
    charged: str


def find(
    person: Person,
    *,
    words: str = "",
    status: str = "",
    having: str = "",
    by: str = "",
    source: str = "",
    from_on: dt.date | None = None,
    until_on: dt.date | None = None,
) -> QuerySet[Batch]:
    """Batches that `person` may see, newest first; the filters of the page, all optional."""
    batches = Batch.objects.visible_to(person)
    if status in STATUS_FILTERS:
        batches = batches.filter(state__in=STATUS_FILTERS[status])
    if having in GROUPS:
        batches = batches.filter(tally__has_any_keys=sorted(map(str, GROUPS[having])))
    if by:
        batches = batches.filter(person__uid=by)
    if source:
        batches = batches.filter(source=source)
    if from_on:
        batches = batches.filter(send_at__gte=walltime.start_of(from_on))
    if until_on:
        batches = batches.filter(send_at__lt=walltime.start_of(until_on + dt.timedelta(days=1)))
    if words.strip():
        batches = batches.filter(_about(person, words.strip()))
    return batches.order_by("-send_at", "-pk")


def lines(batches: Iterable[Batch], viewer: Person, *, now: dt.datetime) -> Iterator[Line]:
    for batch in batches:
        bad_count = batch.not_delivered_count
        yield Line(
            uid=batch.uid,
            wording=batch.wording,
            is_emergency=batch.is_emergency,
            origin=_origin(batch, viewer),
            state=batch.state,
            state_words=batch.get_state_display(),
            sent=when(batch.send_at, now=now),
            summary=batch.summary,
            is_under_way=batch.is_under_way,
            bar=(batch.delivered_count, bad_count, batch.person_count)
            if bad_count or batch.state in GOING
            else None,
            people=f"{batch.person_count:,}",
            cost=money(batch.shown_cost_tenths),
        )


def _origin(batch: Batch, viewer: Person) -> str:
    """From CHEM, repeating. Whoever does not send sees who did."""
    if batch.source == "email":
        return f"By email, from {batch.person_name}"
    sender = phones.display(batch.sender) if batch.sender_kind == "number" else batch.sender
    repeating = ", repeating" if batch.source == "repeat" else ""
    by = "" if viewer.may("send_texts") else f", by {batch.person_name}"
    return f"From {sender}{repeating}{by}"


def text_lines(rows: Iterable[Row], batch: Batch) -> Iterator[TextLine]:
    has_begun = batch.state != BatchState.SCHEDULED
    for row in rows:
        said = row.words
        notes = (row.parts, said.next_step if has_begun else "", *row.story)
        yield TextLine(
            name=row.name,
            number=row.number,
            state=said.key,
            words=said.words,
            notes=tuple(note for note in notes if note),
            time=clock_with_seconds(row.at) if row.at else "",
            charged=said.charged,
        )


def _about(person: Person, words: str) -> Q:
    """By the message's own words and reference, or by a person: number, or name in CONTACTS."""
    wanted = Q(wording__icontains=words) | Q(reference__iexact=words)
    numbers = _numbers(person, words)
    if numbers:
        texts = Message.objects.filter(department_id=person.department_id, number__in=numbers)
        wanted |= Q(pk__in=texts.values("batch_id"))
    return wanted


def _numbers(person: Person, words: str) -> list[str]:
    try:
        return [phones.normalise(words)]
    except phones.BadNumber:
        contacts = Contact.objects.visible_to(person).live()
        for word in words.split():
            contacts = contacts.filter(Q(first_name__icontains=word) | Q(last_name__icontains=word))
        return list(contacts.values_list("number", flat=True)[:100])
