"""What a sender writes down of its carrier, and that it takes up changed settings."""

import asyncio
import datetime as dt
import os
import signal
from collections import Counter

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.tests.make import make_user
from messaging.carriers.base import Answer, DeliveryReceipt, LineState, Outcome
from messaging.carriers.models import Carrier, CarrierHealth
from messaging.management.commands import sender as command
from messaging.sending.engine import health
from messaging.sending.models import Message
from messaging.tests.make import make_simulator
from messaging.tests.sending.test_sender import QUICK, is_all, make_fresh, run_until, sender_of

NOW = dt.datetime(2026, 5, 12, 12, 45, 30, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


def facts(problem="", connected=1, passed="", **counts):
    line = LineState(connected, 1, problem)
    return health.Facts(line, connected > 0, 3, 50.0, False, Counter(counts), passed)


def write(carrier, *, at=NOW, **said):
    health.write(carrier.pk, facts(**said), now=at)
    return CarrierHealth.objects.get(carrier=carrier)


@pytest.mark.django_db
def test_counts_add_up_within_a_day_and_begin_anew_at_midnight_in_london():
    carrier = make_simulator()
    write(carrier, accepted=5, throttled=2, delivered=3, undelivered=1)

    row = write(carrier, accepted=2)
    assert (row.accepted_count, row.throttled_count) == (7, 2)
    assert (row.delivered_count, row.undelivered_count) == (3, 1)
    assert (row.last_accepted_at, row.last_receipt_at) == (NOW, NOW)

    midnight = dt.datetime(2026, 5, 12, 23, 0, tzinfo=dt.UTC)
    row = write(carrier, at=midnight, accepted=1)
    assert (row.accepted_count, row.throttled_count, row.delivered_count) == (1, 0, 0)
    assert (row.last_accepted_at, row.last_receipt_at) == (midnight, NOW)


@pytest.mark.django_db
def test_texts_are_counted_by_the_minute_for_an_hour():
    carrier = make_simulator()
    first = int(NOW.timestamp()) // 60
    write(carrier, accepted=4)
    write(carrier, accepted=1)
    write(carrier, at=NOW + MINUTE)

    row = write(carrier, at=NOW + 2 * MINUTE, accepted=9)
    assert row.minutes == [[first, 5], [first + 2, 9]]

    row = write(carrier, at=NOW + 60 * MINUTE)
    assert row.minutes == [[first + 2, 9]]


@pytest.mark.django_db
def test_a_problem_has_a_beginning_and_an_end_and_is_remembered():
    carrier = make_simulator()
    write(carrier)
    write(carrier, at=NOW + MINUTE, connected=0, problem="it does not answer")

    row = write(carrier, at=NOW + 2 * MINUTE, connected=0, problem="it does not answer")
    assert (row.is_ready, row.down_since, row.has_problem) == (False, NOW + MINUTE, True)
    assert (row.problem, row.problem_since) == ("it does not answer", NOW + MINUTE)

    write(carrier, at=NOW + 3 * MINUTE)
    row = write(carrier, at=NOW + 4 * MINUTE)
    assert (row.is_ready, row.down_since, row.has_problem) == (True, None, False)
    assert (row.problem, row.problem_over_at) == ("it does not answer", NOW + 3 * MINUTE)

    row = write(carrier, at=NOW + 5 * MINUTE, problem="it does not answer")
    assert (row.problem_since, row.problem_over_at) == (NOW + 5 * MINUTE, None)


@pytest.mark.django_db
def test_a_problem_that_nobody_saw_while_it_lasted_is_remembered_too():
    carrier = make_simulator()
    write(carrier)

    row = write(carrier, at=NOW + MINUTE, passed="the line broke")

    assert (row.problem, row.has_problem) == ("the line broke", False)
    assert (row.problem_since, row.problem_over_at) == (NOW + MINUTE, NOW + MINUTE)
    assert write(carrier, at=NOW + 2 * MINUTE).problem_over_at == NOW + MINUTE


def test_only_what_says_something_about_the_carrier_is_counted():
    seen = health.Seen()
    seen.answers(Answer(n, 1, outcome) for n, outcome in enumerate(Outcome))
    seen.reports([DeliveryReceipt("k", "r", "delivered"), DeliveryReceipt("k", "r", "undelivered")])

    assert seen.take() == {"accepted": 1, "throttled": 1, "delivered": 1, "undelivered": 1}
    assert seen.take() == {}


@pytest.mark.django_db(transaction=True)
def test_a_sender_leaves_behind_how_its_carrier_is(tmp_path):
    make_fresh(make_user(), [f"+4477009001{n:02}" for n in range(20)])
    carrier = make_simulator(settings=QUICK, texts_per_second=500)

    run_until(sender_of(carrier, tmp_path), is_all("delivered"))

    row = CarrierHealth.objects.get(carrier=carrier)
    assert (row.is_ready, row.connected_count, row.connection_count) == (True, 1, 1)
    assert (row.accepted_count, row.delivered_count) == (20, 20)
    assert (row.in_hand_count, row.rate, row.is_slowed) == (0, 500, False)
    assert timezone.now() - row.at < dt.timedelta(seconds=20)


@pytest.mark.django_db(transaction=True)
def test_changed_settings_end_a_sender_and_other_changes_do_not(tmp_path):
    carrier = make_simulator(settings=QUICK)
    make_fresh(make_user(), ["+447700900100"])
    sender = sender_of(carrier, tmp_path)

    def is_free_now_and_delivered():
        Carrier.objects.update(is_charging=False)
        return is_all("delivered")()

    run_until(sender, is_free_now_and_delivered)
    assert not sender.is_outdated

    changed = sender_of(Carrier.objects.get(), tmp_path)

    def change():
        Carrier.objects.update(settings={**QUICK, "latency_ms": 5})
        return changed.is_outdated

    run_until(changed, change)
    assert changed.is_outdated


@pytest.mark.django_db(transaction=True)
def test_the_process_connects_again_with_the_new_settings(tmp_path, settings):
    settings.VAR_DIR = tmp_path
    (tmp_path / "journal").mkdir()
    carrier = make_simulator(settings={**QUICK, "latency_ms": 1})
    made = []

    class Counted(command.Sender):
        async def run(self):
            made.append(self.carrier.settings["latency_ms"])
            if len(made) == 1:
                self.line.submit(Carrier.objects.update, settings={**QUICK, "latency_ms": 2})
            else:
                asyncio.get_running_loop().call_later(0.5, os.kill, os.getpid(), signal.SIGTERM)
            await super().run()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(command, "Sender", Counted)
        call_command("sender", carrier.name)

    assert made == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_the_sender_of_a_carrier_that_is_removed_ends_and_says_why(tmp_path, settings):
    settings.VAR_DIR = tmp_path
    carrier = make_simulator(settings=QUICK)

    class Removed(command.Sender):
        async def run(self):
            self.line.submit(Carrier.objects.all().delete)
            await super().run()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(command, "Sender", Removed)
        with pytest.raises(CommandError, match="simulator was removed"):
            call_command("sender", carrier.name)

    assert not CarrierHealth.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_carrier_whose_settings_do_not_do_says_so_on_its_page(tmp_path, settings):
    settings.VAR_DIR = tmp_path
    carrier = Carrier.objects.create(name="tallis", kind="smpp", settings={"host": "127.0.0.1"})

    with pytest.raises(CommandError, match="tallis cannot be connected: its setting port is miss"):
        call_command("sender", carrier.name)

    row = CarrierHealth.objects.get(carrier=carrier)
    assert (row.is_ready, row.problem) == (False, "its setting port is missing")
    assert not Message.objects.exists()
