"""One conversation: what came, what went and what its user noted, in their order."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.people.models import Person
from inbound.handling.wishes import Wish, wish
from inbound.twoway.days import heading
from inbound.twoway.models import Answer, Conversation, Note, StopReading
from inbound.twoway.spelling import Said
from messaging.history.queries import Row, rows_of
from messaging.incoming.models import IncomingText
from messaging.senders.models import OptOut
from messaging.sending.models import Message
from messaging.sending.states import BatchState, State

SHOWN: Final = 100
MOST: Final = 2000


@dataclass(frozen=True)
class Line:
    """One of these three; `day` where another day begins with it."""

    at: dt.datetime
    text: IncomingText | None = None
    row: Row | None = None
    note: Note | None = None
    answer: Answer | None = None
    reading: StopReading | None = None
    day: str = ""

    @cached_property
    def is_counted(self) -> bool:
        return self.answer is not None and self.answer.said != Said.OTHER

    @cached_property
    def may_ask_for_no_more(self) -> bool:
        """STOP within a sentence, which its user has not read yet: it may be about a bus."""
        if self.text is None or self.reading is not None:
            return False
        return wish(self.text.body) == Wish.PERHAPS

    @cached_property
    def waits_to_begin(self) -> bool:
        """In the moment before it goes it is not a message for later."""
        text = self.row.text if self.row else None
        if text is None or text.batch.state != BatchState.HELD:
            return False
        return text.state in (State.SCHEDULED, State.QUEUED)


@dataclass(frozen=True)
class Thread:
    lines: list[Line]
    has_more: bool  # earlier ones


def thread(talk: Conversation, person: Person, *, most: int, now: dt.datetime) -> Thread:
    """The last `most` texts and notes. The number of questions is the same for any number."""
    texts = list(_texts(talk).order_by("-received_at", "-pk")[: most + 1])
    sent = _sent(talk).select_related("batch").order_by("-pk")[: most + 1]
    notes = talk.notes.order_by("-pk")[: most + 1]
    answers = {each.text_id: each for each in Answer.objects.filter(text__in=texts)}
    readings = {each.text_id: each for each in StopReading.objects.filter(text__in=texts)}
    lines = [
        *(_heard(text, answers.get(text.pk), readings.get(text.pk)) for text in texts),
        *(Line(row.text.batch.send_at, row=row) for row in rows_of(sent, person, now=now)),
        *(Line(note.at, note=note) for note in notes),
    ]
    lines.sort(key=_place)
    return Thread(list(_with_days(lines[-most:], now)), has_more=len(lines) > most)


def _heard(text: IncomingText, answer: Answer | None, reading: StopReading | None) -> Line:
    return Line(text.received_at, text=text, answer=answer, reading=reading)


def _place(line: Line) -> tuple[dt.datetime, bool, int]:
    thing = line.text or (line.row.text if line.row else line.note)
    assert thing is not None
    return line.at, line.row is not None, thing.pk


def _texts(talk: Conversation) -> QuerySet[IncomingText]:
    return IncomingText.objects.filter(
        person_id=talk.person_id, from_number=talk.number, to_number=talk.sender.number
    )


def one_text(talk: Conversation, uid: UUID | None) -> IncomingText | None:
    return _texts(talk).filter(uid=uid).first() if uid else None


def _sent(talk: Conversation) -> QuerySet[Message]:
    """From the number: by its user, or by itself while it was this user's."""
    by_itself = Q(
        batch__person__isnull=True,
        batch__department_id=talk.department_id,
        batch__accepted_at__gte=talk.sender.created_at,
    )
    if talk.sender.released_at:
        by_itself &= Q(batch__accepted_at__lte=talk.sender.released_at)
    return Message.objects.filter(
        Q(batch__person_id=talk.person_id) | by_itself,
        number=talk.number,
        batch__sender=talk.sender.number,
    ).exclude(batch__state=BatchState.CANCELLED)


def _with_days(lines: Iterable[Line], now: dt.datetime) -> Iterable[Line]:
    last = ""
    for line in lines:
        day = heading(line.at, now=now)
        yield replace(line, day=day) if day != last else line
        last = day


def has_opted_out(talk: Conversation) -> bool:
    return bool(OptOut.objects.numbers(talk.department_id, among=[talk.number]))
