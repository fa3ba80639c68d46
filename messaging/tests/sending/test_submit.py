"""Accepting a message: once, whole, within the caps, by those who may."""

import datetime as dt
import threading
import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from accounts.audit.models import AuditEvent
from accounts.departments import services as departments
from accounts.departments.signals import what_closing_touches
from accounts.mail.models import OutgoingMail
from accounts.people.signals import person_left
from accounts.tests.make import make_admin, make_department, make_finance, make_operator, make_user
from messaging.senders.models import OptOut, Sender
from messaging.sending import errors, services
from messaging.sending.engine import allowances, release, tally
from messaging.sending.models import Allowance, Basket, BasketRow, Batch, Message
from messaging.tests.make import NOW, drama, make_basket, make_batch

pytestmark = pytest.mark.django_db


def used(scope):
    return Allowance.objects.get(scope=scope).used_count


def test_an_accepted_message_has_a_row_for_each_person_at_once():
    user = make_user()

    batch = make_batch(user, people=3, body="Lecture moved to 2pm", undo_seconds=10)

    texts = batch.messages.order_by("row_no")
    assert list(texts.values_list("number", "name", "body", "part_count", "state")) == [
        (drama(n), f"Name{n}", "", 1, "scheduled") for n in range(3)
    ]
    assert (batch.state, batch.send_at - NOW) == ("held", dt.timedelta(seconds=10))
    assert (batch.person_count, batch.part_count, batch.cost_tenths) == (3, 3, 105)
    assert batch.cost_code == "PH0123"


def test_each_person_gets_their_own_words_counted_in_their_own_parts():
    user = make_user()
    basket = make_basket(user, 2)
    BasketRow.objects.filter(basket=basket, row_no=1).update(first_name="N" * 79)

    batch = make_batch(user, basket=basket, body="Hi ((first name)), " + "x" * 100)

    texts = batch.messages.order_by("row_no").values_list("body", "part_count")
    assert [parts for _, parts in texts] == [1, 2]
    assert texts[0][0] == "Hi Name0, " + "x" * 100
    assert batch.part_count == 3


def test_a_field_answered_once_for_everyone_makes_the_same_words_for_all():
    batch = make_batch(make_user(), body="Room ((room))", fill={"room": "B12"})

    assert (batch.body, batch.wording, batch.is_merged) == ("Room B12", "Room ((room))", False)


def test_a_missing_value_stops_the_message_and_names_the_people():
    user = make_user()
    basket = make_basket(user, 2)
    BasketRow.objects.filter(basket=basket, row_no=1).update(first_name="", last_name="")

    with pytest.raises(errors.MissingValues) as refusal:
        make_batch(user, basket=basket, body="Hi ((first name))")

    assert refusal.value.words == (
        f"1 person has nothing for ((first name)): {drama(1)}. "
        "Give a value, or take it out of the message."
    )
    assert Batch.objects.count() == 0


def test_a_second_click_finds_the_batch_of_the_first():
    user, key = make_user(), uuid.uuid4()
    basket = make_basket(user)

    batches = [make_batch(user, basket=basket, request_key=key) for _ in range(2)]

    assert batches[0] == batches[1]
    assert (Batch.objects.count(), Message.objects.count(), used("person_day")) == (1, 3, 3)


@pytest.mark.django_db(transaction=True)
def test_ten_clicks_at_the_same_moment_make_one_batch():
    user, key = make_user(), uuid.uuid4()
    basket = make_basket(user)
    found = []

    def click():
        try:
            found.append(make_batch(user, basket=basket, request_key=key).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [Batch.objects.get().pk] * 10
    assert used("department_year") == 3


@pytest.mark.django_db(transaction=True)
def test_twenty_who_share_a_cap_never_go_over_it():
    department = make_department(parts_per_month_cap=10)
    users = [make_user(department) for _ in range(20)]
    baskets = [make_basket(user, 2) for user in users]
    outcomes = []

    def send(user, basket):
        try:
            make_batch(user, basket=basket)
            outcomes.append("sent")
        except errors.CapReached:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [
        threading.Thread(target=send, args=pair) for pair in zip(users, baskets, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["refused"] * 15 + ["sent"] * 5
    assert used("department_month") == 10


def test_an_admin_the_operator_and_finance_cannot_send_by_this_door():
    department = make_department()
    basket = make_basket(make_user(department))

    for person in (make_admin(department), make_operator(), make_finance()):
        with pytest.raises(PermissionDenied):
            make_batch(person, basket=basket)

    assert Message.objects.count() == 0


def test_nobody_sends_to_another_persons_basket():
    mine, theirs = make_user(), make_user()

    with pytest.raises(PermissionDenied):
        make_batch(mine, basket=make_basket(theirs))


def test_a_frozen_department_sends_nothing():
    department = make_department(frozen_at=NOW)

    with pytest.raises(errors.NotNow) as refusal:
        make_batch(make_user(department))

    assert "is frozen, so nothing can be sent" in refusal.value.words


@pytest.mark.parametrize(
    ("caps", "words"),
    [
        (
            {"parts_per_month_cap": 5},
            "This message is 6 texts, and 5 of the 5 for Physics in May 2026 are left. "
            "Nothing has been sent. Ask the messaging team to raise it.",
        ),
        (
            {"parts_per_year_cap": 5},
            "This message is 6 texts, and 5 of the 5 for Physics in the year from "
            "1 August 2025 are left. Nothing has been sent. Ask the messaging team to raise it.",
        ),
        (
            {"parts_per_batch_cap": 5},
            "This message is 6 texts. One message of Physics may be at most 5. Send it to "
            "fewer people, or ask the messaging team to raise it.",
        ),
    ],
    ids=["month", "year", "batch"],
)
def test_a_refusal_says_what_is_left_and_whom_to_ask(caps, words):
    user = make_user(make_department("Physics", **caps))

    with pytest.raises(errors.CapReached) as refusal:
        make_batch(user, people=6)

    assert refusal.value.words == words
    assert set(Allowance.objects.values_list("used_count", flat=True)) <= {0}


def test_the_daily_cap_of_a_user_names_the_administrator():
    department = make_department()
    make_admin(department, name="Gareth Pugh")

    with pytest.raises(errors.CapReached) as refusal:
        make_batch(make_user(department, parts_per_day_cap=2))

    assert refusal.value.words.endswith(
        "Ask Gareth Pugh, your department administrator, to raise it."
    )


def test_undo_gives_the_parts_back_and_drops_every_text():
    user = make_user()
    batch = make_batch(user, undo_seconds=10)

    services.cancel(batch=batch, by=user, now=NOW)

    assert (batch.state, used("department_month"), used("person_day")) == ("cancelled", 0, 0)
    assert set(batch.messages.values_list("state", flat=True)) == {"cancelled"}
    assert Basket.objects.get().is_frozen is False


def test_a_message_that_has_begun_to_go_cannot_be_undone():
    user = make_user()
    batch = make_batch(user)
    release.release_due(now=NOW)

    with pytest.raises(errors.TooLate, match="began to go at 14:04:00"):
        services.cancel(batch=batch, by=user, now=NOW)

    assert used("department_month") == 3


def test_nobody_cancels_another_persons_message():
    batch = make_batch(make_user(), undo_seconds=10)

    with pytest.raises(PermissionDenied):
        services.cancel(batch=batch, by=make_user(), now=NOW)


def test_a_scheduled_message_goes_when_its_time_has_come_and_not_before():
    batch = make_batch(make_user(), send_wall=dt.datetime(2026, 5, 13, 9, 0))
    due = dt.datetime(2026, 5, 13, 8, 0, tzinfo=dt.UTC)

    assert (batch.state, batch.send_at) == ("scheduled", due)
    assert release.release_due(now=due - dt.timedelta(seconds=1)) == 0
    assert release.release_due(now=due) == 3
    assert release.release_due(now=due) == 0
    batch.refresh_from_db()
    assert (batch.state, batch.released_at) == ("running", due)


def test_a_release_that_died_half_way_is_gone_on_with():
    batch = make_batch(make_user())
    Batch.objects.filter(pk=batch.pk).update(state="running", started_at=NOW)
    Message.objects.filter(batch=batch, row_no=0).update(state="queued")

    assert release.release_due(now=NOW) == 2


@pytest.mark.parametrize(
    ("wall", "words"),
    [
        (dt.datetime(2026, 5, 12, 14, 4), "Choose a time in the future. It is now 14:04"),
        (dt.datetime(2027, 3, 28, 1, 30), "There is no 01:30 on 28 March 2027"),
        (dt.datetime(2027, 10, 31, 1, 30), "01:30 comes twice on 31 October 2027"),
    ],
    ids=["past", "skipped", "twice"],
)
def test_a_time_that_cannot_be_meant_is_refused(wall, words):
    with pytest.raises(errors.BadTime, match=words):
        make_batch(make_user(), send_wall=wall)


def test_an_edit_takes_the_place_of_the_scheduled_message():
    user = make_user()
    tomorrow = dt.datetime(2026, 5, 13, 9, 0)
    old = make_batch(user, send_wall=tomorrow)

    new = make_batch(user, people=2, send_wall=tomorrow, replaces=old)

    old.refresh_from_db()
    assert (old.state, new.state, used("department_month")) == ("cancelled", "scheduled", 2)


def test_an_edit_that_comes_too_late_sends_nothing_more():
    user = make_user()
    old = make_batch(user, send_wall=dt.datetime(2026, 5, 12, 14, 5))
    late = NOW + dt.timedelta(minutes=2)
    release.release_due(now=late)

    with pytest.raises(errors.TooLate):
        make_batch(user, replaces=old, now=late)

    assert (Batch.objects.count(), used("department_month")) == (1, 3)


def test_people_who_opted_out_are_left_out_before_charging():
    user = make_user()
    basket = make_basket(user, 3)
    OptOut.objects.create(department=user.department, number=drama(1), at=NOW)

    batch = make_batch(user, basket=basket)

    assert (batch.person_count, batch.left_out) == (2, {"opted_out": 1})


def test_people_who_opt_out_before_a_scheduled_message_goes_are_not_texted_or_charged():
    user = make_user()
    batch = make_batch(user, send_wall=dt.datetime(2026, 5, 13, 9, 0))
    OptOut.objects.create(department=None, number=drama(1), at=NOW)

    release.release_due(now=batch.send_at)

    states = batch.messages.order_by("row_no").values_list("state", "reason")
    assert list(states) == [("queued", ""), ("cancelled", "opted_out"), ("queued", "")]
    assert used("department_month") == 2


def test_a_text_that_fails_gives_its_parts_back_once():
    batch = make_batch(make_user())
    ids = list(batch.messages.values_list("pk", flat=True))

    allowances.give_back(ids[:2])

    assert (used("department_year"), used("department_month"), used("person_day")) == (1, 1, 1)


def test_s77_without_a_number_of_their_own_everybody_sends_with_the_alpha_tag():
    batch = make_batch(make_user(), sender_kind="number")

    assert (batch.sender, batch.sender_kind) == ("PHYSICS", "alpha")


def test_s79_a_user_with_a_virtual_number_can_send_with_it():
    user = make_user()
    Sender.objects.create(department=user.department, person=user, number="+447700900950")

    batch = make_batch(user, sender_kind="number")

    assert (batch.sender, batch.sender_kind) == ("+447700900950", "number")


def test_a_message_of_seven_parts_is_refused():
    with pytest.raises(errors.TooManyParts, match="makes 7 texts for one person"):
        make_batch(make_user(), body="x" * 919)


def test_the_basket_of_an_accepted_message_cannot_be_sent_again():
    user = make_user()
    basket = make_basket(user)
    make_batch(user, basket=basket)

    with pytest.raises(services.Refused, match="changed in another window"):
        make_batch(user, basket=basket)


def test_the_audit_trail_tells_who_sent_what():
    user = make_user(name="Amira Khan", username="phys0423")

    batch = make_batch(user, undo_seconds=10)

    line = AuditEvent.objects.get()
    assert (line.actor_name, line.words) == (
        "Amira Khan (phys0423)",
        f"Sent message {batch.reference} to 3 people",
    )


def test_the_tally_counts_states_and_finishes_what_is_done():
    batch = make_batch(make_user())
    release.release_due(now=NOW)
    batch.messages.filter(row_no=0).update(state="delivered")
    batch.messages.filter(row_no=1).update(state="undelivered", reason="dead")
    batch.messages.filter(row_no=2).update(state="submitted")

    tally.tally_changed(now=NOW)

    batch.refresh_from_db()
    assert batch.tally == {"delivered": 1, "undelivered:dead": 1, "submitted": 1}
    assert (batch.state, batch.finished_at) == ("finished", NOW)


def test_the_sender_of_a_big_message_is_told_once_when_it_has_finished():
    user = make_user()
    batch = make_batch(user, people=101)
    release.release_due(now=NOW)
    batch.messages.update(state="delivered")
    tally.tally_changed(now=NOW)

    told = [services.tell_about_finished(now=NOW) for _ in range(2)]

    mail = OutgoingMail.objects.get()
    assert (told, mail.to) == ([1, 0], user.email)
    assert mail.subject == f"Message {batch.reference} has gone to 101 people"
    assert "101 of 101 are delivered so far" in mail.body


def scheduled(user):
    return make_batch(user, send_wall=dt.datetime(2126, 5, 13, 9, 0))


def test_closing_a_department_stops_its_scheduled_messages_and_keeps_them_listed():
    operator, user = make_operator(name="Tomasz Zielinski"), make_user()
    batch, other = scheduled(user), scheduled(make_user())

    departments.close(department=user.department, by=operator, now=NOW)

    batch.refresh_from_db()
    other.refresh_from_db()
    assert (batch.state, other.state) == ("cancelled", "scheduled")
    assert batch.ended_by_name.startswith("Tomasz Zielinski")
    assert used_by(user.department) == 0


def used_by(department):
    return Allowance.objects.get(scope="department_month", owner_id=department.pk).used_count


def test_what_closing_will_stop_is_counted_before_the_button():
    user = make_user()
    scheduled(user)

    answers = what_closing_touches.send(sender=None, department=user.department)

    counted = [pair for _, pairs in answers for pair in pairs]
    assert ("scheduled messages, which are stopped and stay listed", 1) in counted


@pytest.mark.parametrize("has_heir", [True, False])
def test_a_leavers_scheduled_messages_are_handed_on_or_stopped(has_heir):
    user = make_user()
    admin, heir = make_admin(user.department), make_user(user.department, name="Priya Raman")
    batch = scheduled(user)

    heir_or_none = heir if has_heir else None
    person_left.send(sender=None, person=user, by=admin, now=NOW, heir=heir_or_none)

    batch.refresh_from_db()
    expected = (heir, "Priya Raman", "scheduled") if has_heir else (user, user.name, "cancelled")
    assert (batch.person, batch.person_name, batch.state) == expected
