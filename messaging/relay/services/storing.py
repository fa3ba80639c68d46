"""From mails that were proven to texts: those of all sessions that wait, in one transaction.

Nothing is answered before the commit. A commit of which nobody knows whether it came about is
answered 451: the client sends the mail again, and then its receipt is there or it is not.
"""

import datetime as dt
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, transaction

from accounts.people.models import Person
from messaging.relay import answers
from messaging.relay.answers import Answer
from messaging.relay.models import RelayReceipt
from messaging.relay.queries import may_relay
from messaging.senders.queries import Choice, sender_choices
from messaging.sending import services as sending
from messaging.sending.errors import CapReached, EmptyText, NobodyToText, TooManyParts
from messaging.sending.queries import Cap
from messaging.text.segments import measure
from smsportal.lib import walltime
from smsportal.lib.db import database_now, or_reconnect
from smsportal.lib.errors import Refused
from smsportal.lib.ids import uuid7

log = logging.getLogger(__name__)
SOURCE = "email"


@dataclass(frozen=True)
class Mail:
    """text: what goes out. key: the same for the same mail, known for `known_for`."""

    person_id: int
    numbers: tuple[str, ...]
    text: str
    key: str
    known_for: dt.timedelta


@dataclass
class Outcome:
    """What each number of a mail is answered. why: in words, where it was refused."""

    said: dict[str, Answer] = field(default_factory=dict)
    why: str = ""


def store(mails: Sequence[Mail]) -> list[Outcome]:
    """An outcome for each, committed. Raises what stands in the way of storing any."""
    return or_reconnect(lambda: _store(mails))


def _store(mails: Sequence[Mail]) -> list[Outcome]:
    try:
        return _together(mails)
    except (OperationalError, InterfaceError):
        raise
    except Exception as fault:
        # One of them, or the same mail by another relay at this moment: then each by itself.
        if len(mails) == 1 and not isinstance(fault, IntegrityError):
            raise
        log.info("stored one by one: %s", type(fault).__name__)
        return [_alone(mail) for mail in mails]


def _alone(mail: Mail) -> Outcome:
    try:
        return _together([mail])
    except (OperationalError, InterfaceError):
        raise
    except Exception as fault:
        log.warning("a mail could not be stored: %s", type(fault).__name__, exc_info=True)
        return Outcome(dict.fromkeys(mail.numbers, answers.SYSTEM_PROBLEM))


@transaction.atomic
def _together(mails: Sequence[Mail]) -> list[Outcome]:
    now = database_now()
    earlier = _receipts(mails, now)
    outcomes = [Outcome() for _ in mails]
    people = _people(mails)
    orders: list[sending.Order] = []
    places: list[int] = []
    first: dict[tuple[int, str, str], int] = {}  # the same mail twice in one round
    for place, mail in enumerate(mails):
        new = []
        for number in mail.numbers:
            mark = (mail.person_id, mail.key, number)
            if mark in earlier:
                outcomes[place].said[number] = answers.DUPLICATE.about(reference=earlier[mark])
            elif first.setdefault(mark, place) == place:
                new.append(number)
        person = people.get(mail.person_id)
        if new and person is not None and may_relay(person):
            orders.append(_order(mail, person, new, now))
            places.append(place)
        elif new:
            outcomes[place].said |= dict.fromkeys(new, answers.NOT_AUTHORISED)
    results = sending.accept_gathered(orders, now=now)
    for place, order, result in zip(places, orders, results, strict=True):
        _say(outcomes[place], order, result)
    _keep_receipts(mails, places, results, now)
    _say_twice(mails, outcomes, first)
    return outcomes


def _receipts(mails: Sequence[Mail], now: dt.datetime) -> dict[tuple[int, str, str], str]:
    """The references of those that were taken before; what is too old is forgotten."""
    known = RelayReceipt.objects.filter(
        person_id__in={mail.person_id for mail in mails}, key__in={mail.key for mail in mails}
    )
    found, old = {}, []
    for receipt in known.select_related("batch").only(
        "person_id", "key", "number", "until", "batch__reference"
    ):
        if receipt.until <= now:
            old.append(receipt.pk)
        else:
            mark = (receipt.person_id, receipt.key, receipt.number)
            found[mark] = receipt.batch.reference
    if old:
        RelayReceipt.objects.filter(pk__in=old).delete()
    return found


def _people(mails: Sequence[Mail]) -> dict[int, Person]:
    """As they are at this moment: relay may have been switched off since the mail began."""
    return {
        person.pk: person
        for person in Person.objects.filter(
            pk__in={mail.person_id for mail in mails}
        ).select_related("department")
    }


def _order(mail: Mail, person: Person, numbers: Sequence[str], now: dt.datetime) -> sending.Order:
    daily = Cap(
        "relay_day",
        person.pk,
        walltime.day_of(now),
        settings.RELAY_TEXTS_A_DAY,
        "you by email today",
        "Send it from the portal.",
    )
    return sending.Order(
        person_id=person.pk,
        numbers=numbers,
        body=mail.text,
        sender=_sender(person),
        source=SOURCE,
        request_key=uuid7(),
        further=[(daily, len(numbers))],
    )


def _sender(person: Person) -> Choice:
    """The alpha tag, unless the person wants the own number."""
    if person.relays_from_number:
        return sender_choices(person)[0]
    assert person.department is not None
    return Choice("alpha", person.department.alpha_tag, takes_replies=False)


def _say(outcome: Outcome, order: sending.Order, result: sending.Accepted | Refused) -> None:
    if isinstance(result, Refused):
        outcome.why = result.words
        outcome.said |= dict.fromkeys(order.numbers, _refusal(result, order.body))
        return
    accepted = answers.ACCEPTED.about(reference=result.batch.reference)
    for number in order.numbers:
        is_out = number in result.opted_out
        outcome.said[number] = answers.OPTED_OUT if is_out else accepted


_REFUSALS: Sequence[tuple[type[Refused], Answer]] = (
    (CapReached, answers.DAILY_LIMIT),
    (NobodyToText, answers.OPTED_OUT),
    (EmptyText, answers.EMPTY_SUBJECT),
)


def _refusal(refused: Refused, text: str) -> Answer:
    if isinstance(refused, TooManyParts):
        return answers.TOO_LONG.about(parts=measure(text).parts, limit=sending.MOST_PARTS)
    for kind, answer in _REFUSALS:
        if isinstance(refused, kind):
            return answer
    return answers.NOT_AUTHORISED


def _keep_receipts(
    mails: Sequence[Mail],
    places: Sequence[int],
    results: Sequence[sending.Accepted | Refused],
    now: dt.datetime,
) -> None:
    RelayReceipt.objects.bulk_create(
        RelayReceipt(
            person_id=mails[place].person_id,
            key=mails[place].key,
            number=number,
            batch=result.batch,
            until=now + mails[place].known_for,
        )
        for place, result in zip(places, results, strict=True)
        if isinstance(result, sending.Accepted)
        for number in result.numbers
    )


def _say_twice(
    mails: Sequence[Mail],
    outcomes: Sequence[Outcome],
    first: dict[tuple[int, str, str], int],
) -> None:
    """To the second of two same mails of one round, what the first was told."""
    for place, mail in enumerate(mails):
        for number in mail.numbers:
            if number not in outcomes[place].said:
                taken = outcomes[first[mail.person_id, mail.key, number]].said[number]
                outcomes[place].said[number] = taken


def forget_old_receipts(*, now: dt.datetime) -> int:
    return RelayReceipt.objects.filter(until__lte=now).delete()[0]
