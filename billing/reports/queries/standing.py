"""Where somebody's charges stand today, and where they lead to."""

import datetime as dt
from dataclasses import dataclass

from billing.reports.access import Reach
from billing.reports.cells import Cell, Figures, total
from billing.reports.period import Period
from billing.reports.queries.charges import Detail, cells
from billing.tariffs.money import to_pence
from billing.tariffs.queries import year_of
from smsportal.lib.walltime import month_of


@dataclass(frozen=True)
class Standing:
    """forecast_pence: of the whole year, if it goes on as it went."""

    today: dt.date
    month: Figures
    year: Figures
    forecast_pence: int
    year_ends_on: dt.date


def standing(reach: Reach, today: dt.date) -> Standing:
    """Twelve queries. Without what is missing to the least for the year."""
    year = year_of(today)
    so_far = _within(Period(year, year.first_on, today), reach)
    used = total(so_far)
    fees = total(_within(Period(year, year.first_on, year.last_on), reach)).fees_pence
    elapsed = year.elapsed_days(today)
    varying = used.texts_pence + used.inbound_pence
    return Standing(
        today,
        total(cell for cell in so_far if cell.month == month_of(today)),
        used,
        to_pence(varying * 10 * year.day_count // elapsed) + fees,
        year.last_on,
    )


def _within(period: Period, reach: Reach) -> list[Cell]:
    departments = None if reach.department_id is None else [reach.department_id]
    found = cells(
        period, department_ids=departments, detail=Detail(reach.person_id is not None, False)
    )
    return [cell for cell in found if reach.person_id in (None, cell.person_id)]
