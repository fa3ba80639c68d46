"""A year as the facts of this moment say: the dry run. It writes nothing."""

import datetime as dt
from collections.abc import Collection

from accounts.departments.models import Department
from billing.statements.estimating import Estimate
from billing.statements.queries import estimates, prepaid
from billing.statements.queries.facts import YearFacts, facts_of
from billing.statements.settling import Account, settle
from billing.tariffs.money import to_pence
from billing.tariffs.years import FinancialYear


def accounts(
    year: FinancialYear, today: dt.date, department_ids: Collection[int] | None = None
) -> list[Account]:
    """Every department's, by name; department_ids: of these only.

    While the year runs: until today, with an estimate for the next one. Once it is over, the next
    one is charged what it cost.
    """
    facts = facts_of(year, today, department_ids)
    decided, coming = prepaid.decided(year), coming_from(year.previous, department_ids)
    runs = today <= year.last_on
    foreseen = estimates.estimates(facts) if runs else {}
    return [
        _account(
            facts,
            department,
            prepaid_pence=prepaid.pence_of(
                department.pk,
                decided=decided,
                coming=coming,
                least=to_pence(facts.least_tenths(department)),
            ),
            foreseen=foreseen.get(department.pk),
        )
        for department in facts.departments.values()
    ]


def coming_from(
    previous: FinancialYear, department_ids: Collection[int] | None = None
) -> dict[int, int]:
    """By department, in pence: what a year that is over makes them prepay for the one after it. As
    it was locked, or as it stands until then.
    """
    locked = prepaid.locked_next(previous)
    if locked is not None:
        return locked
    facts = facts_of(previous, previous.last_on, department_ids)
    drafts = (_account(facts, each, prepaid_pence=0) for each in facts.departments.values())
    return {draft.department_id: draft.next_pence for draft in drafts}


def _account(
    facts: YearFacts,
    department: Department,
    *,
    prepaid_pence: int,
    foreseen: Estimate | None = None,
) -> Account:
    return settle(
        department_id=department.pk,
        code=facts.code(department),
        standing=facts.standing(department),
        lines=facts.lines(department),
        least_pence=to_pence(facts.least_tenths(department)),
        year=(facts.year.months[0], facts.year.months[-1]),
        prepaid_pence=prepaid_pence,
        is_over=facts.prices.on(facts.year.last_on).is_over,
        estimate_pence=foreseen.total_pence if foreseen else None,
    )
