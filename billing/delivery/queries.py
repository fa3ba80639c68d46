"""The rows of a report, a shelf of texts at a time, and who may be sent it."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from django.db.models import QuerySet, Sum

from accounts.people.models import Person
from billing.delivery.models import DeliveryOrder, DeliveryReport, What
from billing.delivery.periods import Period
from messaging.history import queries as history
from messaging.sending.models import Batch, Message
from messaging.sending.states import YES
from smsportal.lib import exports, phones
from smsportal.lib.walltime import LONDON, start_of

SHELF = 2_000  # texts that are read together, and no more are in memory
# What a count in a mail is called, by history's groups.
COUNTED = ("delivered", "undelivered", "unknown", "unconfirmed", "sending", "not_sent")
GROUP_OF = {state: group for group in COUNTED for state in history.STATES[group]}

Row = tuple[exports.Cell, ...]


def batches(person: Person, period: Period) -> QuerySet[Batch]:
    """What `person` may see of what went, or was to go, in that period; oldest first."""
    until = period.last_on + dt.timedelta(days=1)
    found = Batch.objects.visible_to(person)
    found = found.filter(send_at__gte=start_of(period.first_on), send_at__lt=start_of(until))
    return found.order_by("send_at", "pk")


def text_count(person: Person, period: Period) -> int:
    return batches(person, period).order_by().aggregate(n=Sum("person_count"))["n"] or 0


@dataclass
class Sheet:
    """A report's table. Once its rows have been read, `counts` has what they add up to."""

    order: DeliveryOrder
    period: Period
    now: dt.datetime
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def header(self) -> Sequence[str]:
        return self._table[0]

    def rows(self) -> Iterator[Row]:
        for row in self._table[1]:
            self.counts["rows"] += 1
            yield row

    @cached_property
    def _table(self) -> tuple[Sequence[str], Iterable[Row]]:
        found = batches(self.order.person, self.period).iterator(chunk_size=500)
        if self.order.what == What.MESSAGES:
            return _with(MESSAGES, ("Words",), self.order), self._messages(found)
        return _with(TEXTS, ("Name", "Words"), self.order), self._texts(found)

    def _texts(self, found: Iterable[Batch]) -> Iterator[Row]:
        for shelf in shelves(found):
            batch_of = {batch.pk: batch for batch in shelf}
            for texts in texts_of(shelf):
                for text in texts:
                    text.batch = batch_of[text.batch_id]
                yield from self._rows_of(texts)

    def _rows_of(self, texts: list[Message]) -> Iterator[Row]:
        for row in history.rows_of(texts, self.order.person, now=self.now):
            text, batch = row.text, row.text.batch
            tenths = text.accepted_part_count * batch.price_tenths
            tenths = tenths if row.words.charged == YES else 0
            self.counts["texts"] += 1
            self.counts[GROUP_OF[text.state]] += 1
            self.counts["cost_tenths"] += tenths
            whole = self.order.has_words
            cells: Row = (
                wall(batch.send_at),
                batch.reference,
                batch.person_name,
                exports.phone_cell(text.number) if whole else phones.mask(text.number),
                row.words.words,
                wall(row.at) if row.at else "",
                text.part_count,
                row.words.charged,
                pounds(tenths),
            )
            yield (*cells, row.name, text.body or batch.body) if whole else cells

    def _messages(self, found: Iterable[Batch]) -> Iterator[Row]:
        for batch in found:
            left_out = sum(batch.left_out.values())
            went = history.Progress(
                Counter(batch.tally), batch.person_count, left_out, batch.charged_part_count
            )
            tenths = batch.charged_part_count * batch.price_tenths
            self.counts["texts"] += batch.person_count
            self.counts["cost_tenths"] += tenths
            self.counts.update({group: went[group] for group in COUNTED})
            cells: Row = (
                wall(batch.send_at),
                batch.reference,
                batch.person_name,
                batch.person_count,
                *(went[group] for group in COUNTED),
                left_out,
                batch.charged_part_count,
                pounds(tenths),
            )
            yield (*cells, batch.body) if self.order.has_words else cells


TEXTS = (
    "Sent", "Message", "Sent by", "Mobile", "What happened", "When", "Texts", "Charged", "Cost (£)",
)  # fmt: skip
MESSAGES = (
    "Sent", "Message", "Sent by", "People", "Delivered", "Not delivered", "May have been sent",
    "No report from the network", "On the way", "Not sent", "Left out", "Texts charged", "Cost (£)",
)  # fmt: skip


def _with(header: Sequence[str], more: Sequence[str], order: DeliveryOrder) -> Sequence[str]:
    return (*header, *more) if order.has_words else header


def shelves(found: Iterable[Batch]) -> Iterator[list[Batch]]:
    """Small batches together until there are texts enough; a large one stands alone."""
    shelf: list[Batch] = []
    size = 0
    for batch in found:
        if shelf and size + batch.person_count > SHELF:
            yield shelf
            shelf, size = [], 0
        shelf.append(batch)
        size += batch.person_count
    if shelf:
        yield shelf


def texts_of(shelf: Sequence[Batch]) -> Iterator[list[Message]]:
    """The texts of a shelf in the order of its batches, no more than SHELF at a time."""
    if len(shelf) > 1:
        place = {batch.pk: n for n, batch in enumerate(shelf)}
        texts = list(Message.objects.filter(batch__in=place))
        yield sorted(texts, key=lambda text: (place[text.batch_id], text.row_no))
        return
    after = -1
    while texts := list(shelf[0].messages.filter(row_no__gt=after).order_by("row_no")[:SHELF]):
        yield texts
        after = texts[-1].row_no


def wall(at: dt.datetime) -> str:
    """As spreadsheets of this country read it."""
    return f"{at.astimezone(LONDON):%d/%m/%Y %H:%M:%S}"


def pounds(tenths: int) -> Decimal:
    return Decimal(tenths) / 1000


def strangers(by: Person, addresses: Iterable[str]) -> list[str]:
    """Those of the addresses that nobody of the department has."""
    colleagues = Person.objects.live().filter(department_id=by.department_id)
    known = {email.lower() for email in colleagues.values_list("email", flat=True)}
    return [address for address in addresses if address.lower() not in known]


def may_read_words(order: DeliveryOrder) -> QuerySet[Person]:
    """A user's report names personal contacts: theirs alone. An admin's is all admins'."""
    people = Person.objects.live().filter(department_id=order.department_id)
    if order.person.may("see_department_messages"):
        return people.having("see_department_messages")
    return people.filter(pk=order.person_id)


def orders_of(person: Person) -> QuerySet[DeliveryOrder]:
    """Those that come again, the next first."""
    return (
        DeliveryOrder.objects.visible_to(person)
        .filter(next_on__isnull=False, stopped_at__isnull=True)
        .order_by("next_on", "pk")
    )


def reports_of(person: Person) -> QuerySet[DeliveryReport]:
    """The newest first."""
    found = DeliveryReport.objects.visible_to(person).select_related("order")
    return found.prefetch_related("links").order_by("-created_at", "-pk")
