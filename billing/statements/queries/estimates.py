"""What the next year will cost each department, while this one runs (S46, S49)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from accounts.departments.models import Department
from billing.statements.estimating import Estimate, Seen, YearPrices, estimate
from billing.statements.queries.facts import YearFacts, facts_of
from billing.tariffs.queries import Prices
from inbound.keywords.models import Keyword
from messaging.senders.models import Sender
from smsportal.lib.walltime import day_of, month_of

NOTHING = Seen(0, 0, 0)


def estimates(facts: YearFacts) -> dict[int, Estimate]:
    """By department: from the whole months that have passed since the year or the department began.
    Until there is one, from the year before.
    """
    before = None
    if month_of(facts.to_on) == facts.year.months[0]:
        last = facts.year.previous
        before = facts_of(last, last.last_on, facts.departments)
    keywords, holders = _keywords(), _number_holders()
    prices = _in_tenths(facts.prices.on(facts.year.next.first_on))
    return {
        pk: estimate(
            seen=_whole_year(before, pk)
            if before
            else _seen(facts, department, before=month_of(facts.to_on)),
            keywords=keywords.get(pk, []),
            number_holders=holders.get(pk, []),
            prices=prices,
        )
        for pk, department in facts.departments.items()
    }


def _whole_year(facts: YearFacts, department_id: int) -> Seen:
    department = facts.departments.get(department_id)
    return _seen(facts, department, before=facts.year.next.first_on) if department else NOTHING


def months_seen(facts: YearFacts, department: Department, *, before: dt.date) -> list[dt.date]:
    """The whole months that the department has had the service, by their first days."""
    began = month_of(day_of(department.created_at))
    return [month for month in facts.year.months if began <= month < before]


def _seen(facts: YearFacts, department: Department, *, before: dt.date) -> Seen:
    months = months_seen(facts, department, before=before)
    used = [row for row in facts.rows.get(department.pk, []) if row.month in months]
    return Seen(
        part_count=sum(row.part_count for row in used),
        incoming_count=sum(row.incoming_count for row in used),
        month_count=len(months),
    )


def _keywords() -> dict[int, list[str]]:
    found = Keyword.objects.live().order_by("word").values_list("department_id", "word")
    return _by_department(found)


def _number_holders() -> dict[int, list[str]]:
    live = Sender.objects.filter(released_at__isnull=True)
    return _by_department(
        live.order_by("person__name").values_list("department_id", "person__name")
    )


def _by_department(pairs: Iterable[tuple[int, str]]) -> dict[int, list[str]]:
    found = defaultdict(list)
    for department_id, name in pairs:
        found[department_id].append(name)
    return found


def _in_tenths(prices: Prices) -> YearPrices:
    return YearPrices(
        part_tenths=prices.part_tenths,
        keyword_tenths=prices.keyword_tenths,
        number_tenths=prices.number_tenths,
        incoming_tenths=prices.incoming_tenths,
        minimum_tenths=prices.minimum_tenths,
    )
