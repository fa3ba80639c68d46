"""Each question finds the violation that was planted for it, and nothing in a sound house."""

import datetime as dt

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.tests.make import make_department, make_user
from messaging.carriers.base import Answer, Outcome
from messaging.sending.engine import answers, claims
from messaging.sending.engine.invariants import broken
from messaging.sending.models import Attempt, Batch, Message, Receipt
from messaging.tests.make import NOW, make_queued, make_simulator
from smsportal.lib.db import is_postgres

pytestmark = pytest.mark.django_db

LONG_AGO = NOW - dt.timedelta(days=2)


def without_the_databases_own_check(name):
    """The first two are refused by the database itself, so nothing could be planted."""
    with connection.cursor() as cursor:
        if is_postgres():
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # none may be pending
            cursor.execute(f"ALTER TABLE messaging_message DROP CONSTRAINT {name}")
        else:
            cursor.execute("PRAGMA ignore_check_constraints = ON")


@pytest.fixture(autouse=True)
def _checks_come_back():
    yield
    if not is_postgres():
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA ignore_check_constraints = OFF")


def plant_i1(message):
    without_the_databases_own_check("maybe_sent_is_never_not_sent")
    Message.objects.update(state="failed", maybe_sent=True)


def plant_i2(message):
    without_the_databases_own_check("sending_has_lease")
    Message.objects.update(state="sending", lease_until=None)


def plant_i3(message):
    Message.objects.update(state="sending", lease_until=NOW - dt.timedelta(minutes=3))


def plant_i4(message):
    Message.objects.update(state="delivered", carrier_ref="A1")


def plant_i5(message):
    Message.objects.update(state="failed", accepted_at=NOW)


def plant_i5_by_its_story(message):
    Message.objects.update(state="cancelled")
    Attempt.objects.create(message=message, number=1, at=NOW, phase="ambiguous")


def plant_i6(message):
    carrier = make_simulator()
    text = claims.take(carrier, 1, now=NOW)[0]
    for ref in ("A1", "B2"):
        told = Answer(text.message_id, text.attempt, Outcome.ACCEPTED, carrier_ref=ref)
        answers.record(carrier.pk, [told], now=NOW)


def plant_i7(message):
    Batch.objects.update(person_count=2)


def plant_i8(message):
    Batch.objects.update(state="finished")


def plant_i8_by_a_stop(message):
    Batch.objects.update(state="stopped", changed_at=LONG_AGO)


def plant_i7_by_a_stop(message):
    Batch.objects.update(state="stopped", person_count=0, expanded_at=None, changed_at=NOW)


def plant_i10(message):
    Message.objects.update(state="scheduled", next_at=NOW - dt.timedelta(minutes=2))


def plant_i11(message):
    Message.objects.update(lane=0, next_at=NOW - dt.timedelta(seconds=11))


def plant_i12(message):
    Receipt.objects.create(
        carrier=make_simulator(), carrier_ref="X", state="delivered", received_at=LONG_AGO
    )


def plant_i14(message):
    Message.objects.update(department=make_department())


PLANTED = [plant for name, plant in list(globals().items()) if name.startswith("plant_")]


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_a_planted_violation_is_found(plant):
    message = make_queued(make_user())[0]
    assert broken(now=NOW) == {}

    plant(message)

    assert list(broken(now=NOW)) == [plant.__name__.split("_")[1].upper()]


def test_the_command_says_nothing_is_wrong(capsys):
    make_queued(make_user())

    call_command("check_invariants")

    assert capsys.readouterr().out == "All 17 invariants hold.\n"


def test_the_command_names_what_is_wrong_and_fails(capsys):
    message = make_queued(make_user())[0]
    plant_i8(message)

    with pytest.raises(CommandError, match="1 invariants do not hold"):
        call_command("check_invariants")

    told = f"I8 is finished or stopped while texts of it wait: {message.batch_id}\n"
    assert capsys.readouterr().out == told
