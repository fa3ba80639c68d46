"""What has been sent, what is on its way, and what happened to each text."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Final

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.lookups import IsNull

from accounts.people.models import Person
from messaging.carriers import standing
from messaging.carriers.models import Carrier
from messaging.routes import queries as routes
from messaging.sending import queries as sending
from messaging.sending.models import Attempt, BasketRow, Batch, Halt, Message, RowState, TextPart
from messaging.sending.queries import CHARGED, count
from messaging.sending.states import (
    NEVER_WENT,
    NO,
    STOPPED,
    BatchState,
    State,
    Undelivered,
    Words,
    key_of,
    words_for,
)
from messaging.sending.story import FOR_DEPARTMENT, for_department
from smsportal.lib import db, exports, phones, walltime
from smsportal.lib.words import clock

COUNTED_LIVE = 5000  # people; larger batches show the worker's tally, two seconds old at most

GROUPS: dict[str, set[str]] = {  # what a bar, a tab and a filter put together
    "delivered": {State.DELIVERED},
    "sending": {State.SCHEDULED, State.QUEUED, State.SENDING, State.SUBMITTED},
    "waiting": {State.SCHEDULED, State.QUEUED},  # where it is told apart: nothing moves
    "in_hand": {State.SENDING, State.SUBMITTED},
    "undelivered": {key_of(State.UNDELIVERED, reason) for reason in Undelivered.values},
    "unknown": {State.UNKNOWN},
    "unconfirmed": {State.UNCONFIRMED},
    "not_sent": {State.FAILED, State.EXPIRED, State.CANCELLED},
}
STATES = {
    group: {state for state in State if any(key.split(":")[0] == state for key in keys)}
    for group, keys in GROUPS.items()
}


@dataclass(frozen=True)
class Progress:
    """How many texts are in each group; `counts` has them by state."""

    counts: Counter[str]
    total: int  # texts of the batch
    left_out: int  # people who never became a text
    charged_part_count: int
    doubted: int = 0  # of those without a report: nobody knows whether the network took them
    stopped: int = 0  # of those not sent: because the message was stopped

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

    # A stopped message: these four are everyone, whatever moves between them.

    @property
    def sent(self) -> int:
        taken = self.counts[State.SUBMITTED] + self["delivered"] + self["undelivered"]
        return taken + self["unconfirmed"] - self.doubted

    @property
    def on_the_way(self) -> int:
        return self.counts[State.SENDING]

    @property
    def maybe_sent(self) -> int:
        return self["unknown"] + self.doubted

    @property
    def never_sent(self) -> int:
        return self["not_sent"]

    @property
    def never_sent_otherwise(self) -> int:
        return self.never_sent - self.stopped

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
    if batch.state == BatchState.STOPPED:
        return _progress_of_stopped(batch, left_out)
    if batch.person_count > COUNTED_LIVE:
        tally = Counter(batch.tally)
        return Progress(tally, batch.person_count, left_out, batch.charged_part_count)
    counted = count([batch.pk])[batch.pk]
    return Progress(counted.tally, batch.person_count, left_out, counted.charged_part_count)


def _progress_of_stopped(batch: Batch, left_out: int) -> Progress:
    """Exact at every moment, by one question: what waits, or was never made, never goes."""
    counts: Counter[str] = Counter()
    charged = doubted = stopped = 0
    rows = (
        batch.messages.order_by()
        .values_list("state", "reason", "maybe_sent", IsNull(F("accepted_at"), True))
        .annotate(texts=Count("pk"), charged=CHARGED)
    )
    for state, reason, maybe_sent, is_untaken, texts, parts in rows:
        charged += parts or 0
        if state in (State.SCHEDULED, State.QUEUED):
            state, reason = (State.UNKNOWN, "") if maybe_sent else (State.CANCELLED, STOPPED)
        counts[key_of(state, reason)] += texts
        doubted += texts if state == State.UNCONFIRMED and is_untaken else 0
        stopped += texts if state == State.CANCELLED and reason == STOPPED else 0
    unmade = batch.person_count - counts.total()
    counts[State.CANCELLED] += unmade
    return Progress(counts, batch.person_count, left_out, charged, doubted, stopped + unmade)


def cost_tenths(batch: Batch, progress: Progress) -> int:
    """What it has cost once it has begun to go; before that, what it will cost."""
    if batch.is_under_way:
        return progress.charged_part_count * batch.price_tenths
    return 0 if batch.state == BatchState.CANCELLED else batch.cost_tenths


def texts(batch: Batch, group: str = "") -> QuerySet[Message]:
    chosen = batch.messages.order_by("row_no")
    if batch.state == BatchState.STOPPED:
        still_waits = Q(state__in=STATES["waiting"], maybe_sent=False)
        if group == "not_sent":
            return chosen.filter(Q(state__in=STATES[group]) | still_waits)
        chosen = chosen.exclude(still_waits) if group in STATES else chosen
    return chosen.filter(state__in=STATES[group]) if group in STATES else chosen


def is_whole(batch: Batch) -> bool:
    """Whether everybody has their text, so that nobody need count them."""
    return batch.expanded_at is not None and batch.state != BatchState.STOPPED


def sent_again(batch: Batch) -> QuerySet[Batch]:
    """Later emergencies that say the same, newest first: for those in doubt."""
    same = Batch.objects.filter(department_id=batch.department_id, wording=batch.wording)
    later = same.filter(lane=batch.lane, accepted_at__gt=batch.accepted_at)
    return later.order_by("-accepted_at")


def never_made(batch: Batch) -> QuerySet[BasketRow]:
    """People whose texts had not been made when the message was stopped."""
    rows = BasketRow.objects.filter(basket=batch.basket_id, state=RowState.OK).order_by("row_no")
    if batch.state != BatchState.STOPPED or batch.expanded_at is not None:
        return rows.none()
    return rows.exclude(Exists(batch.messages.filter(row_no=OuterRef("row_no"))))


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
    parts: str = ""  # how each went, where they did not go alike
    story: tuple[str, ...] = ()  # what was decided about it, by whom and when

    @cached_property
    def number(self) -> str:
        return phones.display(self.text.number)

    @property
    def at(self) -> dt.datetime | None:
        return self.text.final_at or self.text.accepted_at


_CARRIERS: Final = db.Ready[Carrier](lambda: Carrier.objects.select_related("health"))
_TOLD: Final = db.Ready[Attempt](
    lambda: Attempt.objects.filter(
        db.GivenAny("texts", "message"), phase__in=FOR_DEPARTMENT
    ).order_by("pk")
)


def rows_of(texts: Iterable[Message], viewer: Person, *, now: dt.datetime) -> Iterator[Row]:
    """An admin sees numbers and states, never the name somebody gave a personal contact."""
    sees_names = viewer.may("see_own_messages")
    halt = cache(sending.halt)  # asked where something waits
    carriers = _CARRIERS()
    free = {carrier.pk for carrier in carriers if not carrier.is_charging}
    waits = routes.Waits(carriers, now=now)
    known = {carrier.pk: carrier for carrier in carriers}
    for text in texts:
        name = text.name if sees_names or not text.is_private else ""
        if text.state == State.QUEUED and text.maybe_sent and text.carrier_id in known:
            text.why = standing.why_kept(known[text.carrier_id], now) or text.why
        elif text.state == State.QUEUED and (not text.why or text.why.startswith(standing.LINE)):
            # Said here and not written to every row: the line may be back at any moment.
            text.why = waits.why(text.path) or text.why
        words = _said(text, halt)
        if text.carrier_id in free:  # for practice: the message's cost leaves it out, too
            words = replace(words, charged=NO)
        yield Row(text, name, words)


def with_story(rows: Iterable[Row], *, now: dt.datetime) -> list[Row]:
    """The rows of one page, each with what was decided about its text. One more question."""
    rows = list(rows)
    told: dict[int, list[Attempt]] = defaultdict(list)
    for line in _TOLD(texts=[row.text.pk for row in rows]):
        told[line.message_id].append(line)
    return [
        replace(row, story=tuple(for_department(line, now=now) for line in told[row.text.pk]))
        for row in rows
    ]


def with_parts(rows: Iterable[Row]) -> list[Row]:
    """The rows of one page, each with how the parts of its text went. One more question."""
    rows = list(rows)
    long = [row.text.pk for row in rows if row.text.part_count > 1]
    if not long:
        return rows
    told: dict[tuple[int, int], list[TextPart]] = defaultdict(list)
    for part in TextPart.objects.filter(message__in=long).order_by("number"):
        told[part.message_id, part.attempt].append(part)
    return [
        replace(row, parts=parts_in_words(told[row.text.pk, row.text.attempt_count]))
        for row in rows
    ]


def parts_in_words(parts: Sequence[TextPart]) -> str:
    """ "Part 1 delivered. Part 2 not sent." Nothing where all went alike: the text says it."""
    if len({part.words for part in parts}) < 2:
        return ""
    return " ".join(f"Part {part.number} {part.words}." for part in parts)


def paused_words(batch: Batch) -> str:
    at = f" at {clock(batch.paused_at)}" if batch.paused_at else ""
    return f"paused by {batch.paused_by_name}{at}"


NEVER_SENT = Words("not_sent", NEVER_WENT[STOPPED], "", True, NO)


def _said(text: Message, halt: Callable[[], Halt | None]) -> Words:
    """A text's own words, unless its message, or all sending, was paused or stopped."""
    words = words_for(text)
    if text.state not in STATES["waiting"]:
        return words
    batch = text.batch
    if batch.state == BatchState.STOPPED:
        return words_for(Message(state=State.UNKNOWN)) if text.maybe_sent else NEVER_SENT
    if batch.state == BatchState.PAUSED:
        return replace(words, words=f"Waiting: {paused_words(batch)}", next_step="")
    if batch.state == BatchState.RUNNING and (stopped := halt()):
        return replace(words, words=f"Waiting: sending is stopped ({stopped.reason})")
    return words


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
    sees_names = viewer.may("see_own_messages")
    for row in never_made(batch).iterator(chunk_size=2000):
        name = row.name if sees_names or not row.is_private else ""
        yield (name, exports.phone_cell(row.number), NEVER_WENT[STOPPED], "", 0, NO, "")
    for gone in left_out(batch):
        number = exports.phone_cell(gone.number)
        yield ("", number, gone.get_state_display(), "", 0, "No", "")
