"""What is asked while somebody waits at the other end: for many sessions at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet
from django.db.models.functions import Lower

from accounts.people.models import Person
from messaging.relay.answers import (
    NOT_ALLOWED,
    NOT_AUTHORISED,
    OPTED_OUT,
    RECIPIENT_OK,
    Answer,
)
from messaging.relay.letter import address_of
from messaging.senders.models import OptOut, Sender
from smsportal.lib import db


@dataclass(frozen=True)
class Question:
    """May this sender text this number? person_id: who has signed in, else None."""

    person_id: int | None
    envelope_from: str
    number: str


@dataclass(frozen=True)
class Known:
    """person: whose texts they would be, where the mail proves it."""

    answer: Answer
    person: Person | None = None


def look_up(questions: Sequence[Question]) -> list[Known]:
    by_id, by_address = _people(questions)
    numbers = {question.number for question in questions}
    ours, out = set(_OURS(numbers=numbers)), set(_OPTED_OUT(numbers=numbers))
    answers = []
    for each in questions:
        if each.person_id is not None:
            person = by_id.get(each.person_id)
        else:
            person = by_address.get(address_of(each.envelope_from))
        answers.append(Known(_answer(person, each.number, out, ours), person))
    return answers


def _answer(
    person: Person | None, number: str, out: set[tuple[int | None, str]], ours: set[str]
) -> Answer:
    if person is None or not may_relay(person):
        return NOT_AUTHORISED
    if number in ours:
        return NOT_ALLOWED
    if (None, number) in out or (person.department_id, number) in out:
        return OPTED_OUT
    return RECIPIENT_OK


def may_relay(person: Person) -> bool:
    """S68, and the department sends at all."""
    department = person.department
    is_silent = department is None or department.frozen_at or department.closed_at
    return person.allow_relay and person.is_active and not is_silent and person.may("send_texts")


def _people(questions: Sequence[Question]) -> tuple[dict[int, Person], dict[str, Person]]:
    ids = {each.person_id for each in questions if each.person_id is not None}
    addresses = {address_of(each.envelope_from) for each in questions if each.person_id is None}
    by_id = _BY_ID(ids=ids) if ids else []
    by_address = _BY_ADDRESS(addresses=addresses) if addresses else []
    return (
        {person.pk: person for person in by_id},
        {address_of(person.email): person for person in by_address},
    )


def _live() -> QuerySet[Person]:
    return Person.objects.live().select_related("department")


_BY_ID: Final = db.Ready[Person](lambda: _live().filter(db.GivenAny("ids", "pk")))
_BY_ADDRESS: Final = db.Ready[Person](
    lambda: (
        _live()
        .alias(address=Lower("email"))
        .filter(db.GivenAny("addresses", "address"), allow_relay=True)
    )
)
_OURS: Final = db.Ready[str](
    lambda: Sender.objects.filter(
        db.GivenAny("numbers", "number"), released_at__isnull=True
    ).values_list("number", flat=True)
)
_OPTED_OUT: Final = db.Ready[tuple[int | None, str]](
    lambda: (
        OptOut.objects.in_force()
        .filter(db.GivenAny("numbers", "number"))
        .values_list("department_id", "number")
    )
)
