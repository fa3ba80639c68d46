"""Prices are announced ahead, and taken back until they begin. Who asks for one: PriceList."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any, Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import DateField, Q

from accounts.audit.access import require
from accounts.audit.actors import Actor
from accounts.audit.services import record
from accounts.mail import services as mail
from accounts.people.models import Person
from billing.tariffs import queries
from billing.tariffs.models import PRICES, Tariff
from billing.tariffs.sorts import Sort
from smsportal.lib import db
from smsportal.lib.errors import Refused
from smsportal.lib.walltime import day_of
from smsportal.lib.words import day

TEAM = "manage_tariffs"
# It is asked for with every mail.
_PRICE: Final = db.Ready[int](
    lambda: (
        Tariff.objects.filter(from_on__lte=db.Given("on", DateField()), part_tenths__isnull=False)
        .order_by("-from_on")
        .values_list("part_tenths", flat=True)[:1]
    )
)


class PriceList:
    """What sending and renting ask (see messaging/sending/prices.py)."""

    def part_tenths(self, *, department_id: int, on: dt.date) -> int:
        """The price of one part on that day. Raises Tariff.DoesNotExist before the first tariff."""
        if not (found := _PRICE(on=on)):
            raise Tariff.DoesNotExist
        return found[0]

    def parts_tenths(self, *, department_ids: Collection[int], on: dt.date) -> dict[int, int]:
        """One price holds for all of them. Raises as above."""
        price = self.part_tenths(department_id=min(department_ids), on=on)
        return dict.fromkeys(department_ids, price)

    def keyword_tenths(self, *, on: dt.date) -> int:
        return queries.prices_on(on).keyword_tenths

    def number_tenths(self, *, on: dt.date) -> int:
        return queries.prices_on(on).number_tenths


@transaction.atomic
def announce(
    *, sort: Sort, values: Sequence[int], from_on: dt.date, by: Actor, now: dt.datetime
) -> None:
    """From a later day on. Administrators and finance are told by mail. values: of sort.columns.

    Raises Refused for a day that has begun, and for one that has such a price already.
    """
    require(by, TEAM)
    if from_on <= day_of(now):
        raise Refused(
            f"{day(from_on)} has begun or passed. A price begins tomorrow at the earliest: what "
            "was used until then is charged at the price people were told.",
            field="id_from_on",
        )
    given = dict(zip(sort.columns, values, strict=True))
    if not _write(given, from_on, by, now):
        taken = next(
            each for each in queries.line(sort, day_of(now)).announced if each.from_on == from_on
        )
        raise Refused(
            f"{taken.words} from {day(from_on)} is announced already. Take it back first, or "
            "choose another day.",
            field="id_from_on",
        )
    words = f"{sort.label}: {sort.shown(*values)} from {day(from_on)}."
    record(by=by, verb="tariffs.announced", words=f"Announced a price. {words}", now=now)
    _tell("A price changes", f"{words}\n\nUntil then the price stays as it is.", now)


def _write(given: dict[str, int], from_on: dt.date, by: Actor, now: dt.datetime) -> bool:
    """False where the day has such a price. Two who announce at once: one of them has it."""
    empty = dict.fromkeys((f"{column}__isnull" for column in given), True)
    if Tariff.objects.filter(from_on=from_on, **empty).update(**given):
        return True
    recorded = {"recorded_at": now, "recorded_by_name": by.audit_name}
    try:
        with transaction.atomic():
            Tariff.objects.create(from_on=from_on, **given, **recorded)
    except IntegrityError:
        return bool(Tariff.objects.filter(from_on=from_on, **empty).update(**given))
    return True


@transaction.atomic
def take_back(*, sort: Sort, from_on: dt.date, by: Actor, now: dt.datetime) -> None:
    """One that has not begun. Who was told of it is told again. Raises Refused."""
    require(by, TEAM)
    planned = {each.from_on: each for each in queries.line(sort, day_of(now)).announced}
    if from_on not in planned or not _clear(sort, from_on, day_of(now)):
        raise Refused(
            f"No {sort.noun} from {day(from_on)} can be taken back: it has begun, or somebody was "
            "quicker. Announce another one instead."
        )
    words = f"{sort.label}: {planned[from_on].words} from {day(from_on)}."
    record(by=by, verb="tariffs.taken_back", words=f"Took back a price. {words}", now=now)
    _tell("A price does not change after all", f"This was taken back. {words}", now)


def _clear(sort: Sort, from_on: dt.date, today: dt.date) -> bool:
    """A day that says nothing any more is removed."""
    given: dict[str, Any] = dict.fromkeys((f"{column}__isnull" for column in sort.columns), False)
    mine = Tariff.objects.filter(from_on=from_on, from_on__gt=today, **given)
    others = [name for name in PRICES if name not in sort.columns]
    says_more = Q(*((f"{name}__isnull", False) for name in others), _connector=Q.OR)
    if mine.filter(says_more).update(**dict.fromkeys(sort.columns)):
        return True
    return bool(mine.exclude(says_more).delete()[0])


def _tell(subject: str, body: str, now: dt.datetime) -> None:
    people = Person.objects.live().having("hear_of_prices").exclude(email="")
    open_ones = people.filter(Q(department__isnull=True) | Q(department__closed_at__isnull=True))
    written = f"{body}\n\nThe prices: {settings.PORTAL_URL}/tariffs/\n"
    told = open_ones.order_by("pk").values_list("email", "department_id")
    mail.send_many(
        [
            mail.letter(to=to, subject=subject, body=written, department_id=of, now=now)
            for to, of in told
        ]
    )
