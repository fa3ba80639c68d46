"""What each department prepays for a year (S44)."""

from collections.abc import Mapping

from billing.statements.models import Prepayment, Statement
from billing.tariffs.years import FinancialYear


def decided(year: FinancialYear) -> dict[int, Prepayment]:
    """By department: what finance decided, the last word of each."""
    found = Prepayment.objects.filter(year_begins_on=year.first_on).order_by("pk")
    return {each.department_id: each for each in found}


def locked_next(previous: FinancialYear) -> dict[int, int] | None:
    """By department, in pence: what the year before made of it; None while that is not locked."""
    statements = Statement.objects.of_year(previous.first_on)
    return dict(statements.values_list("department_id", "next_pence")) or None


def pence_of(
    department_id: int, *, decided: Mapping[int, Prepayment], coming: Mapping[int, int], least: int
) -> int:
    """Decided by finance, or else what the year before was, or else, of a new one, the minimum."""
    if department_id in decided:
        return decided[department_id].pence
    return coming.get(department_id, least)
