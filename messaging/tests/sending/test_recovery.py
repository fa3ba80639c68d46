"""After a crash: what the journal tells, and what is done with it."""

import datetime as dt

import pytest

from accounts.tests.make import make_user
from messaging.carriers.base import Answer, Outcome
from messaging.sending.engine import claims, recovery, sweeps
from messaging.sending.engine.journal import Journal, read
from messaging.sending.models import Attempt, Message
from messaging.tests.make import NOW, drama, make_queued, make_simulator

pytestmark = pytest.mark.django_db

LATER = NOW + dt.timedelta(seconds=5)


@pytest.fixture
def carrier():
    return make_simulator()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal" / "simulator"


def in_hand(carrier, count=1):
    make_queued(make_user(), [drama(n) for n in range(count)])
    return claims.take(carrier, 50, now=NOW)


def recover(carrier, path, now=LATER, **more):
    recovery.recover(carrier, read(path), now=now, **more)
    return list(Message.objects.order_by("pk").values_list("state", flat=True))


def accepted(text, ref="A1"):
    return Answer(text.message_id, text.attempt, Outcome.ACCEPTED, carrier_ref=ref)


def test_a_text_that_is_not_in_the_journal_never_left(carrier, path):
    in_hand(carrier)
    Journal(path).close()

    assert recover(carrier, path) == ["queued"]
    message = Message.objects.get()
    assert (message.lease_losses, message.maybe_sent, message.next_at) == (1, False, NOW)


def test_a_text_in_the_journal_without_an_answer_may_have_been_sent(carrier, path):
    journal = Journal(path)
    journal.about_to_send(in_hand(carrier))

    assert recover(carrier, path) == ["unknown"]
    assert Message.objects.get().maybe_sent is True


def test_an_answer_in_the_journal_is_applied(carrier, path):
    texts = in_hand(carrier)
    journal = Journal(path)
    journal.about_to_send(texts)
    journal.answered([accepted(texts[0])])

    assert recover(carrier, path) == ["submitted"]
    assert Message.objects.get().carrier_ref == "A1"


def test_without_a_journal_nothing_is_known(carrier, path):
    in_hand(carrier)

    assert recover(carrier, path) == ["unknown"]


def test_half_a_line_was_never_said(carrier, path):
    first, second = in_hand(carrier, 2)
    journal = Journal(path)
    journal.about_to_send([first])
    whole = path.read_bytes()
    journal.about_to_send([second])
    path.write_bytes(path.read_bytes()[: len(whole) + 8])

    assert recover(carrier, path) == ["unknown", "queued"]


def test_the_journal_knows_better_than_the_sweep(carrier, path):
    never_left, answered, doubtful = in_hand(carrier, 3)
    journal = Journal(path)
    journal.about_to_send([answered, doubtful])
    journal.answered([accepted(answered)])
    much_later = NOW + dt.timedelta(minutes=10)
    sweeps.sweep(now=much_later)

    assert recover(carrier, path, now=much_later) == ["queued", "submitted", "unknown"]
    overruled = Attempt.objects.filter(is_overruled=True).values_list("message_id", flat=True)
    assert list(overruled) == [never_left.message_id]


def test_recovering_twice_changes_nothing(carrier, path):
    texts = in_hand(carrier, 3)
    journal = Journal(path)
    journal.about_to_send(texts[:2])
    journal.answered([accepted(texts[0])])
    recover(carrier, path)
    before = list(Message.objects.values())

    recover(carrier, path)

    assert list(Message.objects.values()) == before


def test_what_is_in_hand_now_is_left_alone(carrier, path):
    lost, held = in_hand(carrier, 2)
    Journal(path).close()

    states = recover(carrier, path, but={(held.message_id, held.attempt)})

    assert states == ["queued", "sending"]


def test_another_carriers_texts_are_left_alone(carrier, path):
    in_hand(carrier)
    Journal(path).close()

    assert recover(make_simulator(name="other"), path) == ["sending"]


def test_a_text_that_was_in_hand_at_three_crashes_is_taken_out(carrier, path):
    in_hand(carrier)
    Journal(path).close()
    for crash in range(3):
        states = recover(carrier, path)
        if crash < 2:
            claims.take(carrier, 50, now=LATER)

    message = Message.objects.get()
    assert (states, message.reason) == (["failed"], "poison")


def test_a_journal_forgets_what_the_database_has(carrier, path, monkeypatch):
    monkeypatch.setattr("messaging.sending.engine.journal.COMPACT_OVER_BYTES", 0)
    done, still_open = in_hand(carrier, 2)
    journal = Journal(path)
    journal.about_to_send([done, still_open])
    journal.answered([accepted(done)])
    journal.recorded([accepted(done)])

    past = read(path)

    assert (past.is_whole, past.about, past.answers) == (
        True,
        {(still_open.message_id, still_open.attempt)},
        {},
    )


def test_a_doubt_outlives_the_journal_it_came_from(carrier, path):
    journal = Journal(path)
    journal.about_to_send(in_hand(carrier))
    sweeps.sweep(now=NOW + dt.timedelta(minutes=10))
    for _ in range(2):
        states = recover(carrier, path, now=NOW + dt.timedelta(minutes=11))
        Journal(path).close()

    assert states == ["unknown"]


def test_a_claim_that_got_lost_again_and_again_is_no_crash(carrier, path):
    in_hand(carrier)
    Journal(path).close()
    for _ in range(4):
        states = recover(carrier, path, after_crash=False)
        claims.take(carrier, 50, now=LATER)

    assert (states, Message.objects.get().lease_losses) == (["queued"], 0)
