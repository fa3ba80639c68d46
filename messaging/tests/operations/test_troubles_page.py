"""The page for 3 a.m., whoever else is still alive."""

import pytest
from django.urls import reverse

from accounts.tests.make import make_operator
from messaging.operations.kinds import KINDS
from messaging.operations.models import Trouble
from messaging.tests.operations.well import HOUR, MINUTE, NOW, make_well
from smsportal.lib.db import database_now

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _broker(running_broker):
    """Without it something would be wrong in every test."""


def page(client):
    client.force_login(make_operator())
    return client.get(reverse("operations:troubles")).text


def test_the_page_says_that_nothing_is_wrong_with_the_figures_that_show_it(client):
    make_well(now=database_now(), last_accepted_at=NOW)

    shown = page(client)

    assert "Nothing is wrong." in shown
    for label in ("Worker", "Clock (beat)", "Redis", "tallis", "Texts waiting", "Mails waiting"):
        assert f"<dt>{label}</dt>" in shown
    assert "Nothing has been wrong in the last 14 days." in shown


def test_the_page_holds_while_nobody_keeps_watch_and_redis_is_away(client, running_broker):
    running_broker.kill()
    running_broker.wait()

    shown = page(client)

    for what in ("No carrier may take texts", "The clock (beat) is not", "Redis does not answer"):
        assert what in shown
    assert "Nothing is wrong" not in shown


def test_the_page_says_since_when_by_the_first_who_saw_it(client):
    now = database_now()
    make_well(now=now, is_slowed=True)
    since = now - 3 * HOUR - 5 * MINUTE
    Trouble.objects.create(kind="carrier_slowed", subject="tallis", since=since, seen_at=now)

    assert "for 3 hours 5 minutes" in page(client)


def test_the_page_remembers_what_is_over_for_two_weeks(client):
    now = database_now()
    make_well(now=now)
    for days, kind in ((1, "broker_away"), (15, "mail_stuck")):
        at = now - days * 24 * HOUR
        Trouble.objects.create(kind=kind, since=at - HOUR, seen_at=at, over_at=at)

    shown = page(client)

    assert "Redis does not answer" in shown
    assert '<td class="num nowrap">1 hour</td>' in shown
    assert "Mail does not leave" not in shown


def test_the_number_of_troubles_stands_beside_the_way_to_them(client):
    Trouble.objects.create(kind="broker_away", since=NOW, seen_at=NOW)
    Trouble.objects.create(kind="mail_stuck", since=NOW, seen_at=NOW, over_at=NOW)
    client.force_login(make_operator())

    shown = client.get(reverse("people:profile")).text

    assert 'What is wrong <span class="count count--bad">1</span></a>' in shown


@pytest.mark.parametrize("key", KINDS)
def test_every_kind_has_whole_sentences_and_a_way(key):
    kind = KINDS[key]

    assert not kind.what.endswith(".")
    assert kind.doing.endswith(".")
    assert "—" not in kind.doing + kind.advice
    if kind.leads[0]:
        args = ["00000000-0000-0000-0000-000000000000"] * (kind.leads[0] == "operations:carrier")
        assert reverse(kind.leads[0], args=args)
