"""Where somebody's charges stand today, and where they lead to."""

import datetime as dt
from dataclasses import dataclass, replace

from accounts.people.models import Person
from billing.reports.access import DEPARTMENTS
from billing.reports.cells import Cell, Figures, total
from billing.reports.period import Period
from billing.reports.queries.charges import Detail, cells
from billing.tariffs.money import to_pence
from billing.tariffs.queries import year_of
from billing.usage.queries.forecasts import forecasts
from smsportal.lib.walltime import month_of


@dataclass(frozen=True)
class Standing:
    """Without what is missing to the least for the year. forecast_pence: of the whole year, if it
    goes on as it went.
    """

    today: dt.date
    month: Figures
    year: Figures
    forecast_pence: int
    year_ends_on: dt.date


def standing(person: Person, today: dt.date) -> Standing:
    """Of the department, or the user's own part of it. Nineteen queries, however much it is."""
    year = year_of(today)
    so_far = _cells(person, Period(year, year.first_on, today))
    used = total(so_far)
    return Standing(
        today,
        total(cell for cell in so_far if cell.month == month_of(today)),
        used,
        _forecast(person, used, today),
        year.last_on,
    )


def _cells(person: Person, period: Period) -> list[Cell]:
    is_of_all = person.may(DEPARTMENTS)
    found = cells(
        period, department_ids=[person.department_id], detail=Detail(by_person=not is_of_all)
    )
    return found if is_of_all else [cell for cell in found if cell.person_id == person.pk]


def _forecast(person: Person, used: Figures, today: dt.date) -> int:
    department_id = person.department_id
    forecast = forecasts(on=today, department_ids=[department_id])[department_id]
    if not person.may(DEPARTMENTS):
        year = year_of(today)
        fees = total(_cells(person, Period(year, year.first_on, year.last_on))).fees_pence
        forecast = replace(
            forecast,
            used_tenths=(used.texts_pence + used.inbound_pence) * 10,
            rent_tenths=used.fees_pence * 10,
            rent_ahead_tenths=(fees - used.fees_pence) * 10,
        )
    return to_pence(forecast.year_tenths)
