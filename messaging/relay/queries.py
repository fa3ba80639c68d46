"""What is asked while somebody waits at the other end: for many sessions at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q
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
    ours = _of_ours(numbers)
    out = set(
        OptOut.objects.in_force().filter(number__in=numbers).values_list("department_id", "number")
    )
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
    wanted = Person.objects.live().alias(address=Lower("email"))
    found = wanted.filter(
        Q(pk__in=ids) | Q(address__in=addresses, allow_relay=True)
    ).select_related("department")
    return (
        {person.pk: person for person in found},
        {address_of(person.email): person for person in found if person.allow_relay},
    )


def _of_ours(numbers: set[str]) -> set[str]:
    live = Sender.objects.filter(released_at__isnull=True, number__in=numbers)
    return set(live.values_list("number", flat=True))
