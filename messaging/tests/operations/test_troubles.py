"""What is wrong now: each kind, what is said of it, since when, and when it is over."""

import pytest
from django.urls import reverse

from accounts.mail.models import OutgoingMail
from accounts.tests.make import make_department, make_operator, make_user
from messaging.carriers.models import Carrier, CarrierHealth
from messaging.operations import engine, services
from messaging.operations.models import Heartbeat, Trouble
from messaging.operations.queries import troubles
from messaging.sending.models import Batch, Message, Receipt
from messaging.sending.states import Lane, State
from messaging.tests.make import make_queued
from messaging.tests.operations.well import HOUR, MINUTE, NOW, SECOND, make_well
from messaging.tests.repeats.repeating import make_repeat

pytestmark = pytest.mark.django_db


def found(now=NOW):
    return {(each.key, each.subject): each for each in troubles.find(now)}


def only(now=NOW):
    [each] = troubles.find(now)
    return each.key, each.subject, each.since, each.detail


def minutes_ago(number, count):
    return [int((NOW - number * MINUTE).timestamp()) // 60, count]


@pytest.fixture(autouse=True)
def _broker(running_broker):
    """Without it something would be wrong in every test."""


def test_nothing_is_wrong_where_everything_works():
    make_well()

    assert troubles.find(NOW) == []


@pytest.mark.parametrize(
    ("health", "expected"),
    [
        (
            {"at": NOW - 50 * SECOND},
            ("sender_silent", NOW - 50 * SECOND, "It was last heard of today at 3:29am."),
        ),
        (
            {
                "is_ready": False,
                "down_since": NOW - HOUR,
                "problem": "nobody listens at 127.0.0.1:2775",
                "problem_since": NOW - HOUR,
            },
            ("carrier_down", NOW - HOUR, "Nobody listens at 127.0.0.1:2775."),
        ),
        (
            {
                "is_ready": False,
                "down_since": NOW - HOUR,
                "problem": "the carrier refuses the account: its password is wrong (0x0E)",
                "problem_since": NOW - HOUR,
            },
            (
                "account_refused",
                NOW - HOUR,
                "The carrier refuses the account: its password is wrong (0x0E).",
            ),
        ),
        (
            {
                "connected_count": 1,
                "problem": "the carrier broke the connection off",
                "problem_since": NOW - MINUTE,
            },
            (
                "carrier_partly",
                NOW - MINUTE,
                "1 of 2 are open: the carrier broke the connection off.",
            ),
        ),
        (
            {"is_slowed": True, "rate": 30.0},
            ("carrier_slowed", NOW, "30 of 120 texts a second now."),
        ),
        (
            {"minutes": [minutes_ago(20, 9), minutes_ago(18, 4)]},
            (
                "no_reports",
                NOW - 20 * MINUTE,
                "13 texts were taken more than 15 minutes ago. None has ever come.",
            ),
        ),
        (
            {
                "minutes": [minutes_ago(50, 99), minutes_ago(18, 14)],
                "last_receipt_at": NOW - 45 * MINUTE,
            },
            (
                "no_reports",
                NOW - 18 * MINUTE,
                "14 texts were taken more than 15 minutes ago. The last came today at 2:45am.",
            ),
        ),
    ],
)
def test_a_carrier_in_trouble_is_named_with_what_it_said(health, expected):
    carrier = make_well(**health)
    Carrier.objects.update(texts_per_second=120)

    [each] = troubles.find(NOW)

    assert (each.key, each.since, each.detail) == expected
    assert each.subject == "tallis"
    assert each.href == reverse("operations:carrier", args=[carrier.uid])


@pytest.mark.parametrize(
    "health",
    [
        {"minutes": [minutes_ago(20, 9)]},  # too few to say so
        {"minutes": [minutes_ago(14, 900)]},  # too soon to say so
        {"minutes": [minutes_ago(20, 900)], "last_receipt_at": NOW - 19 * MINUTE},
        {"is_ready": False, "down_since": NOW},  # connecting, and no problem yet
        {"at": NOW - 44 * SECOND},
    ],
)
def test_what_is_not_wrong_is_not_said(health):
    make_well(**health)

    assert troubles.find(NOW) == []


def test_a_sender_that_never_ran_is_missed_and_a_switched_off_one_is_not():
    make_well()
    Carrier.objects.create(name="byrd", kind="smpp", is_enabled=False)
    Carrier.objects.create(name="gibbons", kind="smpp", created_at=NOW - HOUR)

    assert only() == ("sender_silent", "gibbons", NOW - HOUR, "It has never run.")


def test_with_every_carrier_paused_no_text_can_go():
    make_well()
    Carrier.objects.update(paused_at=NOW - HOUR)

    assert [(each.key, each.since) for each in troubles.find(NOW)] == [
        ("carrier_paused", NOW - HOUR),
        ("no_carrier", NOW - HOUR),
    ]


@pytest.mark.parametrize(
    ("lane", "longest", "label"),
    [
        (Lane.EMERGENCY, 10 * SECOND, "Emergency"),
        (Lane.INTERACTIVE, 2 * MINUTE, "Interactive"),
        (Lane.BULK, 30 * MINUTE, "Bulk"),
    ],
)
def test_each_lane_has_a_time_after_which_waiting_is_wrong(lane, longest, label):
    make_well()
    make_queued(make_user(), lane=lane, next_at=NOW - longest)
    assert troubles.find(NOW) == []

    Message.objects.update(next_at=NOW - longest - SECOND)

    [each] = troubles.find(NOW)
    assert (each.key, each.subject, each.since) == ("waiting", label, NOW - longest - SECOND)
    assert each.detail.startswith("1 message has such texts. The first was due today at ")


def test_what_somebody_holds_back_does_not_wait_too_long():
    make_well()
    frozen, closed = make_department(frozen_at=NOW), make_department(closed_at=NOW)
    for person in (make_user(frozen), make_user(closed), make_user()):
        make_queued(person, lane=Lane.BULK, next_at=NOW - HOUR)
    Batch.objects.filter(person=person).update(state="paused")

    assert troubles.find(NOW) == []


def test_while_sending_is_stopped_only_that_is_said_of_what_waits():
    make_well()
    make_queued(make_user(), next_at=NOW - HOUR)
    operator = make_operator()
    services.stop_everything(reason="It repeats texts", by=operator, now=NOW - MINUTE)

    key, _, since, detail = only()

    assert (key, since) == ("halted", NOW - MINUTE)
    assert detail == f"By {operator.audit_name}: It repeats texts."


def test_texts_in_doubt_are_counted_over_all_departments():
    make_well()
    for person in (make_user(), make_user()):
        make_queued(person, state=State.UNKNOWN, maybe_sent=True)

    assert only() == ("in_doubt", "", NOW, "2 texts, of all departments.")


def test_reports_that_match_nothing_are_said_when_there_are_many():
    carrier = make_well()
    for n in range(10):
        at = NOW - 10 * MINUTE - n * SECOND - SECOND
        fields = {"carrier": carrier, "carrier_ref": f"A{n}", "state": "delivered"}
        Receipt.objects.create(received_at=at, **fields)

    key, subject, since, detail = only()

    assert (key, subject, since) == ("reports_unmatched", "tallis", NOW - 10 * MINUTE - 10 * SECOND)
    assert detail == "10 within the last hour, each tried for 10 minutes at least."


def test_what_the_sweeps_forget_is_said():
    make_well()
    make_queued(make_user())
    Batch.objects.update(state="scheduled", send_at=NOW - 3 * MINUTE)
    make_queued(make_user(), state=State.SENDING, lease_until=NOW - 4 * MINUTE)
    at = NOW - HOUR
    daily = {"every": "day", "until": "2026-06-19"}
    make_repeat(make_user(), now=at - HOUR, date="2026-05-12", time="02:30", repeat=daily)

    assert {key: each.since for (key, _), each in found().items()} == {
        "schedule_late": NOW - 3 * MINUTE,
        "repeat_late": at,
        "lease_forgotten": NOW - 4 * MINUTE,
    }


def test_a_silent_worker_is_said_and_behind_a_silent_beat_it_is_not_blamed():
    make_well()
    Heartbeat.objects.filter(name="worker").update(at=NOW - 2 * MINUTE)
    assert only()[:3] == ("worker_silent", "", NOW - 2 * MINUTE)

    Heartbeat.objects.filter(name="beat").delete()

    assert only() == ("beat_silent", "", NOW, "It has never run.")


def test_without_a_broker_the_worker_is_not_blamed(running_broker):
    make_well()
    Heartbeat.objects.filter(name="worker").update(at=NOW - 2 * MINUTE)
    running_broker.kill()
    running_broker.wait()

    assert only()[:2] == ("broker_away", "")


def test_mail_that_does_not_leave_is_said_with_the_server_s_words():
    make_well()
    mail = {"to": "a@example.ac.uk", "subject": "x", "body": "y"}
    OutgoingMail.objects.create(created_at=NOW - 9 * MINUTE, **mail)
    OutgoingMail.objects.create(created_at=NOW - HOUR, sent_at=NOW, **mail)
    assert troubles.find(NOW) == []

    OutgoingMail.objects.create(created_at=NOW - HOUR, last_error="451 Try later", **mail)

    words = "1 mail waits longer than 10 minutes. The mail server said: 451 Try later."
    assert only() == ("mail_stuck", "", NOW - HOUR, words)


def test_the_gravest_comes_first():
    make_well(is_slowed=True)
    Heartbeat.objects.all().delete()
    Carrier.objects.create(name="byrd", kind="smpp", created_at=NOW)

    assert list(found()) == [("sender_silent", "byrd"), ("carrier_slowed", "tallis"),
                             ("beat_silent", "")]  # fmt: skip


# -- Written down --------------------------------------------------------------------------


def test_a_trouble_is_a_row_from_when_it_began_until_it_is_over():
    make_well(at=NOW - HOUR)

    for minute in range(3):
        assert services.watch(now=NOW + minute * MINUTE)
    CarrierHealth.objects.update(at=NOW + 3 * MINUTE)
    Heartbeat.objects.exclude(name="watch").update(at=NOW + 3 * MINUTE)
    services.watch(now=NOW + 3 * MINUTE)

    silent = Trouble.objects.get(kind="sender_silent")
    assert (silent.since, silent.over_at) == (NOW - HOUR, NOW + 3 * MINUTE)
    assert silent.seen_at == NOW + 2 * MINUTE


def test_of_all_that_keep_watch_one_looks_each_ten_seconds():
    make_well()

    turns = [services.watch(now=NOW + seconds * SECOND) for seconds in (0, 1, 9, 10, 11, 20)]

    assert turns == [True, False, False, True, False, True]


def test_what_comes_back_at_once_was_never_over_and_what_comes_back_later_is_another():
    bad = [troubles.Found("carrier_down", "tallis", NOW)]
    for minute, seen in ((0, bad), (1, []), (3, bad), (4, []), (10, bad)):
        engine.write_down(seen, now=NOW + minute * MINUTE)

    rows = Trouble.objects.order_by("pk").values_list("since", "over_at")
    assert list(rows) == [(NOW, NOW + 4 * MINUTE), (NOW, None)]


def test_what_one_machine_sees_is_not_over_because_another_does_not_see_it():
    Trouble.objects.create(kind="disk_full", subject="elsewhere", since=NOW, seen_at=NOW)
    Trouble.objects.create(kind="disk_full", subject=troubles.here(), since=NOW, seen_at=NOW)

    engine.write_down([], now=NOW)

    assert [row.subject for row in Trouble.objects.going()] == ["elsewhere"]


def test_a_kind_that_is_gone_is_closed_and_still_shown():
    row = Trouble.objects.create(kind="flood", subject="cellar", since=NOW, seen_at=NOW)

    engine.write_down([], now=NOW)

    row.refresh_from_db()
    assert (row.over_at, row.what) == (NOW, "flood cellar")
