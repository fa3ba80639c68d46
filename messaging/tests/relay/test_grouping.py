"""Repeated alarms: the first goes, the others are counted, and one text tells how many."""

import datetime as dt
import uuid

import pytest
from django.db import transaction

from accounts.audit.models import AuditEvent
from accounts.tests.make import make_department, make_user
from billing.tariffs.models import Tariff
from messaging.relay.models import AlarmWindow
from messaging.relay.services import take
from messaging.relay.services.grouping import tell_of_repeats
from messaging.senders.models import OptOut, Sender
from messaging.sending.models import Batch, Message
from messaging.sending.services import submit
from messaging.tests.compose.test_at_once import at_once
from messaging.tests.make import NOW, drama

pytestmark = pytest.mark.django_db

DOWN = "** PROBLEM Host Alert: web1 is DOWN **"
UP = "** RECOVERY Host Alert: web1 is UP **"
ON_CALL = [drama(1), drama(2)]


@pytest.fixture
def amira():
    return make_user(
        make_department(alpha_tag="PHYSICS"), allow_relay=True, groups_alarms=True,
        username="phys0423", name="Amira Khan",
    )  # fmt: skip


def minutes(count):
    return NOW + dt.timedelta(minutes=count)


def comes(person, subject=DOWN, recipients=ON_CALL, at=0.0):
    return take(person, subject, recipients, minutes(at))


@transaction.atomic
def comes_and_is_not_answered(person):
    comes(person)
    raise RuntimeError("the database went away")


def texts():
    return list(Message.objects.order_by("batch_id", "number").values_list("batch__body", "number"))


def test_the_first_goes_and_the_others_are_counted(amira):
    assert not comes(amira)
    assert [comes(amira, at=at) for at in (0.1, 1, 9.9)] == [True, True, True]
    assert AlarmWindow.objects.get().held_count == 3


def test_nobody_who_did_not_ask_for_it_has_any_held(amira):
    amira.groups_alarms = False

    assert [comes(amira), comes(amira)] == [False, False]
    assert not AlarmWindow.objects.exists()


def test_at_the_end_one_text_says_how_many_more(amira):
    comes(amira)
    for n in range(47):
        comes(amira, at=n / 10)

    assert tell_of_repeats(now=minutes(9.9)) == 0
    assert tell_of_repeats(now=minutes(10)) == 1

    words = "DOWN: web1 (and 47 more)"
    assert texts() == [(words, drama(1)), (words, drama(2))]
    batch = Batch.objects.get()
    assert (batch.person, batch.source, batch.sender) == (amira, "email", "PHYSICS")
    assert AlarmWindow.objects.get().batch == batch


def test_it_is_told_once(amira):
    comes(amira)
    comes(amira)

    assert [tell_of_repeats(now=minutes(m)) for m in (11, 11, 30)] == [1, 0, 0]
    assert Batch.objects.count() == 1


def test_an_alarm_that_came_once_has_no_second_text(amira):
    comes(amira)

    assert tell_of_repeats(now=minutes(11)) == 0
    assert AlarmWindow.objects.get().ended_at == minutes(11)


def test_after_the_window_the_next_goes_at_once_again(amira):
    comes(amira)
    comes(amira, at=1)

    assert not comes(amira, at=10)  # nobody has told of the first window yet
    assert comes(amira, at=11)
    assert tell_of_repeats(now=minutes(12)) == 1
    assert tell_of_repeats(now=minutes(20)) == 1
    assert [batch.body for batch in Batch.objects.order_by("pk")] == [
        "DOWN: web1 (and 1 more)",
        "DOWN: web1 (and 1 more)",
    ]


def test_a_recovery_is_another_alarm_and_goes_at_once(amira):
    comes(amira)

    assert not comes(amira, UP, at=1)


def test_other_people_are_another_alarm_whatever_their_order(amira):
    comes(amira)

    assert comes(amira, recipients=[*reversed(ON_CALL), ON_CALL[0]])
    assert not comes(amira, recipients=[drama(1)])
    assert not comes(amira, recipients=[drama(1), drama(3)])


def test_alarms_of_two_people_are_two(amira):
    other = make_user(allow_relay=True, groups_alarms=True)
    comes(amira)

    assert not comes(other)


def test_what_no_monitoring_system_writes_is_grouped_by_its_words(amira):
    assert not comes(amira, "Freezer 3 too warm")
    assert comes(amira, "freezer 3 too  warm")
    assert not comes(amira, "Freezer 4 too warm")


def test_a_mail_that_is_not_answered_is_not_counted(amira):
    comes(amira)

    with pytest.raises(RuntimeError):
        comes_and_is_not_answered(amira)

    assert AlarmWindow.objects.get().held_count == 0


def test_a_first_alarm_that_is_not_answered_opens_no_window(amira):
    with pytest.raises(RuntimeError):
        comes_and_is_not_answered(amira)

    assert not comes(amira)


def test_from_the_own_number_where_that_was_chosen(amira):
    Sender.objects.create(department=amira.department, person=amira, number="+447700900950")
    amira.relays_from_number = True
    amira.save()
    comes(amira)
    comes(amira)

    tell_of_repeats(now=minutes(11))

    assert Batch.objects.get().sender == "+447700900950"


def test_somebody_who_opted_out_meanwhile_gets_none(amira):
    comes(amira)
    comes(amira)
    OptOut.objects.create(department=amira.department, number=drama(1), at=NOW)

    tell_of_repeats(now=minutes(11))

    assert texts() == [("DOWN: web1 (and 1 more)", drama(2))]


def left(amira):
    amira.left_at, amira.allow_relay = NOW, False
    amira.save()


def switched_off(amira):
    amira.allow_relay = False
    amira.save()


def frozen(amira):
    amira.department.frozen_at, amira.department.frozen_reason = NOW, "Unpaid"
    amira.department.save()


def over_the_cap(amira):
    amira.parts_per_day_cap = 1
    amira.save()


@pytest.mark.parametrize("happened", [left, switched_off, frozen, over_the_cap])
def test_what_may_not_be_sent_any_more_is_on_record_and_not_tried_again(amira, happened):
    comes(amira)
    comes(amira)
    happened(amira)

    assert tell_of_repeats(now=minutes(11)) == 0

    window = AlarmWindow.objects.get()
    assert (window.batch, window.ended_at) == (None, minutes(11))
    assert window.why
    line = AuditEvent.objects.get(verb="relay.alarms_not_sent")
    assert line.department_id == amira.department_id
    assert line.words.startswith(
        "Did not tell the phones of Amira Khan (phys0423) that an alarm had come 1 more time. "
    )
    assert not Batch.objects.exists()


def test_one_that_breaks_is_tried_again_and_holds_up_no_other(amira, monkeypatch):
    comes(amira)
    comes(amira)
    comes(amira, "Freezer 3 too warm", at=0.5)
    comes(amira, "Freezer 3 too warm", at=0.6)

    def breaks_for_web1(**order):
        if "web1" in order["body"]:
            raise RuntimeError("the machine has a bad day")
        return submit(**order)

    with monkeypatch.context() as broken:
        broken.setattr("messaging.sending.services.submit", breaks_for_web1)
        assert tell_of_repeats(now=minutes(11)) == 1
    assert tell_of_repeats(now=minutes(12)) == 1

    assert {words for words, _ in texts()} == {
        "Freezer 3 too warm (and 1 more)",
        "DOWN: web1 (and 1 more)",
    }


@pytest.mark.parametrize("subject", ["Fridge ((3)) warm", "((a??b))", "x" * 5000, "£ € 日本語 🔥"])
def test_whatever_the_subject_holds_it_can_be_told(amira, subject):
    comes(amira, subject)
    comes(amira, subject)

    assert tell_of_repeats(now=minutes(11)) == 1
    assert Batch.objects.get().body.endswith("(and 1 more)")


def test_a_storm_costs_a_statement_or_two_for_each_mail(amira, django_assert_max_num_queries):
    comes(amira)

    with django_assert_max_num_queries(1):
        comes(amira, at=1)


# ---------------------------------------------------------------- many at once


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_goes_and_all_others_are_counted(amira):
    gone = []

    def mail():
        with transaction.atomic():
            if not comes(amira):
                gone.append(uuid.uuid4())

    raised = at_once(*[mail] * 12)

    assert raised == []
    assert len(gone) == 1
    assert AlarmWindow.objects.get().held_count == 11


@pytest.mark.django_db(transaction=True)
def test_every_alarm_is_told_of_though_the_window_closes_meanwhile(amira):
    """Some come before the window closes and some after, and none is lost between the two."""
    Tariff.objects.get_or_create(from_on="2019-08-01", defaults={"part_tenths": 35})
    comes(amira)
    gone = []

    def mail():
        with transaction.atomic():
            if not comes(amira, at=9.99):
                gone.append(1)

    raised = at_once(*[mail] * 6, *[lambda: tell_of_repeats(now=minutes(10))] * 3)
    tell_of_repeats(now=minutes(30))

    assert raised == []
    counted = AlarmWindow.objects.exclude(batch=None)
    assert sum(window.held_count for window in counted) + len(gone) == 6
    assert Batch.objects.count() == len(counted)
    for window in counted:
        assert window.batch.body == f"DOWN: web1 (and {window.held_count} more)"
