"""What a carrier answered, and what became of the text."""

import datetime as dt

import pytest

from accounts.tests.make import make_user
from messaging.carriers.base import Answer, Outcome
from messaging.sending.engine import answers, claims
from messaging.sending.models import Allowance, Attempt, Batch, Message
from messaging.tests.make import NOW, make_queued, make_simulator

pytestmark = pytest.mark.django_db

LATER = NOW + dt.timedelta(minutes=1)


@pytest.fixture
def carrier():
    return make_simulator()


def claim(carrier, now=NOW):
    return claims.take(carrier, 50, now=now)


def record(carrier, text, outcome, now=NOW, **more):
    answers.record(carrier.pk, [Answer(text.message_id, text.attempt, outcome, **more)], now=now)
    return Message.objects.get(pk=text.message_id)


def one_in_hand(carrier, **fields):
    make_queued(make_user(), **fields)
    return claim(carrier)[0]


def test_an_accepted_text_is_charged_from_then_on(carrier):
    text = one_in_hand(carrier, part_count=3)

    message = record(carrier, text, Outcome.ACCEPTED, carrier_ref="A1", now=LATER)

    assert (message.state, message.carrier_ref, message.lease_until) == ("submitted", "A1", None)
    assert (message.accepted_at, message.accepted_part_count) == (LATER, 3)
    assert Attempt.objects.count() == 0


def test_an_answer_has_the_batch_counted_again(carrier):
    text = one_in_hand(carrier)
    before = Batch.objects.get().changed_at

    record(carrier, text, Outcome.ACCEPTED, carrier_ref="A1", now=before)

    assert Batch.objects.get().changed_at > before


def test_a_refused_text_says_why_and_gives_its_part_back(carrier):
    user = make_user()
    Allowance.objects.create(
        scope="person_day", owner_id=user.pk, period_on=NOW.date(), used_count=5
    )
    make_queued(user, part_count=2)
    text = claim(carrier)[0]

    message = record(carrier, text, Outcome.REFUSED, code="11", words="no such number")

    assert (message.state, message.reason, message.why) == ("failed", "11", "no such number")
    assert (message.final_at, message.accepted_at) == (NOW, None)
    assert Allowance.objects.get().used_count == 3


def test_a_refused_text_that_may_have_been_sent_is_not_called_not_sent(carrier):
    make_queued(make_user(), maybe_sent=True, carrier=carrier)
    text = claim(carrier)[0]

    assert record(carrier, text, Outcome.REFUSED).state == "unknown"


def test_a_busy_network_is_tried_again_later_and_later(carrier):
    text = one_in_hand(carrier)

    message = record(carrier, text, Outcome.NOT_SENT, words="Not now")

    assert message.state == "queued"
    assert dt.timedelta(seconds=24) <= message.next_at - NOW <= dt.timedelta(seconds=36)
    assert message.why.startswith("the network is busy, next try at 2:0")
    again = claim(carrier, now=NOW + dt.timedelta(seconds=40))[0]
    message = record(carrier, again, Outcome.NOT_SENT, now=LATER)
    assert dt.timedelta(seconds=96) <= message.next_at - LATER <= dt.timedelta(seconds=144)


def test_the_eighth_refusal_for_now_is_one_for_good(carrier):
    now = NOW
    make_queued(make_user(), valid_until=NOW + dt.timedelta(days=9))
    for _ in range(8):
        message = record(carrier, claim(carrier, now=now)[0], Outcome.NOT_SENT, now=now)
        now += dt.timedelta(hours=2)

    assert (message.state, message.attempt_count) == ("failed", 8)


def test_a_text_sent_too_fast_is_first_in_line_again(carrier):
    text = one_in_hand(carrier)

    message = record(carrier, text, Outcome.THROTTLED, now=LATER)

    assert (message.state, message.next_at) == ("queued", NOW)
    assert Attempt.objects.count() == 0


def test_a_text_without_an_answer_is_never_sent_again(carrier):
    text = one_in_hand(carrier)

    message = record(carrier, text, Outcome.AMBIGUOUS, code="no_answer")

    assert (message.state, message.maybe_sent, message.lease_until) == ("unknown", True, None)
    assert claim(carrier, now=NOW + dt.timedelta(hours=23)) == []
    assert list(Attempt.objects.values_list("phase", "code", "number")) == [
        ("ambiguous", "no_answer", 1)
    ]


def test_an_answer_to_an_earlier_attempt_does_not_touch_the_present_one(carrier):
    first = one_in_hand(carrier)
    record(carrier, first, Outcome.THROTTLED)
    second = claim(carrier)[0]

    message = record(carrier, first, Outcome.NOT_SENT)

    assert (second.attempt, message.state, message.attempt_count) == (2, "sending", 2)


def test_an_acceptance_that_comes_late_clears_the_doubt(carrier):
    text = one_in_hand(carrier)
    record(carrier, text, Outcome.AMBIGUOUS)

    message = record(carrier, text, Outcome.ACCEPTED, carrier_ref="A1", now=LATER)

    assert (message.state, message.carrier_ref, message.accepted_at) == ("submitted", "A1", LATER)


@pytest.mark.parametrize(
    ("outcome", "state"), [(Outcome.REFUSED, "failed"), (Outcome.NOT_SENT, "queued")]
)
def test_a_no_that_comes_late_overrules_the_doubt(carrier, outcome, state):
    text = one_in_hand(carrier)
    record(carrier, text, Outcome.AMBIGUOUS)

    message = record(carrier, text, outcome, now=LATER)

    assert (message.state, message.maybe_sent) == (state, False)
    assert Attempt.objects.get(phase="ambiguous").is_overruled is True


def test_a_batch_whose_text_waits_again_is_not_finished_any_more(carrier):
    text = one_in_hand(carrier)
    record(carrier, text, Outcome.AMBIGUOUS)
    Batch.objects.update(state="finished", finished_at=NOW)

    record(carrier, text, Outcome.NOT_SENT, now=LATER)

    assert list(Batch.objects.values_list("state", "finished_at")) == [("running", None)]
    assert [each.message_id for each in claim(carrier, now=LATER)] == [text.message_id]


def test_the_same_answer_twice_changes_nothing(carrier):
    text = one_in_hand(carrier)
    record(carrier, text, Outcome.ACCEPTED, carrier_ref="A1")

    message = record(carrier, text, Outcome.ACCEPTED, carrier_ref="A1", now=LATER)

    assert (message.accepted_at, Attempt.objects.count()) == (NOW, 0)


def test_a_second_acceptance_is_kept_as_evidence(carrier):
    text = one_in_hand(carrier)
    record(carrier, text, Outcome.ACCEPTED, carrier_ref="A1")

    message = record(carrier, text, Outcome.ACCEPTED, carrier_ref="B2")

    assert message.carrier_ref == "A1"
    assert list(Attempt.objects.values_list("phase", "code")) == [("accepted", "B2")]
