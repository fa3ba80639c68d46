"""What was used, counted from the texts as they move, and counted again."""

import datetime as dt

import pytest
from django.core.management import call_command

from accounts.tests.make import make_operator, make_user
from billing.tests.make import make_sent, make_tariff
from billing.tests.usage.counted import counted
from billing.usage.engine import counting
from billing.usage.models import Charge, ReceivedUsage, SentUsage, Uncounted
from billing.usage.queries import Row, rows
from inbound.sorting.services import deciding
from inbound.tests.make import come_in, from_phone, make_keyword, make_number
from messaging.carriers.base import Answer, Outcome
from messaging.sending.engine import answers, tally
from messaging.sending.models import Batch, Message
from messaging.sending.states import State
from messaging.tests.make import NOW, make_simulator

pytestmark = pytest.mark.django_db

TODAY = NOW.date()
YEAR = {"from_on": dt.date(2025, 8, 1), "to_on": dt.date(2026, 7, 31)}


def test_two_parts_to_ten_people_are_twenty_texts_for_70p():
    user = make_user()

    counted(make_sent(user, people=10, parts=2))

    assert rows(**YEAR) == [Row(text_count=10, part_count=20, cost_tenths=700)]


def test_nothing_is_charged_before_it_is_taken_and_nothing_twice():
    user, carrier = make_user(), make_simulator()
    batch = make_sent(user, at=None, state=State.SENDING, people=0)
    text = Message(
        batch=batch, department_id=batch.department_id, row_no=0, number="+447700900001",
        part_count=1, lane=1, state=State.SENDING, next_at=NOW, valid_until=NOW,
        attempt_count=1, lease_until=NOW, carrier=carrier,
    )  # fmt: skip
    text.save()
    counted(batch)
    assert rows(**YEAR) == []

    taken = Answer(text.pk, 1, Outcome.ACCEPTED, "A1")
    answers.record(carrier.pk, [taken], now=NOW)
    answers.record(carrier.pk, [taken], now=NOW + dt.timedelta(days=1))
    counted()
    counted()

    assert rows(**YEAR, by=["day"]) == [Row(on=TODAY, text_count=1, part_count=1, cost_tenths=35)]


@pytest.mark.parametrize("state", [State.UNKNOWN, State.FAILED, State.EXPIRED, State.CANCELLED])
def test_what_no_carrier_is_known_to_have_taken_costs_nothing(state):
    counted(make_sent(make_user(), at=None, state=state))

    assert rows(**YEAR) == []


@pytest.mark.parametrize("state", [State.SUBMITTED, State.UNDELIVERED, State.UNCONFIRMED])
def test_what_was_taken_costs_whatever_became_of_it(state):
    counted(make_sent(make_user(), state=state))

    assert rows(**YEAR)[0].cost_tenths == 35


def test_a_carrier_that_does_not_charge_costs_nothing():
    free = make_simulator(is_charging=False)

    counted(make_sent(make_user(), carrier=free))

    assert rows(**YEAR) == []


def test_the_day_is_londons():
    late = dt.datetime(2026, 7, 31, 22, 59, tzinfo=dt.UTC)  # 11:59pm on 31 July
    user = make_user()

    counted(make_sent(user, at=late), make_sent(user, at=late + dt.timedelta(minutes=1)))

    assert [row.on for row in rows(from_on=TODAY, to_on=dt.date(2026, 8, 9), by=["day"])] == [
        dt.date(2026, 7, 31),
        dt.date(2026, 8, 1),
    ]
    assert rows(**YEAR)[0].text_count == 1


def test_evidence_that_comes_later_is_charged_on_the_day_it_comes():
    user, carrier = make_user(), make_simulator()
    batch = make_sent(user, at=None, state=State.UNKNOWN, carrier=carrier)
    Message.objects.update(maybe_sent=True, attempt_count=1)
    counted(batch)

    later = NOW + dt.timedelta(days=3)
    text = Message.objects.get()
    answers.record(carrier.pk, [Answer(text.pk, 1, Outcome.ACCEPTED, "A1")], now=later)
    counted()

    assert [row.on for row in rows(**YEAR, by=["day"])] == [later.date()]


def test_a_count_that_was_wrong_is_replaced_with_the_days_that_it_had():
    user = make_user()
    batch = make_sent(user, people=2)
    counted(batch)
    Message.objects.filter(row_no=1).update(accepted_at=NOW + dt.timedelta(days=1))
    Message.objects.filter(row_no=0).update(accepted_at=NOW - dt.timedelta(days=1))

    counted(batch)

    assert [(row.on, row.text_count) for row in rows(**YEAR, by=["day"])] == [
        (dt.date(2026, 5, 11), 1),
        (dt.date(2026, 5, 13), 1),
    ]


def test_what_changes_while_it_is_counted_is_counted_once_more(monkeypatch):
    user = make_user()
    batch = make_sent(user)
    Batch.objects.update(changed_at=NOW)
    tally.tally_changed(now=NOW)
    add_up, seen = counting._add_up, []

    def meanwhile(where):
        if not seen:
            seen.append(where)
            Message.objects.update(accepted_part_count=2)
            counting.mark(batch_ids=[batch.pk])
        add_up(where)

    monkeypatch.setattr(counting, "_add_up", meanwhile)
    counting.count_changed()

    assert rows(**YEAR)[0].part_count == 2
    assert not Uncounted.objects.exists()


def test_who_and_what_for_is_the_batchs():
    user = make_user()
    batch = make_sent(
        user, people=3, price_tenths=40, source="email", cost_code="PRJ1",
        cost_code_kind="project_task",
    )  # fmt: skip
    counted(batch, make_sent(user, person=None, source="reply"))

    by = ["department", "code", "person", "source", "price", "month"]
    assert rows(**YEAR, by=by) == [
        Row(
            user.department_id, "cost_centre", "PH0123", None, "reply", 35, dt.date(2026, 5, 1),
            text_count=1, part_count=1, cost_tenths=35,
        ),
        Row(
            user.department_id, "project_task", "PRJ1", user.pk, "email", 40, dt.date(2026, 5, 1),
            text_count=3, part_count=3, cost_tenths=120,
        ),
    ]  # fmt: skip


def test_texts_that_come_in_are_counted_by_keyword_and_by_number():
    user = make_user()
    make_tariff(dt.date(2026, 5, 1), incoming_tenths=12)
    make_keyword(department=user.department)
    number = make_number(user)
    come_in(from_phone("OXFORD CHORUS Alto"), from_phone("OXFORD NOTHING x"))
    come_in(from_phone("Yes please", to=number.number))
    come_in(from_phone("And more", to=number.number))

    counting.count_changed()

    assert rows(**YEAR, by=["source", "person"]) == [
        Row(source="keyword", incoming_count=1, incoming_tenths=12),
        Row(source="number", person_id=user.pk, incoming_count=2, incoming_tenths=24),
    ]


def test_a_text_that_somebody_gives_to_a_keyword_is_counted_on_the_day_it_came():
    keyword = make_keyword()
    [sorting] = come_in(from_phone("OXFORD CHROUS Alto"))
    counting.count_changed()
    assert rows(**YEAR) == []

    later = NOW + dt.timedelta(days=2)
    deciding.assign(sorting=sorting, keyword=keyword, by=make_operator(), now=later)
    counting.count_changed()

    assert rows(**YEAR, by=["day"]) == [Row(on=TODAY, incoming_count=1)]


def test_rebuilding_finds_what_counting_found_whatever_was_written_there():
    user = make_user()
    make_keyword(department=user.department)
    batches = [
        make_sent(user, at=NOW + dt.timedelta(days=n), people=n + 1, parts=2) for n in range(3)
    ]
    come_in(from_phone("OXFORD CHORUS Alto"))
    counted(*batches)
    right = rows(**YEAR, by=["day", "person", "source"])
    Charge.objects.filter(batch=batches[0]).update(part_count=99)
    Charge.objects.filter(batch=batches[1]).delete()
    SentUsage.objects.filter(on=TODAY).delete()
    ReceivedUsage.objects.update(text_count=7)

    call_command("rebuild_usage", "--from", "2026-05-01", "--to", "2026-05-31")

    assert rows(**YEAR, by=["day", "person", "source"]) == right


def test_rebuilding_a_day_leaves_the_others_as_they_are():
    user = make_user()
    counted(make_sent(user), make_sent(user, at=NOW + dt.timedelta(days=1)))
    Charge.objects.update(part_count=9)
    SentUsage.objects.update(part_count=9, cost_tenths=9 * 35)

    counting.rebuild(TODAY, TODAY)

    assert [row.part_count for row in rows(**YEAR, by=["day"])] == [1, 9]


def test_names_words_and_numbers_may_go_without_changing_the_bill():
    user = make_user()
    batch = make_sent(user, people=2)
    counted(batch)
    right = rows(**YEAR, by=["person", "day"])

    Message.objects.update(number="", name="", body="")
    Batch.objects.update(body="", wording="", fill={}, person_name="")
    counting.rebuild(**YEAR)

    assert rows(**YEAR, by=["person", "day"]) == right
