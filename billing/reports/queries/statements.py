"""The statement of one department."""

import datetime as dt

from django.conf import settings

from accounts.departments.models import Department
from billing.reports import statement
from billing.reports.period import Period
from billing.reports.queries.charges import cells, with_minimum
from billing.reports.statement import Statement
from billing.tariffs.queries import price_book
from billing.usage.queries.minimum import minimum_of


def statement_of(department: Department, period: Period, *, made_on: dt.date) -> Statement:
    used = cells(period, department_ids=[department.pk])
    charged = used
    if period.is_from_the_start:
        minimum = minimum_of(period.year, period.to_on, price_book())
        charged = with_minimum(used, minimum, [department])
    code = department.code_on(period.to_on)
    return statement.made(
        period,
        department=department.shown_on(period.to_on),
        # Two departments may have one code.
        reference=f"{code}-{department.pk}" if code else f"{department.pk}",
        cells=charged,
        made_on=made_on,
        is_demonstration=settings.DEMO,
    )
