"""What the sweep does when nobody else did."""

import datetime as dt

import pytest

from accounts.tests.make import make_department, make_user
from messaging.sending.engine import claims, sweeps
from messaging.sending.models import Allowance, Attempt, Batch, Message
from messaging.tests.make import NOW, make_queued, make_simulator

pytestmark = pytest.mark.django_db

MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)


def state():
    return Message.objects.get().state


def test_a_lease_that_ran_out_leaves_a_text_that_may_have_been_sent():
    make_queued(make_user())
    claims.take(make_simulator(), 50, now=NOW)
    sweeps.sweep(now=NOW + dt.timedelta(seconds=59))
    assert state() == "sending"

    sweeps.sweep(now=NOW + dt.timedelta(seconds=61))

    message = Message.objects.get()
    assert (message.state, message.maybe_sent, message.lease_losses) == ("unknown", True, 1)
    assert list(Attempt.objects.values_list("phase", "code")) == [("ambiguous", "lease_over")]


def test_a_text_that_waited_too_long_expires_and_gives_its_part_back():
    user = make_user()
    Allowance.objects.create(
        scope="person_day", owner_id=user.pk, period_on=NOW.date(), used_count=1
    )
    make_queued(user, valid_until=NOW + HOUR)
    before = Batch.objects.get().changed_at

    sweeps.sweep(now=NOW + 2 * HOUR)

    assert (state(), Allowance.objects.get().used_count) == ("expired", 0)
    assert Batch.objects.get().changed_at > before


def test_an_old_text_that_may_have_been_sent_does_not_expire():
    make_queued(make_user(), valid_until=NOW + HOUR, maybe_sent=True)

    sweeps.sweep(now=NOW + 2 * HOUR)

    assert state() == "unknown"


@pytest.mark.parametrize(
    "fields",
    [{"state": "submitted", "accepted_at": NOW}, {"state": "unknown", "maybe_sent": True}],
)
def test_a_day_after_its_validity_no_report_is_expected_any_more(fields):
    make_queued(make_user(), valid_until=NOW, **fields)
    sweeps.sweep(now=NOW + 23 * HOUR)
    assert state() == fields["state"]

    sweeps.sweep(now=NOW + 25 * HOUR)

    assert state() == "unconfirmed"


def test_a_practice_number_is_refused_where_every_carrier_is_real():
    make_queued(make_user(), ["+447700900123", "+447400000001"])
    carrier = make_simulator(name="real", is_sandbox=False)

    assert [text.number for text in claims.take(carrier, 50, now=NOW)] == ["+447400000001"]
    sweeps.sweep(now=NOW)

    refused = Message.objects.get(number="+447700900123")
    assert (refused.state, refused.reason) == ("failed", "practice_number")


def test_real_numbers_go_to_the_real_carrier_and_practice_numbers_to_the_sandbox():
    make_queued(make_user(), ["+447700900123", "+447400000001"])
    real, sandbox = make_simulator(name="real", is_sandbox=False), make_simulator()

    assert [text.number for text in claims.take(sandbox, 50, now=NOW)] == ["+447700900123"]
    assert [text.number for text in claims.take(real, 50, now=NOW)] == ["+447400000001"]


def test_texts_of_a_paused_department_say_so_until_it_goes_on():
    department = make_department(frozen_at=NOW)
    make_simulator()
    make_queued(make_user(department))

    sweeps.sweep(now=NOW)
    assert Message.objects.get().why == "your department is paused"

    department.frozen_at = None
    department.save()
    sweeps.sweep(now=NOW)
    assert Message.objects.get().why == ""


def test_texts_without_a_carrier_say_so_until_there_is_one():
    make_queued(make_user())
    sweeps.sweep(now=NOW)
    assert Message.objects.get().why == "the connection to the networks is closed"

    make_simulator()
    sweeps.sweep(now=NOW)

    assert Message.objects.get().why == ""


def test_a_second_sweep_changes_nothing():
    make_queued(make_user(), valid_until=NOW + HOUR)
    claims.take(make_simulator(), 50, now=NOW)
    sweeps.sweep(now=NOW + MINUTE * 2)
    before = list(Message.objects.values()), list(Batch.objects.values())

    sweeps.sweep(now=NOW + MINUTE * 2)

    assert (list(Message.objects.values()), list(Batch.objects.values())) == before
