"""What was decided about a text that may have been sent, for who sent it and who looks on."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from accounts.tests.make import make_admin, make_operator, make_user
from messaging.carriers.base import Answer, Outcome
from messaging.carriers.models import Carrier
from messaging.compose.queries.earlier import people_of
from messaging.sending import services
from messaging.sending.engine import answers, claims, doubt
from messaging.sending.models import Batch, Message
from messaging.sending.queries import Chosen
from messaging.tests.make import NOW, drama, make_queued, make_simulator

pytestmark = pytest.mark.django_db

LATER = NOW + dt.timedelta(minutes=5)


@pytest.fixture
def user():
    return make_user()


def doubtful(user, count=1):
    make_queued(user, [drama(n) for n in range(count)])
    carrier = make_simulator()
    for text in claims.take(carrier, 50, now=NOW):
        told = Answer(text.message_id, text.attempt, Outcome.AMBIGUOUS)
        answers.record(carrier.pk, [told], now=NOW)
    return Batch.objects.get()


def decide(deed, **which):
    uids = list(Message.objects.filter(**which).values_list("uid", flat=True))
    operator = make_operator(name="Tomasz Zielinski")
    deed(chosen=Chosen(LATER, uids), reason="Their log has none", by=operator, now=LATER)


def shown(client, batch, person):
    client.force_login(person)
    page = client.get(reverse("history:batch", args=[batch.uid]))
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


def test_its_sender_is_told_to_ask_before_sending_again(client, user):
    words = shown(client, doubtful(user), user)

    assert "May have been sent. We have not resent it Ask the person whether it came" in words


@pytest.mark.parametrize("looks", ["user", "admin"])
def test_user_and_admin_read_what_was_decided_by_whom_when_and_why(client, user, looks):
    batch = doubtful(user, 2)
    decide(services.send_again, row_no=0)
    decide(services.treat_as_not_sent, row_no=1)

    words = shown(client, batch, user if looks == "user" else make_admin(user.department))

    at = "Tue 12 May, 2:09pm"
    who = "Tomasz Zielinski of the messaging team"
    assert "Waiting: the messaging team has it sent again" in words
    assert f"{at}: {who} had it sent again, so it may arrive twice (Their log has none)." in words
    assert "Not sent: our problem (no answer came, and we treated it as not sent)" in words
    assert f"{at}: {who} treated it as not sent (Their log has none)." in words


@pytest.mark.parametrize(
    ("change", "why"),
    [({"paused_at": NOW}, "paused"), ({"is_enabled": False}, "switched off")],
)
def test_one_that_stays_with_its_carrier_says_so_when_that_takes_nothing(client, user, change, why):
    batch = doubtful(user)
    decide(services.send_again)
    make_simulator(name="other")
    Carrier.objects.filter(name="simulator").update(**change)

    words = shown(client, batch, user)

    assert (
        "Waiting: it may have gone by one connection already and goes by no other, "
        f"which is {why} now" in words
    )


def test_who_has_it_after_all_is_not_among_those_who_did_not_get_it(user):
    batch = doubtful(user, 3)
    decide(services.treat_as_not_sent)
    Message.objects.filter(row_no=0).update(reason="treated_delivered")

    assert people_of(batch, "not_delivered_or_sent").count() == 2


def test_an_emergency_that_went_again_by_itself_is_nobodys_decision(client, user, settings):
    settings.EMERGENCY_RESEND = True
    batch = doubtful(user)
    Message.objects.update(lane=0)
    doubt.resend_emergencies(now=LATER)

    words = shown(client, batch, user)

    assert "it went out again by itself, so it may arrive twice (an emergency is sent" in words
    assert "of the messaging team" not in words
