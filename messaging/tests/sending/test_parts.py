"""Long texts, part by part: what was taken, what was reported, and what is shown of it."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.make import make_user
from messaging.carriers.base import Answer, DeliveryReceipt, Outcome, PartAnswer
from messaging.history import queries
from messaging.sending.engine import answers, claims, receipts, tally
from messaging.sending.models import Allowance, Attempt, Batch, Message, Receipt, TextPart
from messaging.tests.make import NOW, make_queued, make_simulator

pytestmark = pytest.mark.django_db

LATER = NOW + dt.timedelta(minutes=1)
GONE = PartAnswer(Outcome.NOT_TRIED)
DOUBT = PartAnswer(Outcome.AMBIGUOUS)


@pytest.fixture
def carrier():
    return make_simulator()


@pytest.fixture
def text(carrier):
    """One text of three parts, in hand."""
    make_queued(make_user())
    Message.objects.update(part_count=3)
    Batch.objects.update(part_count=3)
    return claims.take(carrier, 50, now=NOW)[0]


def taken(*refs):
    return tuple(PartAnswer(Outcome.ACCEPTED, ref) for ref in refs)


def answer(carrier, text, outcome, parts, **more):
    said = Answer(text.message_id, text.attempt, outcome, parts=parts, **more)
    answers.record(carrier.pk, [said], now=NOW)


def accept(carrier, text):
    answer(carrier, text, Outcome.ACCEPTED, taken("P1", "P2", "P3"), carrier_ref="P3")


def report(carrier, *told):
    """Each told as P1:delivered or P2:undelivered:dead; answers the text's state and reason."""
    heard = [each.split(":") for each in told]
    reports = [DeliveryReceipt(None, ref, state, "".join(why)) for ref, state, *why in heard]
    receipts.apply(carrier.pk, reports, now=LATER)
    message = Message.objects.get()
    return message.state, message.reason


def shown():
    batch = Batch.objects.get()
    rows = queries.rows_of(queries.texts(batch), batch.person, now=LATER)
    return queries.with_parts(rows)[0]


def test_all_parts_have_to_be_delivered(carrier, text):
    accept(carrier, text)

    assert report(carrier, "P3:delivered") == ("submitted", "")
    assert report(carrier, "P1:delivered") == ("submitted", "")
    assert report(carrier, "P2:delivered") == ("delivered", "")
    assert Message.objects.get().final_at == LATER
    assert Receipt.objects.count() == 0
    assert shown().parts == ""


def test_while_parts_differ_each_is_shown(carrier, text):
    accept(carrier, text)
    report(carrier, "P2:delivered")

    assert shown().parts == "Part 1 no report yet. Part 2 delivered. Part 3 no report yet."


def test_one_part_that_does_not_arrive_spoils_the_text(carrier, text):
    accept(carrier, text)

    told = ("P1:delivered", "P2:undelivered:absent", "P3:undelivered:dead")
    assert report(carrier, *told) == ("undelivered", "dead")
    assert shown().parts == (
        "Part 1 delivered. Part 2 phone off or full. Part 3 number does not work."
    )


def test_a_phone_that_is_found_after_all_has_the_whole_text(carrier, text):
    accept(carrier, text)
    report(carrier, "P1:delivered", "P2:delivered")

    assert report(carrier, "P3:undelivered:absent") == ("undelivered", "absent")
    assert report(carrier, "P3:delivered") == ("delivered", "")


def test_the_same_reports_again_change_nothing(carrier, text):
    accept(carrier, text)
    told = ("P1:delivered", "P2:delivered", "P3:delivered")
    report(carrier, *told)
    stamp = Batch.objects.get().changed_at

    assert report(carrier, *told) == ("delivered", "")
    assert report(carrier, "P2:undelivered:dead") == ("delivered", "")
    assert (Batch.objects.get().changed_at, Receipt.objects.count()) == (stamp, 0)


def test_a_report_before_the_answer_finds_its_part(carrier, text):
    report(carrier, "P1:delivered", "P2:delivered", "P3:delivered")
    accept(carrier, text)

    receipts.match_waiting(now=LATER)

    assert Message.objects.get().state == "delivered"
    assert Receipt.objects.filter(applied_at=None).count() == 0


def test_another_carriers_report_of_the_same_name_is_not_ours(carrier, text):
    accept(carrier, text)
    other = make_simulator(name="other")

    assert report(other, "P1:delivered", "P2:delivered", "P3:delivered") == ("submitted", "")
    assert Receipt.objects.filter(applied_at=None).count() == 3


def test_a_text_of_which_some_parts_went_is_charged_for_those(carrier, text):
    before = used()
    refused = PartAnswer(Outcome.REFUSED, words="it said no")
    answer(carrier, text, Outcome.PARTLY, (*taken("P1", "P2"), refused), words="part 3 of 3")

    message = Message.objects.get()
    assert (message.state, message.reason, message.accepted_part_count) == (
        "undelivered", "partly", 2,
    )  # fmt: skip
    assert (message.accepted_at, message.final_at) == (NOW, NOW)
    tally.tally_changed(now=LATER)
    assert Batch.objects.get().charged_part_count == 2
    assert {key: before[key] - count for key, count in used().items()} == dict.fromkeys(before, 1)
    row = shown()
    assert (row.words.words, row.words.charged) == ("Only partly sent", "Yes")
    assert row.parts == "Part 1 no report yet. Part 2 no report yet. Part 3 not sent."


def used():
    return dict(Allowance.objects.values_list("scope", "used_count"))


def test_reports_on_the_parts_that_went_are_kept(carrier, text):
    answer(carrier, text, Outcome.PARTLY, (*taken("P1"), GONE, GONE))

    assert report(carrier, "P1:delivered") == ("undelivered", "partly")
    assert (shown().parts, Receipt.objects.count()) == (
        "Part 1 delivered. Part 2 not sent. Part 3 not sent.", 0,
    )  # fmt: skip


def test_a_text_that_may_have_gone_before_stays_in_doubt(carrier, text):
    Message.objects.update(maybe_sent=True)

    answer(carrier, text, Outcome.PARTLY, (*taken("P1"), GONE, GONE))

    message = Message.objects.get()
    assert (message.state, message.accepted_at) == ("unknown", None)


def test_a_part_in_doubt_is_settled_by_the_last_parts_late_answer(carrier, text):
    answer(carrier, text, Outcome.AMBIGUOUS, (*taken("P1", "P2"), DOUBT))
    report(carrier, "P1:delivered")

    accept(carrier, text)

    assert Message.objects.get().state == "submitted"
    assert [part.state for part in TextPart.objects.order_by("number")] == [
        "delivered", "accepted", "accepted",
    ]  # fmt: skip
    assert report(carrier, "P2:delivered", "P3:delivered") == ("delivered", "")


def test_a_middle_part_that_was_taken_late_says_that_the_rest_never_left(carrier, text):
    answer(carrier, text, Outcome.AMBIGUOUS, (*taken("P1"), DOUBT, GONE))

    answer(carrier, text, Outcome.PARTLY, (*taken("P1", "P2"), GONE))

    message = Message.objects.get()
    assert (message.state, message.reason, message.accepted_part_count) == (
        "undelivered", "partly", 2,
    )  # fmt: skip


def test_but_not_of_a_text_that_was_in_doubt_before_this_attempt(carrier, text):
    Attempt.objects.create(message_id=text.message_id, number=0, at=NOW, phase="ambiguous")
    answer(carrier, text, Outcome.AMBIGUOUS, (*taken("P1"), DOUBT, GONE))

    answer(carrier, text, Outcome.PARTLY, (*taken("P1", "P2"), GONE))

    assert Message.objects.get().state == "unknown"


def test_texts_of_one_part_ask_nothing_about_parts(carrier):
    make_queued(make_user())
    text = claims.take(carrier, 50, now=NOW)[0]
    answer(carrier, text, Outcome.ACCEPTED, (), carrier_ref="A1")

    with CaptureQueriesContext(connection) as asked:
        report(carrier, "A1:delivered")

    assert not [query for query in asked if "textpart" in query["sql"]]
