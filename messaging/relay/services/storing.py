"""From mails that were proven to texts: those of all sessions that wait, in one transaction.

Nothing is answered before the commit. A commit of which nobody knows whether it came about is
answered 451: the client sends the mail again, and then its receipt is there or it is not.
"""

import datetime as dt
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, transaction

from accounts.people.models import Person
from messaging.relay import alarms, answers
from messaging.relay.answers import Answer
from messaging.relay.models import RelayReceipt
from messaging.relay.queries import may_relay
from messaging.relay.services.grouping import take
from messaging.routes import queries as routes
from messaging.senders.queries import Choice, sender_choices
from messaging.sending import services as sending
from messaging.sending.errors import CapReached, EmptyText, NobodyToText, TooManyParts
from messaging.sending.queries.caps import Cap
from messaging.text.segments import measure
from smsportal.lib import db, walltime
from smsportal.lib.db import database_now, or_reconnect
from smsportal.lib.errors import Refused
from smsportal.lib.ids import uuid7
from smsportal.lib.logs import Seldom

log = logging.getLogger(__name__)
log.addFilter(Seldom())
SOURCE = "email"
PLAN_HOLDS = dt.timedelta(seconds=1)


@dataclass(frozen=True)
class Mail:
    """text: the subject, which goes out as `alarms.readable` has it. key: the same for the same
    mail, known for `known_for`.
    """

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


class Storing:
    """Called with mails, answers an outcome for each, committed. Raises what stands in the way of
    storing any.
    """

    def __init__(self) -> None:
        self.plan: routes.Plan | None = None
        self.planned_at: dt.datetime | None = None

    def __call__(self, mails: Sequence[Mail]) -> list[Outcome]:
        return or_reconnect(lambda: self._store(mails))

    def _store(self, mails: Sequence[Mail]) -> list[Outcome]:
        try:
            return self._together(mails)
        except (OperationalError, InterfaceError):
            raise
        except Exception as fault:
            # One of them, or the same mail by another relay at this moment: then each by itself.
            if len(mails) == 1 and not isinstance(fault, IntegrityError):
                raise
            log.info("stored one by one: %s", type(fault).__name__)
            return [self._alone(mail) for mail in mails]

    def _alone(self, mail: Mail) -> Outcome:
        try:
            return self._together([mail])[0]
        except (OperationalError, InterfaceError):
            raise
        except Exception as fault:
            log.warning("a mail could not be stored: %s", type(fault).__name__, exc_info=True)
            return Outcome(dict.fromkeys(mail.numbers, answers.SYSTEM_PROBLEM))

    def _together(self, mails: Sequence[Mail]) -> list[Outcome]:
        with transaction.atomic():
            now = database_now()
            return Round(mails, now).store(self._recent_plan(now))

    def _recent_plan(self, now: dt.datetime) -> routes.Plan:
        """Of this second: whose routes change meanwhile is found when they are looked for."""
        if self.plan is None or self.planned_at is None or now - self.planned_at > PLAN_HOLDS:
            self.plan, self.planned_at = routes.plan(now=now), now
        return self.plan


Mark = tuple[int, str, str]  # person, mail, number
_RECEIPTS: Final = db.Ready[tuple](
    lambda: RelayReceipt.objects.filter(db.GivenRows("marks", "person_id", "key")).values_list(
        "pk", "person_id", "key", "number", "until", "batch__reference"
    )
)
_KEEP_RECEIPTS: Final = db.Inserting(
    RelayReceipt, each=("person_id", "key", "number", "batch_id", "until")
)


class Round:
    """The mails that are stored together, within their transaction."""

    def __init__(self, mails: Sequence[Mail], now: dt.datetime) -> None:
        self.mails, self.now = mails, now
        self.outcomes = [Outcome() for _ in mails]
        self.orders: list[sending.Order] = []
        self.places: list[int] = []  # of the mails that the orders are of
        self.counted: list[tuple[Mail, str]] = []  # alarms that say what an earlier one said
        self.first: dict[Mark, int] = {}  # the same mail twice in one round

    def store(self, plan: routes.Plan) -> list[Outcome]:
        earlier = self._earlier()
        people = sending.senders({mail.person_id for mail in self.mails}, now=self.now)
        for place, mail in enumerate(self.mails):
            new = self._news(place, mail, earlier)
            if new:
                self._order(place, mail, people.get(mail.person_id), new)
        results = sending.accept_gathered(
            self.orders, plan=plan, now=self.now, beside=self._receipts_of
        )
        for place, order, result in zip(self.places, self.orders, results, strict=True):
            _say(self.outcomes[place], order, result)
        self._say_twice()
        return self.outcomes

    def _earlier(self) -> dict[Mark, str]:
        """The references of those that were taken before; what is too old is forgotten."""
        known = _RECEIPTS(marks={(mail.person_id, mail.key) for mail in self.mails})
        found, old = {}, []
        for pk, person_id, key, number, until, reference in known:
            if until <= self.now:
                old.append(pk)
            else:
                found[person_id, key, number] = reference or "an earlier alarm"
        if old:
            RelayReceipt.objects.filter(pk__in=old).delete()
        return found

    def _news(self, place: int, mail: Mail, earlier: dict[Mark, str]) -> list[str]:
        """The numbers that have not had this mail."""
        new = []
        for number in mail.numbers:
            mark = (mail.person_id, mail.key, number)
            if mark in earlier:
                said = answers.DUPLICATE.about(reference=earlier[mark])
                self.outcomes[place].said[number] = said
            elif self.first.setdefault(mark, place) == place:
                new.append(number)
        return new

    def _order(self, place: int, mail: Mail, person: Person | None, new: list[str]) -> None:
        """person: as they are now; relay may have been switched off since the mail began."""
        if person is None or not may_relay(person):
            self.outcomes[place].said |= dict.fromkeys(new, answers.NOT_AUTHORISED)
        elif take(person, mail.text, new, self.now):
            self.outcomes[place].said |= dict.fromkeys(new, answers.COUNTED)
            self.counted += [(mail, number) for number in new]
        else:
            self.orders.append(_order(mail, person, new, self.now))
            self.places.append(place)

    def _receipts_of(self, results: Sequence[sending.Accepted | Refused]) -> Iterable[db.Statement]:
        taken = [
            (self.mails[place], number, result.batch.pk)
            for place, result in zip(self.places, results, strict=True)
            if isinstance(result, sending.Accepted)
            for number in result.numbers
        ]
        return _KEEP_RECEIPTS.statements(
            (mail.person_id, mail.key, number, batch_id, self.now + mail.known_for)
            for mail, number, batch_id in [*taken, *((*each, None) for each in self.counted)]
        )

    def _say_twice(self) -> None:
        """To the second of two same mails of one round, what the first was told."""
        for place, mail in enumerate(self.mails):
            said = self.outcomes[place].said
            for number in mail.numbers:
                if number not in said:
                    first = self.first[mail.person_id, mail.key, number]
                    said[number] = self.outcomes[first].said[number]


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
        person=person,
        numbers=numbers,
        body=alarms.readable(mail.text),
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


def forget_old_receipts(*, now: dt.datetime) -> int:
    return RelayReceipt.objects.filter(until__lte=now).delete()[0]
