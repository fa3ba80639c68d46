"""A year that goes on as it did; and texts that were taken twice."""

import datetime as dt

import pytest

from accounts.tests.make import make_department, make_user
from billing.tests.make import make_sent
from billing.tests.usage.counted import counted
from billing.usage.queries.forecasts import Forecast, forecasts
from billing.usage.queries.twice import TakenTwice, taken_twice
from inbound.tests.make import make_keyword
from messaging.sending.models import Attempt, Message
from messaging.tests.make import NOW

pytestmark = pytest.mark.django_db

FIRST, TODAY = dt.date(2025, 8, 1), dt.date(2026, 5, 12)


def old(name=""):
    return make_department(name, created_at=NOW - dt.timedelta(days=900))


def test_texts_go_on_day_by_day_and_rents_month_by_month():
    department = old()
    make_keyword(department=department, created_at=NOW - dt.timedelta(days=40))  # April
    counted(make_sent(make_user(department), people=285))  # one a day

    found = forecasts(on=TODAY)[department.pk]

    assert found == Forecast(department.pk, 285, 80, 285 * 35, 10_000, 10_000, 10_000)
    assert found.year_tenths == 365 * 35 + 20_000


def test_one_that_opened_in_the_year_has_had_fewer_days():
    new = make_department(created_at=NOW - dt.timedelta(days=9))
    counted(make_sent(make_user(new), people=10))

    found = forecasts(on=TODAY)[new.pk]

    assert (found.day_count, found.days_left) == (10, 80)
    assert found.year_tenths == 90 * 35


def test_one_that_used_nothing_is_foretold_the_minimum():
    department = old()

    found = forecasts(on=TODAY)[department.pk]

    assert (found.year_tenths, found.or_minimum_tenths) == (0, 10_000)


def test_a_closed_one_is_told_of_only_when_it_used_something():
    quiet, busy = old(), old()
    for department in (quiet, busy):
        department.closed_at = NOW
        department.save()
    counted(make_sent(make_user(busy)))

    assert set(forecasts(on=TODAY)) == {busy.pk}


def test_a_text_taken_twice_is_charged_once_and_listed():
    batch = make_sent(make_user(), people=3, parts=2)
    make_sent(make_user())
    for text in Message.objects.filter(batch=batch, row_no__in=[0, 1]):
        codes = [text.carrier_ref, "B9"] if text.row_no else [text.carrier_ref]
        said = {"message": text, "number": 1, "carrier": text.carrier, "at": NOW}
        told = [Attempt(**said, phase="accepted", code=code) for code in codes]
        Attempt.objects.bulk_create(told)

    found = taken_twice(from_on=FIRST, to_on=TODAY)

    assert found == [TakenTwice(batch.department_id, batch.reference, 1, TODAY, 2, 2)]
    assert taken_twice(from_on=FIRST, to_on=TODAY - dt.timedelta(days=1)) == []
    assert taken_twice(from_on=FIRST, to_on=TODAY, department_ids=[0]) == []
