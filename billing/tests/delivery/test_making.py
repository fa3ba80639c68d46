"""What stands in a report, and how the worker makes it."""

import datetime as dt
import tracemalloc
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from accounts.mail.models import OutgoingMail
from accounts.tests.make import make_admin, make_department, make_user
from billing.delivery import engine, queries, services
from billing.delivery.models import DeliveryReport, Kind, ReportState, What
from billing.delivery.periods import Often, Period
from billing.tests.delivery.asking import APRIL, NOW, ask, make, make_sent, rows
from messaging.carriers.models import Carrier
from messaging.sending.models import Batch, Message
from messaging.sending.states import State
from messaging.tests.make import make_basket, make_simulator
from smsportal.lib.spreadsheets import open_sheet

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.REPORT_DIR = tmp_path / "reports"


@pytest.fixture(autouse=True)
def _bells_unheard(monkeypatch, settings):
    """A report is made when the test says so."""
    monkeypatch.setattr(services, "enqueue", lambda *args, **kwargs: None)


@pytest.fixture
def user():
    return make_user(make_department("Physics"), name="Harpreet Gill")


def test_s127_one_row_a_text_with_what_became_of_it(user):
    batch = make_sent(user, people=2, body="The lab has moved")
    Message.objects.filter(batch=batch, row_no=1).update(
        state=State.UNDELIVERED, reason="dead", accepted_part_count=2, part_count=2
    )

    report = make(user, has_words=True)

    assert (report.state, report.row_count) == ("ready", 2)
    first, second = rows(report)
    assert first == {
        "Sent": "15/04/2026 09:00:00",
        "Message": batch.reference,
        "Sent by": "Harpreet Gill",
        "Mobile": "07700 900000",
        "What happened": "Delivered",
        "When": "15/04/2026 09:00:00",
        "Texts": "1",
        "Charged": "Yes",
        "Cost (£)": "0.035",
        "Name": first["Name"],
        "Words": "The lab has moved",
    }
    assert (second["What happened"], second["Cost (£)"]) == ("Number does not work", "0.07")
    assert report.counts == {
        "texts": 2, "delivered": 1, "undelivered": 1, "cost_tenths": 105,
    }  # fmt: skip


def test_without_words_nobody_is_named_and_numbers_are_cut(user):
    basket = make_basket(user, 1, number="+447700900613", last_name="Vespertine")
    make_sent(user, basket=basket, body="The hurdy-gurdy rehearsal", people=1)

    report = make(user)

    text = engine.path_of(report.stored_name).read_text()
    assert "number ending 613" in text
    for secret in ("900613", "900 613", "Vespertine", "hurdy-gurdy"):
        assert secret not in text
    assert "Vespertine" in engine.path_of(make(user, has_words=True).stored_name).read_text()


def test_an_admin_reads_no_name_of_a_personal_contact(user):
    basket = make_basket(user, 1, last_name="Gloucestria", is_private=True)
    make_sent(user, basket=basket, people=1)

    assert "Gloucestria" in rows(make(user, has_words=True))[0]["Name"]
    assert rows(make(make_admin(user.department), has_words=True))[0]["Name"] == ""


def test_a_user_gets_the_own_and_an_admin_the_departments(user):
    colleague, stranger = make_user(user.department), make_user()
    for person in (user, colleague, stranger):
        make_sent(person, people=1)

    assert len(rows(make(user))) == 1
    assert len(rows(make(make_admin(user.department)))) == 2


def test_the_days_are_londons_and_both_are_in_it(user):
    for at in ("2026-03-31 22:59:59", "2026-03-31 23:00:00", "2026-04-30 22:59:59",
               "2026-04-30 23:00:00"):  # fmt: skip
        batch = make_sent(user, people=1)
        moment = dt.datetime.fromisoformat(at).replace(tzinfo=dt.UTC)
        Batch.objects.filter(pk=batch.pk).update(send_at=moment)

    assert [row["Sent"] for row in rows(make(user))] == [
        "01/04/2026 00:00:00",
        "30/04/2026 23:59:59",
    ]


def test_what_no_carrier_charges_costs_nothing(user):
    make_simulator(is_charging=False)
    make_sent(user, people=1)
    assert Carrier.objects.count() == 1

    report = make(user)

    assert (rows(report)[0]["Charged"], rows(report)[0]["Cost (£)"]) == ("No", "0")
    assert report.counts["cost_tenths"] == 0


def test_one_row_a_message_adds_up_to_the_same(user):
    make_sent(user, people=3, day="2026-04-02")
    make_sent(user, people=2, day="2026-04-03")

    each, texts = make(user, what=What.MESSAGES), make(user)

    assert [(row["People"], row["Delivered"], row["Cost (£)"]) for row in rows(each)] == [
        ("3", "3", "0.105"),
        ("2", "2", "0.07"),
    ]
    totals = {key: number for key, number in each.counts.items() if number}
    assert totals == texts.counts == {"texts": 5, "delivered": 5, "cost_tenths": 175}
    assert sum(Decimal(row["Cost (£)"]) for row in rows(texts)) == Decimal("0.175")


def test_a_cell_that_looks_like_a_formula_is_words(user):
    make_sent(user, people=1, body="=HYPERLINK(1)")

    assert rows(make(user, has_words=True))[0]["Words"] == "'=HYPERLINK(1)"


def test_excel_has_the_same_rows(user):
    make_sent(user, people=3)

    report = make(user, kind=Kind.XLSX, has_words=True)

    sheet = open_sheet(engine.path_of(report.stored_name).read_bytes(), report.file_name)
    assert (report.file_name, sheet.row_count) == ("delivery-2026-04-01-to-2026-04-30.xlsx", 4)


def test_more_than_excel_takes_is_said_and_not_cut_off(user, monkeypatch):
    monkeypatch.setattr(engine, "MOST_XLSX_ROWS", 2)
    make_sent(user, people=3)

    report = make(user, kind=Kind.XLSX)

    assert (report.state, report.stored_name) == ("failed", "")
    assert report.problem == "It has 3 texts, and an Excel sheet takes 2 rows. Ask for CSV."
    assert make(user, kind=Kind.XLSX, what=What.MESSAGES).state == "ready"


@pytest.mark.parametrize("shelf", [1, 2, 3, 4, 100])
def test_large_and_small_messages_are_read_shelf_by_shelf_and_none_is_lost(
    user, monkeypatch, shelf
):
    for n, people in enumerate((1, 7, 2, 1, 1, 3)):
        make_sent(user, people=people, day=f"2026-04-{n + 1:02d}")
    whole = [
        (text.batch.reference, text.row_no)
        for text in Message.objects.order_by("batch__send_at", "row_no").select_related("batch")
    ]
    monkeypatch.setattr(queries, "SHELF", shelf)
    most = 0
    seen = []
    for each in queries.shelves(queries.batches(user, APRIL)):
        for texts in queries.texts_of(each):
            most = max(most, len(texts))
            batch_of = {batch.pk: batch for batch in each}
            seen += [(batch_of[text.batch_id].reference, text.row_no) for text in texts]

    assert seen == whole
    assert most <= shelf


def test_it_takes_no_more_questions_for_many_messages(user, django_assert_max_num_queries):
    for _ in range(40):
        make_sent(user, people=1)
    ask(user)

    with django_assert_max_num_queries(25):
        services.make_waiting(now=NOW)

    assert DeliveryReport.objects.get().row_count == 40


def test_memory_does_not_grow_with_the_rows(user, monkeypatch):
    monkeypatch.setattr(queries, "SHELF", 50)
    make_sent(user, people=300)
    batch = Batch.objects.get()
    first = Message.objects.filter(batch=batch).first()
    more = [
        Message(
            batch=batch, department=batch.department, row_no=n, number=first.number, lane=1,
            part_count=1, state=State.DELIVERED, next_at=NOW, valid_until=NOW, accepted_at=NOW,
            carrier_id=first.carrier_id, accepted_part_count=1, final_at=NOW,
        )
        for n in range(1000, 5000)
    ]  # fmt: skip

    def peak() -> int:
        ask(user)
        tracemalloc.start()
        services.make_waiting(now=NOW)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak()  # what is loaded once
    small = peak()
    Message.objects.bulk_create(more)
    large = peak()

    assert DeliveryReport.objects.latest("pk").row_count == 4300
    assert large < 1.5 * small + 200_000


# ---------------------------------------------------------------- whose turn


def test_a_report_in_hand_is_nobody_elses(user):
    ask(user)

    first = engine.claim()

    assert (first.attempt_count, engine.claim()) == (1, None)


def test_one_whose_worker_died_is_made_by_the_next_and_given_up_after_three(user):
    make_sent(user)
    report = ask(user).reports.get()
    for n in range(1, 4):
        assert engine.claim().attempt_count == n
        DeliveryReport.objects.update(lease_until=NOW - dt.timedelta(days=365))

    assert services.make_waiting(now=NOW) == 0

    report.refresh_from_db()
    assert (report.state, report.problem) == (
        "failed",
        "Something went wrong on our side. Ask for it again.",
    )


def test_a_report_deleted_while_it_is_made_mails_nothing(user, settings):
    make_sent(user)
    order = ask(user, addresses=[user.email])
    report = engine.claim()
    made = engine.make(report, NOW)
    services.delete(report=order.reports.get(), by=user, now=NOW)

    assert not services._finish(report, made, NOW)

    assert OutgoingMail.objects.count() == 0
    late = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    engine.forget(late)
    assert list(settings.REPORT_DIR.iterdir()) == []


def test_its_file_is_for_the_portal_alone_and_gone_after_seven_days(user):
    make_sent(user)
    report = make(user)
    path = engine.path_of(report.stored_name)
    assert path.parent.stat().st_mode & 0o077 == 0

    engine.forget(NOW + dt.timedelta(days=7) - dt.timedelta(seconds=1))
    assert path.exists()
    engine.forget(NOW + dt.timedelta(days=7))

    report.refresh_from_db()
    assert (path.exists(), report.state, report.stored_name) == (False, "expired", "")


def test_the_database_keeps_days_in_order_and_files_with_what_is_ready(user):
    ask(user)
    for facts in (
        {"first_on": APRIL.last_on + dt.timedelta(days=1)},
        {"state": ReportState.READY},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            DeliveryReport.objects.update(**facts)


# ---------------------------------------------------------------- again and again


def weekly(user):
    return ask(user, often=Often.WEEKLY, period=None, addresses=[user.email])


def at(day, hour):
    return dt.datetime.fromisoformat(f"{day}T{hour:02d}:00:00+00:00")


def periods_of(order):
    found = order.reports.order_by("pk")
    return [(report.first_on, report.last_on) for report in found]


def test_one_that_comes_again_comes_on_its_day_at_seven_and_once(user):
    order = weekly(user)
    assert (order.next_on, periods_of(order)) == (dt.date(2026, 5, 18), [])

    assert services.order_due(now=at("2026-05-18", 5)) == 0
    assert services.order_due(now=at("2026-05-18", 6)) == 1
    assert services.order_due(now=at("2026-05-18", 6)) == 0

    assert periods_of(order) == [(dt.date(2026, 5, 11), dt.date(2026, 5, 17))]


def test_days_that_nobody_was_there_for_are_not_made_up_for(user):
    order = weekly(user)

    services.order_due(now=at("2026-06-10", 6))

    assert periods_of(order) == [(dt.date(2026, 6, 1), dt.date(2026, 6, 7))]
    order.refresh_from_db()
    assert order.next_on == dt.date(2026, 6, 15)


def test_two_that_begin_it_at_once_begin_it_once(user):
    order = weekly(user)
    now = at("2026-05-18", 6)

    assert [services._begin(order, now), services._begin(order, now)] == [True, False]


def test_a_stopped_one_comes_no_more(user):
    order = weekly(user)

    services.stop(order=order, by=user, now=NOW)

    assert services.order_due(now=at("2026-05-18", 6)) == 0


def test_the_month_before_is_what_comes_on_the_first(user):
    order = ask(user, often=Often.MONTHLY, period=None, addresses=[user.email])

    services.order_due(now=at("2026-06-01", 6))

    assert periods_of(order) == [(dt.date(2026, 5, 1), dt.date(2026, 5, 31))]
    assert str(Period(*periods_of(order)[0])) == "May 2026"
