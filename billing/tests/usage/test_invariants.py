"""I9: what is charged is what was taken."""

import datetime as dt
import io

import pytest
from django.core.management import CommandError, call_command

from accounts.tests.make import make_user
from billing.tests.make import make_sent
from billing.tests.usage.counted import counted
from billing.usage.models import Charge, ReceivedUsage, SentUsage
from inbound.tests.make import come_in, from_phone, make_keyword, make_number
from messaging.sending.engine.invariants import broken
from messaging.sending.models import Batch, Message
from messaging.tests.make import NOW

pytestmark = pytest.mark.django_db
TOMORROW = NOW + dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def a_day_of_work():
    user = make_user()
    make_keyword(department=user.department)
    number = make_number(user)
    come_in(from_phone("OXFORD CHORUS Alto"), from_phone("Yes", to=number.number))
    counted(make_sent(user, people=3, parts=2), make_sent(make_user()))


def wrong():
    return [key for key in broken(now=NOW) if key.startswith("I9")]


def test_nothing_is_wrong_after_counting():
    assert wrong() == []
    said = io.StringIO()
    call_command("check_invariants", stdout=said)
    assert said.getvalue() == "All 17 invariants hold.\n"


def test_a_text_that_was_taken_and_is_not_charged_is_found():
    Message.objects.filter(row_no=1).update(accepted_at=None)

    assert wrong() == ["I9"]
    with pytest.raises(CommandError):
        call_command("check_invariants", stdout=io.StringIO())


def test_parts_that_nobody_took_are_found():
    Message.objects.filter(row_no=1).update(accepted_part_count=1)

    assert wrong() == ["I9"]


def test_texts_on_each_others_day_are_found_although_their_sum_is_right():
    batch = Batch.objects.filter(person_count=3).get()
    Message.objects.filter(batch=batch, row_no=0).update(accepted_at=TOMORROW)
    counted(batch)
    assert wrong() == []

    Message.objects.filter(batch=batch, row_no=0).update(accepted_at=NOW)
    Message.objects.filter(batch=batch, row_no__in=[1, 2]).update(accepted_at=TOMORROW)

    assert wrong() == ["I9"]


def test_charges_that_are_lost_are_found():
    Charge.objects.all().delete()

    assert wrong() == ["I9", "I9 usage"]


def test_a_day_that_does_not_add_up_is_found():
    SentUsage.objects.filter(part_count=6).update(part_count=5, cost_tenths=5 * 35)

    assert wrong() == ["I9 days"]


def test_a_day_that_is_lost_is_found():
    SentUsage.objects.filter(part_count=6).delete()

    assert wrong() == ["I9 days"]


@pytest.mark.parametrize("to_keyword", [True, False])
def test_texts_that_came_in_and_are_not_counted_are_found(to_keyword):
    ReceivedUsage.objects.filter(keyword__isnull=not to_keyword).delete()

    assert wrong() == ["I9 came"]


def test_what_waits_to_be_counted_is_not_wrong_yet():
    come_in(from_phone("OXFORD CHORUS Tenor"), now=TOMORROW)
    Batch.objects.update(changed_at=TOMORROW)
    Message.objects.update(accepted_part_count=1)

    assert wrong() == []


@pytest.mark.parametrize("to_keyword", [True, False])
def test_texts_counted_that_did_not_come_in_are_found(to_keyword):
    ReceivedUsage.objects.filter(keyword__isnull=not to_keyword).update(text_count=2)

    assert wrong() == ["I9 received"]
