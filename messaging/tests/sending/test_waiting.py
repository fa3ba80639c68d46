"""Between accepted and gone: undo, schedules, edits, release, and the tally after it."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from accounts.departments import services as departments
from accounts.departments.signals import what_closing_touches
from accounts.mail.models import OutgoingMail
from accounts.people.signals import person_left
from accounts.tests.make import make_admin, make_operator, make_user
from messaging.senders.models import OptOut
from messaging.sending import errors, services
from messaging.sending.engine import claims, release, sweeps, tally
from messaging.sending.models import Allowance, Basket, Batch, Message
from messaging.tests.make import NOW, drama, make_batch, make_simulator

pytestmark = pytest.mark.django_db


def used(scope):
    return Allowance.objects.get(scope=scope).used_count


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


def test_what_is_due_on_the_hour_is_let_go_at_one_stroke(django_assert_max_num_queries):
    for _ in range(12):
        make_batch(make_user(), people=1)

    with django_assert_max_num_queries(12):
        release.release_due(now=NOW)

    assert set(Batch.objects.values_list("state", "started_at", "released_at")) == {
        ("running", NOW, NOW)
    }


def test_a_release_that_died_half_way_is_gone_on_with():
    batch = make_batch(make_user(), send_wall=dt.datetime(2026, 5, 13, 9, 0))
    Batch.objects.filter(pk=batch.pk).update(state="running", started_at=batch.send_at)
    Message.objects.filter(batch=batch, row_no=0).update(state="queued")

    assert release.release_due(now=batch.send_at) == 2
    assert set(batch.messages.values_list("state", flat=True)) == {"queued"}


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


def test_no_text_of_a_message_that_can_still_be_undone_is_claimed():
    batch = make_batch(make_user(), undo_seconds=10)
    carrier = make_simulator()

    assert claims.take(carrier, 50, now=batch.send_at) == []
    release.release_due(now=batch.send_at)
    assert len(claims.take(carrier, 50, now=batch.send_at)) == 3


def test_send_now_ends_the_wait_of_the_texts_too():
    user, carrier = make_user(), make_simulator()
    batch = make_batch(user, undo_seconds=10)

    services.send_now(batch=batch, by=user, now=NOW + dt.timedelta(seconds=1))

    release.release_due(now=NOW + dt.timedelta(seconds=1))
    assert len(claims.take(carrier, 50, now=NOW + dt.timedelta(seconds=1))) == 3


@pytest.mark.parametrize("late", [dt.timedelta(), dt.timedelta(days=30)])
def test_no_sweep_touches_a_message_that_can_still_be_undone(late):
    user = make_user()
    make_batch(user, people=2, send_wall=dt.datetime(2026, 5, 13, 9, 0))
    batch = make_batch(user, undo_seconds=10)
    make_simulator(kind="smpp", is_sandbox=False)  # real networks refuse practice numbers

    sweeps.sweep(now=NOW + late)
    services.cancel(batch=batch, by=user, now=NOW)

    assert set(batch.messages.values_list("state", "why")) == {("cancelled", "")}
    assert used("department_month") == 2


@pytest.mark.parametrize(
    "when", [{"send_wall": dt.datetime(2026, 5, 13, 9, 0)}, {"undo_seconds": 10}]
)
def test_people_who_opt_out_before_a_message_goes_are_not_texted_or_charged(when):
    user = make_user()
    batch = make_batch(user, **when)
    OptOut.objects.create(department=None, number=drama(1), at=NOW)

    release.release_due(now=batch.send_at)

    states = batch.messages.order_by("row_no").values_list("state", "reason")
    assert list(states) == [("queued", ""), ("cancelled", "opted_out"), ("queued", "")]
    assert used("department_month") == 2


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

    counted = [row for _, rows in answers for row in rows]
    assert (1, "scheduled message", "is stopped and stays listed") in counted


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
