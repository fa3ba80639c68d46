"""A text without an answer goes out again by itself only where a second copy does no harm."""

import datetime as dt

import pytest

from accounts.tests.make import make_operator, make_user
from messaging.carriers.base import Answer, Outcome
from messaging.carriers.models import Carrier
from messaging.operations import services as operations
from messaging.sending import services
from messaging.sending.engine import answers, claims, doubt, invariants, sweeps
from messaging.sending.models import Attempt, Batch, Message
from messaging.sending.states import words_for
from messaging.tests.make import NOW, make_queued, make_simulator

pytestmark = pytest.mark.django_db

MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)


@pytest.fixture
def carrier():
    return make_simulator(dedupes_for_minutes=60)


def record(carrier, text, outcome, now=NOW, **more):
    answers.record(carrier.pk, [Answer(text.message_id, text.attempt, outcome, **more)], now=now)
    return Message.objects.get(pk=text.message_id)


def doubtful(carrier, now=NOW, **fields):
    make_queued(make_user(), **fields)
    [text] = claims.take(carrier, 50, now=now)
    record(carrier, text, Outcome.AMBIGUOUS, now=now)
    return text


def state():
    return Message.objects.get().state


def test_it_waits_a_little_for_the_answer_and_says_so_and_goes_under_the_same_reference(carrier):
    first = doubtful(carrier)
    other = make_simulator(name="other", dedupes_for_minutes=60)

    sweeps.sweep(now=NOW)

    message = Message.objects.get()
    assert (message.state, message.maybe_sent) == ("queued", True)
    assert words_for(message).words == (
        "Waiting: no answer came. Its network takes no second copy, so it is sent again at 2:04pm"
    )
    assert claims.take(carrier, 50, now=NOW + dt.timedelta(seconds=20)) == []
    assert claims.take(other, 50, now=NOW + MINUTE) == []
    [again] = claims.take(carrier, 50, now=NOW + MINUTE)
    assert (again.reference, again.attempt) == (first.reference, 2)


def test_that_the_network_had_it_already_counts_as_taken(carrier):
    doubtful(carrier)
    sweeps.sweep(now=NOW)
    [again] = claims.take(carrier, 50, now=NOW + MINUTE)

    message = record(carrier, again, Outcome.DUPLICATE, now=NOW + MINUTE, code="409")

    assert (message.state, message.accepted_at) == ("submitted", NOW + MINUTE)
    assert message.accepted_part_count == 1
    phases = list(Attempt.objects.order_by("pk").values_list("phase", flat=True))
    assert phases == ["ambiguous", "resent", "duplicate"]
    assert invariants.broken(now=NOW + MINUTE) == {}


def test_a_name_that_comes_later_is_kept_for_the_reports(carrier):
    first = doubtful(carrier)
    sweeps.sweep(now=NOW)
    [again] = claims.take(carrier, 50, now=NOW + MINUTE)
    record(carrier, again, Outcome.DUPLICATE, now=NOW + MINUTE)

    message = record(carrier, first, Outcome.ACCEPTED, carrier_ref="A1", now=NOW + MINUTE)

    assert (message.carrier_ref, message.accepted_at) == ("A1", NOW + MINUTE)
    assert invariants.broken(now=NOW + MINUTE) == {}


def test_a_carrier_that_took_two_copies_all_the_same_is_found_out(carrier):
    first = doubtful(carrier)
    sweeps.sweep(now=NOW)
    [again] = claims.take(carrier, 50, now=NOW + MINUTE)
    record(carrier, again, Outcome.ACCEPTED, carrier_ref="B2", now=NOW + MINUTE)

    record(carrier, first, Outcome.ACCEPTED, carrier_ref="A1", now=NOW + MINUTE)

    assert list(invariants.broken(now=NOW + MINUTE)) == ["I6"]


def test_a_duplicate_late_or_at_once_is_charged_once(carrier):
    first = doubtful(carrier)

    for _ in range(2):
        message = record(carrier, first, Outcome.DUPLICATE, carrier_ref="A1", now=NOW + MINUTE)

    assert (message.state, message.carrier_ref) == ("submitted", "A1")
    assert message.accepted_at == NOW + MINUTE
    assert Attempt.objects.filter(phase="duplicate").count() == 1
    assert invariants.broken(now=NOW + MINUTE) == {}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda carrier: Carrier.objects.update(dedupes_for_minutes=None),
        lambda carrier: Carrier.objects.update(paused_at=NOW),
        lambda carrier: Carrier.objects.update(is_enabled=False),
        lambda carrier: Batch.objects.update(state="stopped"),
        lambda carrier: Batch.objects.update(state="paused", paused_at=NOW),
        lambda carrier: Message.objects.update(lease_losses=3),
        lambda carrier: Message.objects.update(doubted_at=None),
        lambda carrier: Attempt.objects.update(code="lease_over"),
    ],
    ids=["not proved", "paused", "off", "stopped", "held", "poison", "no time", "journal"],
)
def test_otherwise_it_is_left_in_doubt(carrier, spoil):
    doubtful(carrier)
    spoil(carrier)

    doubt.resend(now=NOW)

    assert state() == "unknown"


def test_while_everything_is_stopped_nothing_is_let_go(carrier):
    doubtful(carrier)
    operations.stop_everything(reason="Repeats", by=make_operator(), now=NOW)

    assert (doubt.resend(now=NOW), state()) == (0, "unknown")


def test_it_goes_only_while_four_fifths_of_the_carriers_memory_are_left(carrier):
    doubtful(carrier)

    assert doubt.resend(now=NOW + 47.7 * MINUTE) == 0
    assert doubt.resend(now=NOW + 46 * MINUTE) == 1


def test_one_that_could_not_go_in_that_time_is_in_doubt_again_and_is_not_sent(carrier):
    doubtful(carrier)
    doubt.resend(now=NOW)

    late = NOW + 48 * MINUTE
    assert claims.take(carrier, 50, now=late) == []
    sweeps.sweep(now=late)

    message = Message.objects.get()
    assert (message.state, message.maybe_sent, message.why) == ("unknown", True, "")


def test_the_memory_counts_from_the_first_copy(carrier):
    doubtful(carrier)
    doubt.resend(now=NOW)
    [again] = claims.take(carrier, 50, now=NOW + 40 * MINUTE)
    record(carrier, again, Outcome.AMBIGUOUS, now=NOW + 41 * MINUTE)

    assert Message.objects.get().doubted_at == NOW
    assert doubt.resend(now=NOW + 47 * MINUTE) == 0


def test_it_counts_from_when_it_was_taken_in_hand_and_not_from_when_that_was_noticed(carrier):
    make_queued(make_user())
    [text] = claims.take(carrier, 50, now=NOW)
    record(carrier, text, Outcome.AMBIGUOUS, now=NOW + 50 * MINUTE)

    assert (Message.objects.get().doubted_at, doubt.resend(now=NOW + 50 * MINUTE)) == (NOW, 0)


def test_after_five_times_somebody_has_to_decide(carrier):
    Carrier.objects.update(dedupes_for_minutes=14 * 24 * 60)
    doubtful(carrier, valid_until=NOW + 48 * HOUR)
    now = NOW
    for _ in range(5):
        assert doubt.resend(now=now) == 1
        now += 2 * HOUR
        [again] = claims.take(carrier, 50, now=now)
        record(carrier, again, Outcome.AMBIGUOUS, now=now)

    assert (doubt.resend(now=now), state()) == (0, "unknown")


def test_a_second_sweep_and_a_second_duplicate_change_nothing(carrier):
    doubtful(carrier)
    sweeps.sweep(now=NOW)
    before = list(Message.objects.values()), list(Attempt.objects.values())

    sweeps.sweep(now=NOW)

    assert (list(Message.objects.values()), list(Attempt.objects.values())) == before


def test_a_stopped_message_does_not_go_out_again(carrier):
    doubtful(carrier)
    doubt.resend(now=NOW)
    batch = Batch.objects.get()
    batch.person.refresh_from_db()

    services.stop(batch=batch, by=batch.person, now=NOW)

    assert state() == "unknown"
