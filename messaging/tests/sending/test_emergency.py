"""An emergency: by those who may, at once, first, past every cap, and told of."""

import datetime as dt
import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.utils import timezone

from accounts.audit.models import AuditEvent
from accounts.mail.models import OutgoingMail
from accounts.tests.make import (
    make_admin,
    make_department,
    make_finance,
    make_operator,
    make_user,
)
from messaging.operations import services as operations
from messaging.senders.models import OptOut
from messaging.sending import errors, services
from messaging.sending.engine import claims, expand, release
from messaging.sending.models import Allowance, Batch, Message
from messaging.sending.services import emergency
from messaging.sending.states import BatchState, Lane
from messaging.tests.make import (
    NOW,
    drama,
    make_basket,
    make_batch,
    make_queued,
    make_simulator,
)
from messaging.tests.sending.test_sender import QUICK, run_until, sender_of

pytestmark = pytest.mark.django_db
WHY = "A fire in the library"


@pytest.fixture
def user():
    department = make_department("Physics")
    return make_user(department, name="Amira Khan", allow_emergency=True)


def send(user, people=3, **order):
    return make_batch(user, people=people, **{"emergency_reason": WHY, **order})


def used():
    """Of the periods that have begun: a scheduled message's day has a row of its own."""
    begun = Allowance.objects.filter(period_on__lte=NOW.date())
    return dict(begun.values_list("scope", "used_count"))


def test_it_runs_at_once_in_the_first_lane_and_is_old_after_two_hours(user):
    batch = send(user, undo_seconds=10)

    assert (batch.state, batch.lane, batch.emergency_reason) == ("running", Lane.EMERGENCY, WHY)
    assert (batch.send_at, batch.valid_until) == (NOW, NOW + dt.timedelta(hours=2))
    texts = batch.messages.values_list("state", "lane", "next_at", "valid_until").distinct()
    assert list(texts) == [("queued", Lane.EMERGENCY, NOW, batch.valid_until)]


def test_a_sender_takes_it_before_everything_that_waits(user):
    bulk = make_queued(make_user(), [drama(n) for n in range(40)], lane=Lane.BULK)
    urgent = make_queued(make_user(), [drama(n) for n in range(40)])
    batch = send(user)

    claimed = claims.take(make_simulator(window=10), 2, now=NOW)

    taken = Message.objects.filter(pk__in=[text.message_id for text in claimed])
    assert set(taken.values_list("batch_id", flat=True)) == {batch.pk}
    assert {bulk[0].batch_id, urgent[0].batch_id} & {batch.pk} == set()


@pytest.mark.parametrize("who", ["without", "frozen", "admin", "operator"])
def test_nobody_without_the_right_sends_one(who):
    department = make_department(frozen_at=NOW if who == "frozen" else None)
    person = {
        "without": lambda: make_user(department),
        "frozen": lambda: make_user(department, allow_emergency=True),
        "admin": lambda: make_admin(department),
        "operator": make_operator,
    }[who]()
    basket = make_basket(person if person.department_id else make_user(department))

    with pytest.raises((PermissionDenied, errors.NotNow)):
        send(person, basket=basket)

    assert Batch.objects.count() == Message.objects.count() == 0


@pytest.mark.parametrize("reason", ["", "  \n ", "x" * 201])
def test_it_says_why_in_at_most_200_characters(user, reason):
    with pytest.raises(errors.NoReason):
        send(user, emergency_reason=reason)

    assert Batch.objects.count() == 0


def test_it_cannot_be_scheduled(user):
    with pytest.raises(errors.NotLater):
        send(user, send_wall=dt.datetime(2026, 5, 14, 9))

    assert Batch.objects.count() == 0


def test_no_message_is_in_the_first_lane_without_a_reason_and_no_other_has_one(user):
    with pytest.raises(IntegrityError):
        Batch.objects.filter(pk=send(user).pk).update(emergency_reason="")


def test_no_cap_stops_it_and_every_cap_counts_it():
    department = make_department(parts_per_month_cap=5, parts_per_year_cap=5, parts_per_batch_cap=2)
    user = make_user(department, parts_per_day_cap=1, allow_emergency=True)

    send(user, people=6)

    assert used() == dict.fromkeys(
        ("department_year", "department_month", "person_month", "person_day"), 6
    )
    with pytest.raises(errors.CapReached):
        make_batch(user, people=1)


def test_what_of_it_does_not_go_is_given_back(user):
    batch = send(user, people=4)

    services.stop(batch=batch, by=user, now=NOW)

    assert set(used().values()) == {0}


def test_those_who_answer_for_it_are_told_and_only_the_administrator_reads_its_words():
    department = make_department("Physics", parts_per_month_cap=2)
    user = make_user(department, name="Amira Khan", allow_emergency=True, parts_per_day_cap=2)
    admin, finance, operator = make_admin(department), make_finance(), make_operator()
    make_admin(), make_admin(department, left_at=NOW)

    batch = send(user, body="Leave the library now")

    letters = {letter.to: letter for letter in OutgoingMail.objects.all()}
    assert set(letters) == {admin.email, finance.email, operator.email}
    for letter in letters.values():
        assert letter.subject == f"Emergency text to 3 people from Physics ({batch.reference})"
        assert f"Reason: {WHY}\nTexts: 3, 10.5p if all of them go\n" in letter.body
        assert (
            "It goes over a limit, as emergencies may: 3 of 2 texts for Physics in May 2026; "
            "3 of 2 texts for Amira Khan on 12 May."
        ) in letter.body
    assert "Leave the library now" in letters[admin.email].body
    assert f"/messages/{batch.uid}/" in letters[admin.email].body
    for other in (finance, operator):
        assert "Leave the library" not in letters[other.email].body


def test_within_the_limits_the_letter_says_so(user):
    make_admin(user.department)

    send(user)

    assert "It is within every limit." in OutgoingMail.objects.get().body


def test_the_trail_has_who_to_how_many_and_why(user):
    OptOut.objects.create(department=user.department, number=drama(1), at=NOW)

    batch = send(user)

    line = AuditEvent.objects.get()
    assert (line.verb, line.words) == (
        "messages.emergency",
        f"Sent emergency {batch.reference} to 3 people. 1 of them had opted out. Reason: {WHY}",
    )


@pytest.mark.parametrize("is_everywhere", [False, True])
def test_it_reaches_those_who_opted_out_and_nobody_twice(user, is_everywhere):
    basket = make_basket(user, 3)
    basket.rows.filter(row_no__in=[0, 1]).update(state="opted_out", number=drama(0))
    department = None if is_everywhere else user.department
    OptOut.objects.create(department=department, number=drama(0), at=NOW)

    batch = send(user, basket=basket)
    release.release_due(now=NOW)

    assert list(batch.messages.order_by("row_no").values_list("number", "state")) == [
        (drama(0), "queued"),
        (drama(2), "queued"),
    ]
    assert (batch.person_count, batch.left_out) == (2, {"duplicate": 1})


def test_a_second_click_sends_it_once_and_tells_once(user):
    make_admin(user.department)
    basket, key = make_basket(user), uuid.uuid4()

    first, second = (send(user, basket=basket, request_key=key) for _ in range(2))

    assert first == second
    assert (Message.objects.count(), OutgoingMail.objects.count()) == (3, 1)


def test_a_stop_of_everything_holds_it_too_until_sending_goes_on(user):
    operator, carrier = make_operator(), make_simulator()
    operations.stop_everything(reason="Repeats", by=operator, now=NOW)
    send(user)
    assert claims.take(carrier, 50, now=NOW) == []

    operations.start_again(by=operator, now=NOW)

    assert len(claims.take(carrier, 50, now=NOW)) == 3


@pytest.mark.django_db(transaction=True)
def test_a_very_big_one_is_made_by_the_sender_while_every_worker_is_busy(
    user, monkeypatch, tmp_path
):
    monkeypatch.setattr(emergency, "AT_ONCE", 2)
    batch = send(user, people=3, now=timezone.now())
    assert (batch.state, batch.messages.count()) == (BatchState.HELD, 0)

    sender = sender_of(make_simulator(settings=QUICK), tmp_path)
    run_until(sender, lambda: batch.messages.filter(state="delivered").count() == 3)


def test_one_that_was_made_by_two_at_once_is_made_once(user, monkeypatch):
    monkeypatch.setattr(emergency, "AT_ONCE", 2)
    batch = send(user, people=3)

    for _ in range(2):
        expand.expand_emergencies(now=NOW)
        expand.expand(batch, now=NOW)
        release.release_due(now=NOW)

    batch.refresh_from_db()
    assert (batch.state, batch.messages.filter(state="queued").count()) == ("running", 3)


def test_it_may_take_the_place_of_a_scheduled_message(user):
    scheduled = make_batch(user, send_wall=dt.datetime(2026, 5, 14, 9))

    batch = send(user, replaces=scheduled)

    scheduled.refresh_from_db()
    assert (scheduled.state, batch.state) == ("cancelled", "running")
    assert set(used().values()) == {3}
