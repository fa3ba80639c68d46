"""Prices are announced ahead, taken back until they begin, and never changed after that."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.urls import reverse

from accounts.audit.models import AuditEvent
from accounts.mail.models import OutgoingMail
from accounts.tests.make import make_admin, make_finance, make_operator, make_user
from billing.tariffs import queries, services
from billing.tariffs.models import Tariff
from billing.tariffs.queries import Prices
from billing.tariffs.sorts import SORTS
from messaging.sending.prices import price_list
from messaging.tests.make import NOW
from smsportal.lib.errors import Refused

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 5, 12)
AUGUST = dt.date(2026, 8, 1)
TEXT, EXTRA, KEYWORD = SORTS["text"], SORTS["extra"], SORTS["keyword"]


def announce(sort=TEXT, values=(38,), from_on=AUGUST, by=None, now=NOW):
    by = by or make_operator()
    services.announce(sort=sort, values=values, from_on=from_on, by=by, now=now)


def test_the_first_prices_are_the_seeds():
    assert queries.prices_on(TODAY) == Prices(
        part_tenths=35,
        minimum_tenths=10_000,
        keyword_tenths=5_000,
        number_tenths=10_000,
        over_percent=10,
        over_tenths=5_000,
    )


def test_a_price_holds_from_its_day_on_and_the_others_stay():
    announce()

    book = queries.price_book()
    before, after = book.on(dt.date(2026, 7, 31)), book.on(AUGUST)
    assert (before.part_tenths, after.part_tenths) == (35, 38)
    assert (before.keyword_tenths, after.keyword_tenths) == (5_000, 5_000)
    assert price_list().part_tenths(department_id=1, on=AUGUST) == 38


def test_nothing_is_not_the_same_as_not_set():
    assert not queries.prices_on(AUGUST).is_incoming_set

    announce(SORTS["inbound"], (0,))

    assert not queries.prices_on(TODAY).is_incoming_set
    assert queries.prices_on(AUGUST).is_incoming_set


@pytest.mark.parametrize("from_on", [TODAY, TODAY - dt.timedelta(days=1)])
def test_no_price_begins_today_or_earlier(from_on):
    with pytest.raises(Refused) as refused:
        announce(from_on=from_on)

    assert "has begun or passed" in refused.value.words
    assert Tariff.objects.count() == 1


def test_london_decides_what_today_is():
    late = dt.datetime(2026, 7, 31, 23, 30, tzinfo=dt.UTC)  # half past midnight on 1 August

    with pytest.raises(Refused):
        announce(now=late)


def test_two_prices_may_begin_on_one_day_and_are_taken_back_one_by_one():
    team = make_operator()
    announce()
    announce(EXTRA, (15, 8_000))
    assert Tariff.objects.get(from_on=AUGUST).over_percent == 15

    services.take_back(sort=TEXT, from_on=AUGUST, by=team, now=NOW)
    left = queries.prices_on(AUGUST)
    assert (left.part_tenths, left.over_percent, left.over_tenths) == (35, 15, 8_000)

    services.take_back(sort=EXTRA, from_on=AUGUST, by=team, now=NOW)
    assert not Tariff.objects.filter(from_on=AUGUST).exists()


def test_the_same_price_is_not_announced_twice_for_one_day():
    announce()

    with pytest.raises(Refused) as refused:
        announce(values=(39,))

    assert refused.value.words.startswith("3.8p from 1 August 2026 is announced already.")
    assert queries.prices_on(AUGUST).part_tenths == 38


def test_a_price_that_has_begun_is_not_taken_back():
    announce()

    with pytest.raises(Refused):
        services.take_back(
            sort=TEXT, from_on=AUGUST, by=make_operator(), now=NOW + dt.timedelta(days=90)
        )

    assert queries.prices_on(AUGUST).part_tenths == 38


def test_administrators_and_finance_are_told_and_the_trail_says_who_did_it():
    admin, finance = make_admin(), make_finance()
    make_user(), make_admin(left_at=NOW), make_admin(email="")

    announce()

    told = OutgoingMail.objects.order_by("pk")
    assert [(mail.to, mail.department_id) for mail in told] == [
        (admin.email, admin.department_id),
        (finance.email, None),
    ]
    assert "A text part to one person: 3.8p from 1 August 2026." in told[0].body
    [line] = AuditEvent.objects.filter(verb="tariffs.announced")
    assert line.words == "Announced a price. A text part to one person: 3.8p from 1 August 2026."


@pytest.mark.parametrize("make", [make_finance, make_admin, make_user])
def test_only_the_messaging_team_changes_prices(make):
    with pytest.raises(PermissionDenied):
        announce(by=make())
    with pytest.raises(PermissionDenied):
        services.take_back(sort=TEXT, from_on=AUGUST, by=make(), now=NOW)


@pytest.mark.parametrize("fields", [{}, {"over_percent": 10}])
def test_the_database_keeps_no_empty_or_half_tariff(fields):
    with pytest.raises(IntegrityError):
        Tariff.objects.create(from_on=AUGUST, recorded_by_name="test", **fields)


# -- The pages ----------------------------------------------------------------------------------


@pytest.fixture
def team(client):
    client.force_login(make_operator())
    return client


def test_the_page_says_what_has_no_price(team):
    page = team.get(reverse("tariffs:list")).content.decode()

    assert "The price for each inbound text is not set." in page
    assert "Take back" not in page


def test_a_price_is_announced_on_its_page_and_taken_back_on_the_list(team):
    address = reverse("tariffs:change", args=["keyword"])
    answer = team.post(address, {"amount": "£6", "from_on": "2099-08-01"}, follow=True)

    assert "£6.00 from 1 August 2099" in answer.content.decode()
    assert queries.prices_on(dt.date(2099, 8, 1)).keyword_tenths == 6_000

    back = reverse("tariffs:take_back", args=["keyword", dt.date(2099, 8, 1)])
    assert "was taken back" in team.post(back, follow=True).content.decode()
    assert team.post(back).status_code == 422


def test_what_was_typed_comes_back_with_what_is_wrong(team):
    address = reverse("tariffs:change", args=["extra"])

    answer = team.post(address, {"percent": "ten", "amount": "5.00001", "from_on": "2019-08-01"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Write a whole percentage, such as 10." in page
    assert "5.00001 is finer than a tenth of a penny. Round it." in page
    assert 'value="ten"' in page
    assert 'value="5.00001"' in page
    assert 'value="2019-08-01"' in page


def test_a_day_that_has_begun_is_refused_beside_its_field(team):
    address = reverse("tariffs:change", args=["text"])

    answer = team.post(address, {"amount": "4", "from_on": "2020-08-01"})

    assert answer.status_code == 422
    assert "1 August 2020 has begun or passed." in answer.content.decode()


def test_finance_reads_prices_and_changes_none(client):
    client.force_login(make_finance())

    page = client.get(reverse("tariffs:list")).content.decode()

    assert "3.5p" in page
    assert "until the messaging team sets one" in page
    assert reverse("tariffs:change", args=["text"]) not in page


@pytest.mark.parametrize("address", ["/tariffs/nonsense/", "/tariffs/text/2027-13-01/take-back/"])
def test_what_has_no_price_has_no_page(team, address):
    assert team.post(address).status_code == 404
