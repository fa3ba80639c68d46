"""What was used and what it cost: the questions of reports, statements and estimates.

All money is in tenths of a penny, exact and net; billing/tariffs/money.py rounds a line. Days are
London's, first and last both included. Nothing here says what a text said or whom it went to.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from typing import Any, Final, Literal, NamedTuple

from django.db.models import Case, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce, TruncMonth

from accounts.departments.models import CodeKind, CostCode, Department
from billing.tariffs.queries import price_book
from billing.usage import rents
from billing.usage.models import KEYWORD, NUMBER, ReceivedUsage, SentUsage
from billing.usage.rents import Rental, RentalLine, Terms
from inbound.keywords.models import Keyword
from messaging.incoming.models import IncomingText
from messaging.senders.models import Sender
from messaging.sending.models import Message
from smsportal.lib.walltime import day_of, start_of

DAY: Final = dt.timedelta(days=1)

By = Literal["department", "code", "person", "source", "price", "month", "day"]

_FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "department": ("department_id",),
    "code": ("code_kind", "code"),
    "person": ("person_id",),
    "source": ("source",),
    "price": ("price_tenths",),
    "month": ("month",),
    "day": ("on",),
}


class Row(NamedTuple):
    """One group of what was used. What was not grouped by is None; so is the person of what the
    portal sent by itself and of texts to a keyword.
    """

    department_id: int | None = None
    code_kind: str | None = None  # a CodeKind
    code: str | None = None
    person_id: int | None = None
    source: str | None = None  # a Batch's; "keyword" or "number" for texts that came in
    price_tenths: int | None = None  # of one part, or of one text that came in
    month: dt.date | None = None  # its first day
    on: dt.date | None = None
    text_count: int = 0  # messages that a carrier took
    part_count: int = 0  # what is charged: the seed's "texts" (T6)
    cost_tenths: int = 0  # of the parts
    incoming_count: int = 0  # texts that came in
    incoming_tenths: int = 0  # their cost

    @property
    def total_tenths(self) -> int:
        return self.cost_tenths + self.incoming_tenths


def rows(
    *,
    from_on: dt.date,
    to_on: dt.date,
    department_ids: Collection[int] | None = None,
    person_ids: Collection[int] | None = None,
    by: Collection[By] = (),
) -> list[Row]:
    """What was sent and what came in, grouped by any of department, code, person, source, price,
    month and day; all in one row without any (none where there was nothing).

    department_ids, person_ids: None for all. In the order of the groups. The rows of two groupings
    of the same period add up to the same, to the tenth. Two queries, whatever is asked.
    """
    columns = [column for each in by for column in _FIELDS[each]]
    found: dict[tuple, list[int]] = {}
    for source, sums in ((SentUsage, _SENT), (ReceivedUsage, _RECEIVED)):
        facts = _within(source.objects.all(), from_on, to_on, department_ids, person_ids)
        first = _COUNTS.index(next(iter(sums)))
        for group in _grouped(facts, columns, sums):
            counts = found.setdefault(group[: len(columns)], [0] * len(_COUNTS))
            counts[first : first + len(sums)] = [each or 0 for each in group[len(columns) :]]
    return [_row(columns, *group) for group in sorted(found.items(), key=_place) if any(group[1])]


def _row(columns: list[str], key: tuple, counts: list[int]) -> Row:
    values: dict[str, Any] = dict(zip((*columns, *_COUNTS), (*key, *counts), strict=True))
    return Row(**values)


def _place(group: tuple[tuple, list[int]]) -> list[tuple]:
    """What is nobody's, or of no code, comes first."""
    return [(each is not None, each) for each in group[0]]


_SENT: Final = {
    "text_count": Sum("text_count"),
    "part_count": Sum("part_count"),
    "cost_tenths": Sum("cost_tenths"),
}
_RECEIVED: Final = {
    "incoming_count": Sum("text_count"),
    "incoming_tenths": Sum("cost_tenths"),
}


_COUNTS: Final = (*_SENT, *_RECEIVED)


def _within(
    facts: QuerySet,
    from_on: dt.date,
    to_on: dt.date,
    department_ids: Collection[int] | None,
    person_ids: Collection[int] | None,
) -> QuerySet:
    facts = facts.filter(on__gte=from_on, on__lte=to_on)
    if department_ids is not None:
        facts = facts.filter(department_id__in=department_ids)
    return facts if person_ids is None else facts.filter(person_id__in=person_ids)


def _grouped(facts: QuerySet, columns: list[str], sums: dict[str, Sum]) -> Any:
    if "month" in columns:
        facts = facts.annotate(month=TruncMonth("on"))
    if "source" in columns and facts.model is ReceivedUsage:
        kind = Case(When(keyword__isnull=False, then=Value(KEYWORD)), default=Value(NUMBER))
        facts = facts.annotate(source=kind)
    if not columns:
        return [tuple(facts.aggregate(**sums).values())]
    return facts.order_by().values(*columns).annotate(**sums).values_list(*columns, *sums)


def charged() -> QuerySet[Message]:
    """The texts that departments pay for: taken, once, by a carrier that charges."""
    return Message.objects.filter(accepted_at__isnull=False, carrier__is_charging=True)


def to_departments() -> QuerySet[IncomingText]:
    """Texts that came to a department: to a keyword (`keyword_id`), or else to the number of
    `person_id`. `owner_id`: the department.
    """
    to_keyword = Q(sorting__keyword__isnull=False)
    whose = Coalesce("sorting__keyword__department_id", "department_id")
    texts = IncomingText.objects.filter(to_keyword | Q(person__isnull=False)).order_by()
    return texts.annotate(keyword_id=F("sorting__keyword_id"), owner_id=whose)


def received_on(on: dt.date) -> QuerySet[IncomingText]:
    """The same, of one day in London."""
    return to_departments().filter(
        received_at__gte=start_of(on), received_at__lt=start_of(on + DAY)
    )


def rental_lines(
    *, from_on: dt.date, to_on: dt.date, department_ids: Collection[int] | None = None
) -> list[RentalLine]:
    """Keywords and numbers by the calendar month started: a line for each word or number, split
    where the price or the department's code changes, and where months lie between.

    What somebody still has is taken to go on until `to_on`: give today for what was used so far,
    the last day of a year for what the year will cost.
    """
    return rents.joined(rental_months(from_on=from_on, to_on=to_on, department_ids=department_ids))


def rental_months(
    *, from_on: dt.date, to_on: dt.date, department_ids: Collection[int] | None = None
) -> list[RentalLine]:
    """The same, each month a line of its own: for tables and charts by month. Four queries."""
    prices, codes = price_book(), code_book(department_ids)

    def terms(rental: Rental, on: dt.date) -> Terms:
        price = prices.on(on)
        tenths = price.keyword_tenths if rental.kind == KEYWORD else price.number_tenths
        return Terms(*codes.on(rental.department_id, on), tenths)

    rentals = _rentals(from_on, to_on, department_ids)
    return list(rents.monthly(rentals, terms, from_on=from_on, to_on=to_on))


def _rentals(
    from_on: dt.date, to_on: dt.date, department_ids: Collection[int] | None
) -> list[Rental]:
    keywords, senders = Keyword.objects.all(), Sender.objects.all()
    if department_ids is not None:
        keywords = keywords.filter(department_id__in=department_ids)
        senders = senders.filter(department_id__in=department_ids)
    columns = ("department_id", "created_at", "released_at")
    found = [
        _rental(KEYWORD, None, word, *of) for word, *of in keywords.values_list("word", *columns)
    ]
    numbers = senders.values_list("person_id", "number", *columns)
    return found + [_rental(NUMBER, person_id, number, *of) for person_id, number, *of in numbers]


def _rental(
    kind: str,
    person_id: int | None,
    label: str,
    department_id: int,
    created_at: dt.datetime,
    released_at: dt.datetime | None,
) -> Rental:
    ended_on = day_of(released_at) if released_at else None
    return Rental(kind, department_id, person_id, label, day_of(created_at), ended_on)


class CodeBook:
    """Every code of some departments, read once."""

    def __init__(self, codes: Collection[CostCode]) -> None:
        self._codes: dict[int, list[CostCode]] = defaultdict(list)
        for code in sorted(codes, key=lambda each: each.from_on):
            self._codes[code.department_id].append(code)

    def on(self, department_id: int, day: dt.date) -> tuple[str, str]:
        """Kind and code on that day; before the first one, the first."""
        theirs = self._codes.get(department_id)
        if not theirs:
            return CodeKind.COST_CENTRE, ""
        begun = [code for code in theirs if code.from_on <= day]
        code = begun[-1] if begun else theirs[0]
        return code.kind, code.code

    def last(self, department: Department, until: dt.date) -> tuple[str, str]:
        """Kind and code that the department has last, up to that day or its closing."""
        if department.closed_at:
            until = min(until, day_of(department.closed_at))
        return self.on(department.pk, until)


def code_book(department_ids: Collection[int] | None = None) -> CodeBook:
    """One query. department_ids: None for all."""
    codes = CostCode.objects.all()
    if department_ids is not None:
        codes = codes.filter(department_id__in=department_ids)
    return CodeBook(list(codes))
