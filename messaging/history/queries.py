"""What has been sent, what is on its way, and what happened to each text."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from django.db.models import Q, QuerySet

from accounts.people.models import Person
from messaging.carriers import standing
from messaging.carriers.models import Carrier
from messaging.contacts.models import Contact
from messaging.sending.models import BasketRow, Batch, Message, RowState
from messaging.sending.queries import count
from messaging.sending.states import (
    NO,
    BatchState,
    State,
    Undelivered,
    Words,
    key_of,
    words_for,
)
from smsportal.lib import exports, phones, walltime

COUNTED_LIVE = 5000  # people; larger batches show the worker's tally, two seconds old at most

GROUPS: dict[str, set[str]] = {  # what a bar, a tab and a filter put together
    "delivered": {State.DELIVERED},
    "sending": {State.SCHEDULED, State.QUEUED, State.SENDING, State.SUBMITTED},
    "undelivered": {key_of(State.UNDELIVERED, reason) for reason in Undelivered.values},
    "unknown": {State.UNKNOWN},
    "unconfirmed": {State.UNCONFIRMED},
    "not_sent": {State.FAILED, State.EXPIRED, State.CANCELLED},
}
STATES = {
    group: {state for state in State if any(key.split(":")[0] == state for key in keys)}
    for group, keys in GROUPS.items()
}
STATUS_FILTERS = {
    "scheduled": (BatchState.SCHEDULED, BatchState.HELD),
    "running": (BatchState.RUNNING,),
    "stopped": (BatchState.STOPPED,),
    "finished": (BatchState.FINISHED,),
    "cancelled": (BatchState.CANCELLED,),
}


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


@dataclass(frozen=True)
class Progress:
    """How many texts are in each group; `counts` has them by state."""

    counts: Counter[str]
    total: int  # texts of the batch
    left_out: int  # people who never became a text
    charged_part_count: int

    def __getitem__(self, group: str) -> int:
        return sum(self.counts[str(key)] for key in GROUPS[group])

    @property
    def everyone(self) -> int:
        return self.total + self.left_out

    @property
    def not_sent(self) -> int:
        return self["not_sent"] + self.left_out

    @property
    def did_not_get_it(self) -> int:
        return self["undelivered"] + self["not_sent"]

    @property
    def bar(self) -> list[tuple[str, int]]:
        return [
            ("good", self["delivered"]),
            ("bad", self["undelivered"]),
            ("warn", self["unknown"]),
            ("wait", self["sending"] + self["unconfirmed"]),
        ]

    @property
    def in_words(self) -> str:
        parts = [f"{self['delivered']:,} of {self.total:,} delivered"]
        for group, words in (
            ("undelivered", "not delivered"),
            ("unknown", "may have been sent"),
            ("unconfirmed", "no report from the network"),
            ("sending", "sending"),
        ):
            if self[group]:
                parts.append(f"{self[group]:,} {words}")
        return ", ".join(parts)


def progress(batch: Batch) -> Progress:
    left_out = sum(batch.left_out.values())
    if batch.person_count > COUNTED_LIVE:
        tally = Counter(batch.tally)
        return Progress(tally, batch.person_count, left_out, batch.charged_part_count)
    counted = count([batch.pk])[batch.pk]
    return Progress(counted.tally, batch.person_count, left_out, counted.charged_part_count)


def cost_tenths(batch: Batch, progress: Progress) -> int:
    """What it has cost once it has begun to go; before that, what it will cost."""
    if batch.is_under_way:
        return progress.charged_part_count * batch.price_tenths
    return 0 if batch.state == BatchState.CANCELLED else batch.cost_tenths


def texts(batch: Batch, group: str = "") -> QuerySet[Message]:
    chosen = batch.messages.order_by("row_no")
    return chosen.filter(state__in=STATES[group]) if group in STATES else chosen


def left_out(batch: Batch) -> QuerySet[BasketRow]:
    """People of the basket who never became a text: twice in it, or opted out."""
    return BasketRow.objects.filter(
        basket=batch.basket_id, state__in=[RowState.DUPLICATE, RowState.OPTED_OUT]
    ).order_by("row_no")


@dataclass(frozen=True)
class Row:
    text: Message
    name: str  # empty for a personal contact that is not the viewer's own
    words: Words


def rows_of(texts: Iterable[Message], viewer: Person, *, now: dt.datetime) -> Iterator[Row]:
    """An admin sees numbers and states, never the name somebody gave a personal contact."""
    sees_names = viewer.may("see_own_messages")
    carriers = list(Carrier.objects.select_related("health"))
    free = {carrier.pk for carrier in carriers if not carrier.is_charging}
    down = {
        is_practice: standing.why_waiting(standing.may_take(carriers, is_practice), now)
        for is_practice in (True, False)
    }
    for text in texts:
        name = text.name if sees_names or not text.is_private else ""
        if text.state == State.QUEUED and (not text.why or text.why.startswith(standing.LINE)):
            # Said here and not written to every row: the line may be back at any moment.
            text.why = down[phones.is_drama(text.number)] or text.why
        words = words_for(text)
        if text.carrier_id in free:  # for practice: the message's cost leaves it out, too
            words = replace(words, charged=NO)
        yield Row(text, name, words)


CSV_HEADER = ("Name", "Mobile", "What happened", "When", "Texts", "Charged", "Message")


def csv_rows(batch: Batch, viewer: Person, *, now: dt.datetime) -> Iterator[tuple]:
    """One line for each person of a batch, as its page shows them."""
    for row in rows_of(texts(batch).iterator(chunk_size=2000), viewer, now=now):
        at = row.text.final_at or row.text.accepted_at
        yield (
            row.name,
            exports.phone_cell(row.text.number),
            row.words.words,
            f"{at.astimezone(walltime.LONDON):%d/%m/%Y %H:%M:%S}" if at else "",
            row.text.part_count,
            row.words.charged,
            row.text.body or batch.body,
        )
    for gone in left_out(batch):
        number = exports.phone_cell(gone.number)
        yield ("", number, gone.get_state_display(), "", 0, "No", "")
