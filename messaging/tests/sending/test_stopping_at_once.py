"""A stop in the middle of what others do at that moment, each on a connection of its own."""

import threading
import time

import pytest
from django.db import connection, transaction

from accounts.audit.models import AuditEvent
from accounts.tests.make import make_user
from billing.tariffs.models import Tariff
from messaging.carriers.base import Answer, Outcome
from messaging.history.queries import progress
from messaging.sending import services
from messaging.sending.engine import answers, claims, expand, invariants, release
from messaging.sending.models import Allowance
from messaging.tests.make import NOW, make_batch, make_simulator

pytestmark = pytest.mark.django_db(transaction=True)


class Breathing:
    """Transactions with a moment between them, in which somebody else may come first."""

    @staticmethod
    def atomic():
        time.sleep(0.02)
        return transaction.atomic()


@pytest.fixture
def user():
    # What a migration put there is gone after the first test that commits.
    Tariff.objects.get_or_create(from_on="2019-08-01", defaults={"part_tenths": 35})
    return make_user()


def beside(work):
    """Start `work` in a thread and on a connection of its own; answers how to wait for it."""
    raised = []

    def run():
        try:
            work()
        except Exception as error:
            raised.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()

    def end():
        thread.join()
        assert raised == []

    return end


def until(is_so):
    give_up_at = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < give_up_at, "it did not come to that in time"
        time.sleep(0.005)


def four(batch):
    batch.refresh_from_db()
    told = progress(batch)
    return told.sent, told.on_the_way, told.maybe_sent, told.never_sent


def used():
    return set(Allowance.objects.values_list("used_count", flat=True))


def test_an_expander_that_runs_is_stopped_and_every_cap_is_given_back(user, monkeypatch):
    monkeypatch.setattr(expand, "AT_ONCE", 0)
    monkeypatch.setattr(services.accepting, "enqueue", lambda *_, **__: None)
    monkeypatch.setattr(expand.db, "CHUNK", 20)
    monkeypatch.setattr(expand, "transaction", Breathing)
    batch = make_batch(user, people=900)

    end = beside(lambda: expand.expand(batch, now=NOW))
    until(lambda: batch.messages.count() >= 100)
    services.stop(batch=batch, by=user, now=NOW)
    shown = four(batch)
    end()
    release.drop_all_stopped(now=NOW)

    assert shown == four(batch) == (0, 0, 0, 900)
    assert (batch.messages.count() < 900, batch.expanded_at) == (True, None)
    assert used() == {0}
    assert invariants.broken(now=NOW) == {}


def test_what_two_senders_take_while_it_is_stopped_is_finished_and_nothing_else_goes(user):
    carrier = make_simulator(window=1000)
    batch = make_batch(user, people=600)
    release.release_due(now=NOW)
    took, sums, is_over = [], [], threading.Event()

    def send():
        while not is_over.is_set():
            texts = claims.take(carrier, 1000, most=5, now=NOW)
            took.extend(text.message_id for text in texts)
            time.sleep(0.005)
            answers.record(carrier.pk, [answer(text) for text in texts], now=NOW)

    def answer(text):
        """Every third is refused, and gives its part back, as the stop does at that moment."""
        if text.message_id % 3 == 0:
            return Answer(text.message_id, text.attempt, Outcome.REFUSED)
        return Answer(text.message_id, text.attempt, Outcome.ACCEPTED, carrier_ref=text.reference)

    ends = [beside(send), beside(send)]
    until(lambda: len(took) >= 50)
    services.stop(batch=batch, by=user, now=NOW)
    for _ in range(10):
        sums.append(sum(four(batch)))
    time.sleep(0.2)
    gone = len(took)
    time.sleep(0.2)
    is_over.set()
    for end in ends:
        end()
    release.drop_all_stopped(now=NOW)

    assert (set(sums), len(took)) == ({600}, gone)
    sent = sum(pk % 3 != 0 for pk in took)
    assert four(batch) == (sent, 0, 0, 600 - sent)
    assert used() == {sent}
    assert invariants.broken(now=NOW) == {}


def test_three_presses_at_one_moment_are_one_deed(user):
    batch = make_batch(user)
    release.release_due(now=NOW)
    start = threading.Barrier(3)

    def press():
        start.wait()
        services.stop(batch=batch, by=user, now=NOW)

    for end in [beside(press) for _ in range(3)]:
        end()

    assert AuditEvent.objects.filter(verb="messages.stopped").count() == 1
    assert (four(batch), used()) == ((0, 0, 0, 3), {0})
