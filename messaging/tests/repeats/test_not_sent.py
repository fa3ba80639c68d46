"""What does not go is never lost from sight: it is said why, on its page and by mail."""

import datetime as dt

import pytest

from accounts.departments import services as departments
from accounts.mail.models import OutgoingMail
from accounts.people.roles import RoleName
from accounts.people.services.leaving import remove_person
from accounts.tests.make import make_operator, make_user
from messaging.contacts.models import Membership
from messaging.repeats import engine, services
from messaging.repeats.models import Occurrence, OccurrenceState, RepeatState
from messaging.sending.models import Basket, Batch
from messaging.tests.make import NOW, drama, make_contact
from messaging.tests.repeats.repeating import (
    FRIDAY,
    come_round,
    london,
    mails,
    make_repeat,
    numbers,
    only,
)

pytestmark = pytest.mark.django_db


def refused(amira) -> tuple[Occurrence, str]:
    """What became of the one that came round, and the mail about it."""
    (occurrence,) = come_round(FRIDAY)
    assert (occurrence.batch, occurrence.basket) == (None, None)
    mail = OutgoingMail.objects.get()
    assert mail.to == amira.email
    assert occurrence.why in mail.body
    assert "Nothing of it was sent, and nothing was charged." in mail.body
    return occurrence, mail.body


def test_over_a_cap_it_is_not_sent_and_told(amira):
    repeat = make_repeat(amira)
    baskets = Basket.objects.count()
    amira.parts_per_day_cap = 1
    amira.save()

    occurrence, body = refused(amira)

    assert occurrence.why.startswith("This message is 2 texts, and 1 of the 1 for you on 15 May")
    assert "It goes again Friday 22 May at 9:00am." in body
    repeat.refresh_from_db()
    assert (occurrence.state, repeat.state) == ("not_sent", "active")
    assert (Batch.objects.count(), Basket.objects.count()) == (0, baskets)


def test_people_without_a_value_are_named(amira, admin, year2):
    repeat = make_repeat(amira, groups=[year2], body="Hi ((first name)), labs are at 2pm.")
    late = make_contact(admin, drama(13), last_name="Thrupp")
    Membership.objects.create(group=year2, contact=late)

    occurrence, _ = refused(amira)

    assert occurrence.why.startswith("1 person has nothing for ((first name)): Thrupp.")
    repeat.refresh_from_db()
    assert repeat.state == RepeatState.ACTIVE


def test_whoever_said_to_leave_such_people_out_is_not_asked_again(amira, admin, year2):
    repeat = make_repeat(amira, groups=[year2], body="Hi ((first name)), labs are at 2pm.")
    repeat.leaves_out_incomplete = True
    repeat.save()
    Membership.objects.create(group=year2, contact=make_contact(admin, drama(13), last_name="T"))

    (occurrence,) = come_round(FRIDAY)

    assert numbers(occurrence.batch) == [drama(10), drama(11), drama(12)]


def test_nobody_left_is_said(amira, year2):
    make_repeat(amira, groups=[year2])
    Membership.objects.all().delete()

    occurrence, _ = refused(amira)

    assert occurrence.why.startswith("Nobody is left to text")


def test_of_a_frozen_department_it_is_paused(amira):
    repeat = make_repeat(amira)
    departments.freeze(department=amira.department, reason="Unpaid", by=make_operator(), now=NOW)
    OutgoingMail.objects.all().delete()

    occurrence, body = refused(amira)

    repeat.refresh_from_db()
    assert (occurrence.state, repeat.state) == ("not_sent", "paused")
    assert "is frozen, so nothing can be sent" in repeat.why
    assert "It goes again once it is resumed." in body


def test_of_somebody_who_may_not_send_any_more_it_is_paused_and_the_admin_is_told(amira, admin):
    repeat = make_repeat(amira)
    amira.role = RoleName.ADMIN
    amira.save()

    (occurrence,) = come_round(FRIDAY)

    repeat.refresh_from_db()
    assert (occurrence.state, repeat.state) == ("not_sent", "paused")
    assert repeat.why == "Amira Khan may not send texts any more."
    assert [to for to, _ in mails()] == [amira.email]


def test_of_somebody_who_left_unnoticed_it_is_paused_and_the_admin_is_told(amira, admin):
    repeat = make_repeat(amira)
    amira.left_at = NOW
    amira.save()

    come_round(FRIDAY)

    repeat.refresh_from_db()
    assert (repeat.state, repeat.why) == ("paused", "Amira Khan has left.")
    assert [to for to, _ in mails()] == [admin.email]


def test_whoever_leaves_hands_it_on_or_it_is_paused(amira, admin):
    heir = make_user(amira.department, name="Hal Ayre")
    repeat = make_repeat(amira)

    remove_person(person=amira, heir=heir, by=admin, now=NOW)
    (occurrence,) = come_round(FRIDAY)
    assert occurrence.batch.person == heir

    remove_person(person=heir, heir=None, by=admin, now=FRIDAY)
    repeat.refresh_from_db()
    assert (repeat.state, repeat.why) == ("paused", "Hal Ayre has left.")


def test_of_a_closed_department_it_has_ended(amira):
    repeat = make_repeat(amira)

    departments.close(department=amira.department, by=make_operator(), now=NOW)

    repeat.refresh_from_db()
    assert (repeat.state, repeat.next_at) == ("ended", None)
    assert repeat.why == "Department of Physics was closed."


def test_one_that_cannot_be_sent_holds_up_no_other(amira, monkeypatch):
    bad, good = make_repeat(amira), make_repeat(amira)
    real = engine.open_due

    def fails(repeat_id, *, now):
        if repeat_id == bad.pk:
            raise RuntimeError("a fault of ours")
        return real(repeat_id, now=now)

    monkeypatch.setattr(engine, "open_due", fails)

    (occurrence,) = come_round(FRIDAY)

    assert (occurrence.repeat, occurrence.state) == (good, "sent")


# ---------------------------------------------------------------- the portal was not there


def test_within_two_hours_it_goes_and_is_marked_late(amira):
    make_repeat(amira)

    (occurrence,) = come_round(FRIDAY + dt.timedelta(hours=2))

    assert (occurrence.state, occurrence.is_late) == ("sent", True)


def test_later_it_is_missed_never_sent_and_told(amira):
    repeat = make_repeat(amira)

    assert come_round(FRIDAY + dt.timedelta(hours=3)) == []

    occurrence = only(repeat)
    assert (occurrence.state, occurrence.batch) == ("missed", None)
    assert Batch.objects.count() == 0
    mail = OutgoingMail.objects.get()
    assert (mail.to, mail.subject) == (
        amira.email,
        "Missed: your repeating message every Friday at 9:00am",
    )
    assert "- Friday 15 May at 9:00am" in mail.body
    assert "It goes again Friday 22 May at 9:00am." in mail.body


def test_a_week_of_missed_ones_is_one_mail(amira):
    repeat = make_repeat(amira, repeat={"every": "day", "skip": "17 May"})

    come_round(london(20, 8, 0))

    states = list(repeat.occurrences.order_by("wall").values_list("state", flat=True))
    assert states == ["missed", "missed", "left_out", "missed", "missed"]
    assert OutgoingMail.objects.count() == 1


def test_one_that_no_worker_could_see_to_for_two_hours_is_missed(amira):
    make_repeat(amira)
    services.run_due(now=FRIDAY)
    occurrence = Occurrence.objects.get()

    services.run(occurrence_id=occurrence.pk, now=FRIDAY + dt.timedelta(hours=2, seconds=1))

    occurrence.refresh_from_db()
    assert (occurrence.state, OutgoingMail.objects.count()) == (OccurrenceState.MISSED, 1)


def test_one_paused_or_ended_before_a_worker_came_to_it_does_not_go(amira):
    for deed in (services.pause, services.end):
        repeat = make_repeat(amira)
        services.run_due(now=FRIDAY)
        deed(repeat=repeat, by=amira, now=FRIDAY)
        services.run(occurrence_id=only(repeat).pk, now=FRIDAY)
        assert only(repeat).state == OccurrenceState.LEFT_OUT

    assert Batch.objects.count() == 0
