"""What the network reported, and what is shown then."""

import datetime as dt

import pytest

from accounts.tests.make import make_user
from messaging.carriers.base import Answer, DeliveryReceipt, Outcome
from messaging.sending.engine import answers, claims, receipts
from messaging.sending.models import Batch, Message, Receipt
from messaging.tests.make import NOW, make_queued, make_simulator

pytestmark = pytest.mark.django_db

LATER = NOW + dt.timedelta(minutes=1)


@pytest.fixture
def carrier():
    return make_simulator()


@pytest.fixture
def text(carrier):
    """One text the carrier has as A1."""
    make_queued(make_user())
    text = claims.take(carrier, 50, now=NOW)[0]
    accepted = Answer(text.message_id, text.attempt, Outcome.ACCEPTED, carrier_ref="A1")
    answers.record(carrier.pk, [accepted], now=NOW)
    return text


def report(carrier, *states, ref="A1", now=LATER, **more):
    told = []
    for each in states:
        state, _, reason = each.partition(":")
        told.append(DeliveryReceipt(None, ref, state, reason, **more))
    receipts.apply(carrier.pk, told, now=now)
    message = Message.objects.get()
    return message.state, message.reason


def waiting():
    return Receipt.objects.filter(applied_at=None, orphan_at=None).count()


def test_a_delivered_text_is_final(carrier, text):
    assert report(carrier, "delivered") == ("delivered", "")
    assert Message.objects.get().final_at == LATER
    assert Receipt.objects.count() == 0


@pytest.mark.parametrize("reason", ["absent", "dead", "blocked"])
def test_an_undelivered_text_says_why(carrier, text, reason):
    assert report(carrier, f"undelivered:{reason}") == ("undelivered", reason)


def test_a_receipt_has_the_batch_counted_again(carrier, text):
    before = Batch.objects.get().changed_at

    report(carrier, "delivered", now=before)

    assert Batch.objects.get().changed_at > before


def test_a_phone_that_comes_back_gets_its_text(carrier, text):
    report(carrier, "undelivered:absent")

    assert report(carrier, "delivered") == ("delivered", "")


def test_absent_and_delivered_in_one_batch_is_delivered(carrier, text):
    assert report(carrier, "undelivered:absent", "delivered") == ("delivered", "")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("delivered", "undelivered:dead"),
        ("undelivered:dead", "delivered"),
        ("undelivered:blocked", "delivered"),
        ("delivered", "undelivered:absent"),
    ],
)
def test_what_is_final_stays(carrier, text, first, second):
    before = report(carrier, first)

    assert report(carrier, second) == before


def test_a_repeated_receipt_leaves_nothing_behind(carrier, text):
    report(carrier, "delivered")
    report(carrier, "delivered", now=LATER + dt.timedelta(minutes=1))

    assert (Message.objects.get().final_at, Receipt.objects.count()) == (LATER, 0)


def test_word_that_it_is_on_its_way_changes_nothing(carrier, text):
    assert report(carrier, "submitted") == ("submitted", "")
    assert Receipt.objects.count() == 0


def test_a_receipt_before_its_answer_is_kept_and_applied_after_it(carrier):
    make_queued(make_user())
    text = claims.take(carrier, 50, now=NOW)[0]
    assert report(carrier, "delivered", ref="A7") == ("sending", "")
    assert waiting() == 1

    accepted = Answer(text.message_id, text.attempt, Outcome.ACCEPTED, carrier_ref="A7")
    answers.record(carrier.pk, [accepted], now=LATER)
    receipts.match_waiting(now=LATER, only_fresh=True)

    assert (Message.objects.get().state, waiting()) == ("delivered", 0)


def test_a_flood_of_strange_receipts_costs_no_second_and_hides_no_fresh_one(
    carrier, django_assert_max_num_queries
):
    make_queued(make_user())
    text = claims.take(carrier, 50, now=NOW)[0]
    strangers = [
        Receipt(carrier=carrier, carrier_ref=f"s{n}", state="delivered", received_at=LATER)
        for n in range(3 * receipts.MOST_FRESH)
    ]
    Receipt.objects.bulk_create(strangers, batch_size=500)
    report(carrier, "delivered", ref="A7")
    accepted = Answer(text.message_id, text.attempt, Outcome.ACCEPTED, carrier_ref="A7")
    answers.record(carrier.pk, [accepted], now=LATER)

    with django_assert_max_num_queries(10 * receipts.MOST_FRESH // receipts.AT_ONCE):
        assert receipts.match_waiting(now=LATER, only_fresh=True) == 1

    assert Message.objects.get().state == "delivered"


def test_a_receipt_that_names_our_reference_clears_a_doubt_and_charges(carrier):
    message = make_queued(make_user(), part_count=2)[0]
    text = claims.take(carrier, 50, now=NOW)[0]
    doubt = Answer(text.message_id, text.attempt, Outcome.AMBIGUOUS)
    answers.record(carrier.pk, [doubt], now=NOW)

    assert report(carrier, "delivered", ref="A9", reference=message.uid.hex) == ("delivered", "")
    message.refresh_from_db()
    assert (message.carrier_ref, message.accepted_at) == ("A9", LATER)
    assert message.accepted_part_count == 2


def test_a_receipt_nobody_knows_is_an_orphan_after_a_day(carrier, text):
    report(carrier, "delivered", ref="stranger")
    receipts.match_waiting(now=LATER + dt.timedelta(hours=23))
    assert waiting() == 1

    receipts.match_waiting(now=LATER + dt.timedelta(hours=25))

    assert (waiting(), Receipt.objects.filter(orphan_at__isnull=False).count()) == (0, 1)


def test_another_carriers_receipt_is_not_ours(carrier, text):
    other = make_simulator(name="other")

    assert report(other, "delivered") == ("submitted", "")
