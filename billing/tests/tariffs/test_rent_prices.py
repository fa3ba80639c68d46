"""The pages of keywords and numbers say what they cost a month, at the price in force."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.tests.make import make_admin, make_department, make_operator, make_user
from billing.tests.make import make_tariff
from inbound.tests.make import make_keyword, make_number
from smsportal.lib.walltime import day_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def another_price_since_yesterday():
    yesterday = day_of(timezone.now()) - dt.timedelta(days=1)
    make_tariff(yesterday, keyword_tenths=7_500, number_tenths=12_000)


@pytest.fixture
def keyword():
    return make_keyword(department=make_department())


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("renting:keywords", "£7.50 a month each"),
        ("renting:numbers", "£12 a month each"),
        ("renting:give", "It pays £7.50 for each calendar month"),
        ("renting:rent", "Their department pays £12 for each calendar month"),
    ],
)
def test_the_messaging_team_reads_it(client, keyword, name, words):
    make_number(make_user(keyword.department))
    client.force_login(make_operator())

    assert words in client.get(reverse(name)).content.decode()


def test_administrators_read_it(client, keyword):
    client.force_login(make_admin(keyword.department))

    assert "£7.50 a month" in client.get(reverse("keywords:list")).content.decode()
    page = client.get(reverse("keywords:edit", args=[keyword.uid])).content.decode()
    assert "£7.50 a month" in page


def test_whose_number_it_is_reads_it(client):
    user = make_user()
    make_number(user)
    client.force_login(user)

    page = client.get(reverse("twoway:number")).content.decode()

    assert "Your department pays £12 a month for it." in page
