"""A repeat comes round: once, at its time, and everything is asked again."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from accounts.audit.models import AuditEvent
from messaging.contacts.models import Membership
from messaging.repeats import engine, services
from messaging.repeats.models import Occurrence
from messaging.senders.models import OptOut, Sender
from messaging.sending.models import Batch
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


# ---------------------------------------------------------------- it goes


def test_nothing_goes_before_its_time(amira):
    repeat = make_repeat(amira)

    assert come_round(FRIDAY - dt.timedelta(seconds=1)) == []
    assert repeat.next_at == FRIDAY


def test_when_it_comes_round_it_is_a_message_like_any_other(amira):
    repeat = make_repeat(amira)

    (occurrence,) = come_round(FRIDAY)

    batch = occurrence.batch
    assert (occurrence.state, occurrence.is_late, occurrence.why) == ("sent", False, "")
    assert (batch.source, batch.person, batch.wording) == ("repeat", amira, "Labs are at 2pm.")
    assert numbers(batch) == [drama(1), drama(2)]
    repeat.refresh_from_db()
    assert repeat.next_at == london(22)
    words = AuditEvent.objects.filter(verb="messages.accepted").values_list("words", flat=True)
    assert list(words) == [f"Repeated message {batch.reference} to 2 people."]


def test_coming_round_twice_or_being_run_twice_is_one_message(amira):
    repeat = make_repeat(amira)

    (occurrence,) = come_round(FRIDAY)
    come_round(FRIDAY)
    services.run(occurrence_id=occurrence.pk, now=FRIDAY)

    assert (repeat.occurrences.count(), Batch.objects.count()) == (1, 1)


def test_the_database_itself_lets_a_time_come_round_only_once(amira):
    come_round(FRIDAY) if make_repeat(amira) else None
    first = Occurrence.objects.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        Occurrence.objects.create(
            repeat=first.repeat, wall=first.wall, due_at=first.due_at, state="due",
            version_number=1, rung_at=FRIDAY,
        )  # fmt: skip


def test_a_worker_killed_after_the_message_was_accepted_makes_no_second_one(amira):
    make_repeat(amira)
    services.run_due(now=FRIDAY)
    occurrence = Occurrence.objects.get()
    services.running._sent(occurrence, FRIDAY)  # and here it dies

    services.run(occurrence_id=occurrence.pk, now=FRIDAY)

    occurrence.refresh_from_db()
    assert (occurrence.state, occurrence.batch) == ("sent", Batch.objects.get())


def test_a_worker_killed_while_people_were_added_begins_again(amira, year2):
    repeat = make_repeat(amira, groups=[year2])
    services.run_due(now=FRIDAY)
    occurrence = Occurrence.objects.get()
    basket = services.running._basket(occurrence, FRIDAY)
    engine.choose(repeat, basket, now=FRIDAY)  # and here it dies

    services.run(occurrence_id=occurrence.pk, now=FRIDAY)

    assert numbers(Batch.objects.get()) == [drama(10), drama(11), drama(12)]


def test_a_lost_bell_is_rung_again_after_a_minute(amira, django_capture_on_commit_callbacks):
    make_repeat(amira)
    services.run_due(now=FRIDAY)

    def rung(now):
        with django_capture_on_commit_callbacks() as bells:
            services.run_due(now=now)
        return len(bells)

    assert rung(FRIDAY + dt.timedelta(seconds=30)) == 0
    assert rung(FRIDAY + dt.timedelta(seconds=90)) == 1


def test_after_its_last_date_it_has_ended(amira):
    repeat = make_repeat(amira, repeat={"until": "2026-05-22"})

    come_round(FRIDAY)
    come_round(london(22))

    repeat.refresh_from_db()
    assert (repeat.state, repeat.why) == ("ended", "The last date has passed.")
    assert [each.state for each in repeat.occurrences.all()] == ["sent", "sent"]


def test_a_date_that_is_left_out_is_written_down_and_nobody_is_texted(amira):
    repeat = make_repeat(amira, repeat={"skip": "15 May"})

    assert come_round(FRIDAY) == []

    assert (only(repeat).state, Batch.objects.count(), mails()) == ("left_out", 0, [])


def test_when_the_clocks_change_it_stays_the_same_time_of_day(amira):
    daily = {"every": "day", "until": "2026-10-31"}
    make_repeat(amira, date="2026-10-24", repeat=daily)

    for day, hour in ((24, 8), (25, 9)):  # in UTC
        at = dt.datetime(2026, 10, day, hour, tzinfo=dt.UTC)
        assert come_round(at - dt.timedelta(seconds=1)) == []
        assert [each.state for each in come_round(at)] == ["sent"]


@pytest.mark.parametrize(
    ("date", "utc"),
    [("2027-03-28", (2027, 3, 28, 1, 30)), ("2027-10-31", (2027, 10, 31, 0, 30))],
)
def test_a_night_that_has_no_or_two_half_past_one_has_one_message(amira, date, utc):
    """28 March 2027: at 2:30, summer time. 31 October: the first of the two, summer time still."""
    repeat = make_repeat(
        amira,
        date=date,
        time="01:30",
        repeat={"every": "day", "until": date},
        numbers="07700900001",
    )
    at = dt.datetime(*utc, tzinfo=dt.UTC)

    assert come_round(at - dt.timedelta(seconds=1)) == []
    assert [each.state for each in come_round(at)] == ["sent"]
    assert come_round(at + dt.timedelta(hours=1)) == []
    assert repeat.occurrences.count() == 1


# ---------------------------------------------------------------- people are asked for again


def test_who_came_to_a_group_is_texted_and_who_left_it_is_not(amira, admin, year2):
    make_repeat(amira, groups=[year2])
    Membership.objects.filter(contact__number=drama(10)).delete()
    Membership.objects.create(group=year2, contact=make_contact(admin, drama(13)))

    (occurrence,) = come_round(FRIDAY)

    assert numbers(occurrence.batch) == [drama(11), drama(12), drama(13)]


def test_a_contact_is_texted_at_the_number_of_that_day(amira, admin):
    contact = make_contact(admin, drama(20))
    make_repeat(amira, contacts=[contact])
    contact.number = drama(21)
    contact.save()

    (occurrence,) = come_round(FRIDAY)

    assert numbers(occurrence.batch) == [drama(21)]


def test_who_opted_out_is_left_out(amira):
    make_repeat(amira)
    OptOut.objects.create(department=amira.department, number=drama(1), at=NOW)

    (occurrence,) = come_round(FRIDAY)

    assert numbers(occurrence.batch) == [drama(2)]
    assert occurrence.batch.left_out == {"opted_out": 1}


def test_who_is_in_a_group_and_typed_too_gets_one_text(amira, year2):
    make_repeat(amira, groups=[year2], numbers="07700 900010 07700 900001")

    (occurrence,) = come_round(FRIDAY)

    assert numbers(occurrence.batch) == [drama(1), drama(10), drama(11), drama(12)]


def test_a_group_that_is_gone_is_said_and_the_others_are_texted(amira, year2):
    make_repeat(amira, groups=[year2], numbers="07700 900001")
    year2.deleted_at = NOW
    year2.save()

    (occurrence,) = come_round(FRIDAY)

    assert numbers(occurrence.batch) == [drama(1)]
    assert occurrence.why == "The group Year 2 is no longer there."


def test_the_alpha_tag_and_the_price_are_those_of_the_day(amira):
    make_repeat(amira)
    amira.department.alpha_tag = "OPTICS"
    amira.department.save()

    (occurrence,) = come_round(FRIDAY)

    assert occurrence.batch.sender == "OPTICS"


def test_a_number_that_was_given_back_is_the_alpha_tag_and_said(amira):
    number = Sender.objects.create(department=amira.department, person=amira, number=drama(52))
    make_repeat(amira, sender="number")
    number.released_at = NOW
    number.save()

    (occurrence,) = come_round(FRIDAY)

    assert occurrence.batch.sender_kind == "alpha"
    assert occurrence.why == "It went with the Alpha tag: the number is no longer yours."
