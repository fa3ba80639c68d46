"""Several machines look at one moment: it comes round once, and it is one message."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.mail.models import OutgoingMail
from accounts.tests.make import make_user
from billing.tariffs.models import Tariff
from messaging.repeats import engine, services
from messaging.repeats.models import Occurrence, Repeat
from messaging.sending.models import Batch, Message
from messaging.tests.compose.test_at_once import at_once
from messaging.tests.repeats.repeating import make_repeat
from smsportal.lib.walltime import LONDON

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def amira():
    # What a migration put there is gone after the first test that commits.
    Tariff.objects.get_or_create(from_on="2019-08-01", defaults={"part_tenths": 35})
    return make_user()


def due_since(minutes: int, person) -> Repeat:
    """By the real clock, which the worker's bells go by."""
    at = timezone.now() - dt.timedelta(minutes=minutes)
    wall = at.astimezone(LONDON)
    return make_repeat(
        person,
        now=at - dt.timedelta(hours=2),
        date=f"{wall:%Y-%m-%d}",
        time=f"{wall:%H:%M}",
        repeat={"every": "day", "until": f"{wall + dt.timedelta(days=30):%Y-%m-%d}"},
    )


def look() -> None:
    """As a worker does whom beat, or a bell, has told to."""
    services.run_due(now=timezone.now())
    for pk in Occurrence.objects.filter(state="due").values_list("pk", flat=True):
        services.run(occurrence_id=pk, now=timezone.now())


def test_four_workers_make_one_message(amira):
    due_since(1, amira)

    assert at_once(look, look, look, look) == []

    assert (Occurrence.objects.get().state, Batch.objects.count()) == ("sent", 1)
    assert Message.objects.count() == 2


def test_three_workers_with_the_same_occurrence_make_one_message(amira):
    repeat, now = due_since(1, amira), timezone.now()
    (occurrence,) = engine.open_due(repeat.pk, now=now).due

    assert at_once(*[lambda: services.run(occurrence_id=occurrence.pk, now=now)] * 3) == []

    assert (Batch.objects.count(), Message.objects.count()) == (1, 2)


def test_what_was_missed_is_told_once(amira):
    due_since(180, amira)

    assert at_once(look, look, look, look) == []

    assert (Occurrence.objects.get().state, OutgoingMail.objects.count()) == ("missed", 1)


def test_paused_at_the_moment_at_which_it_comes_round_it_goes_or_it_does_not(amira):
    repeat = due_since(1, amira)

    assert at_once(look, lambda: services.pause(repeat=repeat, by=amira, now=timezone.now())) == []
    look()

    repeat.refresh_from_db()
    fate = (Occurrence.objects.get().state, Batch.objects.count())
    assert (repeat.state, fate in {("sent", 1), ("left_out", 0)}) == ("paused", True)
