"""A year as it is counted: the dry run."""

import datetime as dt

import pytest

from accounts.renewals import services as renewals
from accounts.renewals.models import Answer
from accounts.tests.make import make_admin
from billing.statements.lines import Line, LineKind
from billing.statements.queries import counted
from billing.statements.settling import Standing, by_code, fingerprint, total
from billing.tests.make import make_tariff
from billing.tests.statements.make import (
    AUTUMN,
    TODAY,
    YEAR,
    account_of,
    change_code,
    make_customer,
    prepays,
    rent_keyword,
    rent_number,
    send,
)
from billing.usage.engine import counting
from inbound.tests.make import come_in, from_phone
from messaging.sending.models import Batch, Message
from smsportal.lib.walltime import start_of

pytestmark = pytest.mark.django_db

AUG, JUL = dt.date(2025, 8, 1), dt.date(2026, 7, 1)
OCT, JAN, FEB = dt.date(2025, 10, 1), dt.date(2026, 1, 1), dt.date(2026, 2, 1)
CR, PH = ("cost_centre", "CR0340"), ("cost_centre", "PH0123")


def test_the_worked_example_of_finance():
    user = make_customer()
    prepays(user.department, 600_00)
    rent_keyword(user.department, "JOBS")
    rent_number(user, 950)
    rent_number(user, 951)
    for _ in range(4):
        send(user, 3_120)

    account = account_of(user.department)

    assert account.lines == (
        Line("texts", *CR, "", 1, 12_480, 35, OCT, OCT),
        Line("keyword", *CR, "JOBS", 1, 12, 5_000, AUG, JUL),
        Line("number", *CR, "", 2, 24, 10_000, AUG, JUL),
    )
    assert [line.pence for line in account.lines] == [436_80, 60_00, 240_00]
    assert (account.actual_pence, account.prepaid_pence) == (736_80, 600_00)
    assert (account.over_pence, account.over_percent) == (136_80, 22.8)
    assert (account.charge_pence, account.next_pence) == (136_80, 736_80)


@pytest.mark.parametrize(
    ("prepaid", "charge", "is_tolerated"),
    [
        (100_00, 0, False),  # as prepaid
        (95_00, 0, True),  # over £5.00 would be charged, but not £5.00
        (90_91, 0, True),  # 9.999 %
        (90_90, 9_10, False),  # 10.01 % and £9.10
        (130_00, 0, False),  # under: nothing is given back
    ],
)
def test_only_what_is_over_by_both_ten_per_cent_and_five_pounds_is_charged(
    prepaid, charge, is_tolerated
):
    user = make_customer()
    prepays(user.department, prepaid)
    rent_number(user, 950, since=dt.date(2025, 8, 1), until=dt.date(2026, 5, 31))  # 10 x £10

    account = account_of(user.department)

    assert (account.charge_pence, account.is_tolerated) == (charge, is_tolerated)


def test_a_small_year_is_not_charged_though_it_is_far_over_in_per_cent():
    user = make_customer()
    prepays(user.department, 10_00)
    send(user, 429)  # £15.015, rounded to £15.02: over by £5.02

    assert account_of(user.department).charge_pence == 5_02

    prepays(user.department, 10_02)

    assert account_of(user.department).charge_pence == 0


def test_who_sent_nothing_and_did_not_cancel_pays_the_minimum():
    user = make_customer()

    account = account_of(user.department)

    assert account.lines == (Line("minimum", *CR, "", 1, 1, 10_000, AUG, JUL),)
    assert (account.actual_pence, account.prepaid_pence) == (10_00, 10_00)
    assert (account.charge_pence, account.next_pence) == (0, 10_00)


def test_what_is_missing_to_the_minimum_is_a_line():
    user = make_customer()
    send(user, 190)

    account = account_of(user.department)

    assert (account.texts_pence, account.minimum_pence, account.actual_pence) == (6_65, 3_35, 10_00)


def test_a_new_department_pays_at_least_the_minimum_of_the_day_it_began():
    make_tariff(FEB, minimum_tenths=12_000)
    new = make_customer(since=dt.date(2026, 3, 9)).department
    old = make_customer(code="PH0123").department

    assert account_of(new).standing == Standing.NEW
    assert (account_of(new).prepaid_pence, account_of(new).actual_pence) == (12_00, 12_00)
    assert (account_of(old).prepaid_pence, account_of(old).actual_pence) == (10_00, 10_00)


def test_who_cancelled_is_not_renewed_and_has_no_statement_of_the_next_year():
    user = make_customer(closed_at=start_of(dt.date(2026, 8, 1)))
    send(user, 1_000)

    account = account_of(user.department)

    assert (account.standing, account.actual_pence) == (Standing.CANCELLED, 35_00)
    assert account.next_pence == 0
    assert counted.accounts(YEAR.next, TODAY) == []


def test_who_cancelled_and_was_still_sent_for_pays_that_and_no_minimum():
    user = make_customer(closed_at=start_of(dt.date(2025, 8, 1)))
    send(user, 20, on=dt.date(2025, 8, 1))

    account = account_of(user.department)

    assert [line.kind for line in account.lines] == ["texts"]
    assert (account.prepaid_pence, account.actual_pence) == (0, 70)


def test_a_price_that_changes_in_the_year_splits_the_line_and_each_is_rounded():
    make_tariff(JAN, part_tenths=37, keyword_tenths=6_000)
    user = make_customer()
    rent_keyword(user.department, "JOBS")
    send(user, 301)  # £10.535
    send(user, 305, on=FEB, price=37)  # £11.285

    account = account_of(user.department)

    assert [(line.kind, line.count, line.price_tenths, line.pence) for line in account.lines] == [
        ("texts", 301, 35, 10_54),
        ("texts", 305, 37, 11_29),
        ("keyword", 5, 5_000, 25_00),
        ("keyword", 7, 6_000, 42_00),
    ]
    assert account.actual_pence == 88_83


def test_a_code_that_ends_in_the_year_bears_what_was_used_until_then():
    user = make_customer("Physics", "PH0119")
    change_code(user.department, "PH0123", JAN)
    rent_number(user, 950)
    send(user, 100)
    send(user, 200, on=FEB)

    account = account_of(user.department)

    assert [(line.kind, line.code, line.count) for line in account.lines] == [
        ("texts", "PH0119", 100),
        ("texts", "PH0123", 200),
        ("number", "PH0119", 5),
        ("number", "PH0123", 7),
    ]
    assert account.code == "PH0123"
    sums = by_code([account])
    assert [(each.code, each.actual_pence, each.charge_pence) for each in sums] == [
        ("PH0119", 53_50, 0),
        ("PH0123", 77_00, account.charge_pence),
    ]


def test_two_departments_on_one_code_have_a_statement_each_and_one_sum():
    first, second = make_customer("Alpha", "CR0340"), make_customer("Beta", "CR0340")
    send(first, 1_000)
    send(second, 2_000)

    accounts = counted.accounts(YEAR, TODAY)

    assert [account.actual_pence for account in accounts] == [35_00, 70_00]
    [only] = by_code(accounts)
    assert (only.department_count, only.actual_pence) == (2, 105_00)
    assert only.charge_pence == total(accounts).charge_pence


def test_texts_that_came_in_are_counted_though_their_price_is_not_set():
    user = make_customer()
    number = rent_number(user, 950)
    come_in(from_phone("Yes", to=number.number), from_phone("And more", to=number.number))
    counting.count_changed()

    [line] = [line for line in account_of(user.department).lines if line.kind == "incoming"]

    assert (line.count, line.price_tenths, line.pence) == (2, 0, 0)


def test_the_year_before_says_what_is_prepaid():
    user = make_customer()
    send(user, 2_000, on=dt.date(2024, 10, 1))

    assert account_of(user.department).prepaid_pence == 70_00


def test_what_finance_decided_last_is_prepaid():
    user = make_customer()
    prepays(user.department, 50_00)
    prepays(user.department, 60_00)
    prepays(user.department, 70_00, begins=2026)

    assert account_of(user.department).prepaid_pence == 60_00


def test_nobody_has_a_statement_of_a_year_before_they_came():
    make_customer(since=dt.date(2026, 8, 2))

    assert counted.accounts(YEAR, TODAY) == []


def test_the_last_moment_of_july_in_london_is_still_the_year():
    user = make_customer()
    prepays(user.department, 0)
    send(user, 1_000, on=dt.date(2026, 7, 31))
    send(user, 5_000, on=dt.date(2026, 8, 1))

    assert account_of(user.department).actual_pence == 35_00


def test_counted_twice_it_is_the_same_in_whatever_order():
    user, other = make_customer(), make_customer("Physics", "PH0123")
    rent_keyword(user.department, "JOBS")
    send(user, 100)
    send(other, 33, on=FEB)

    accounts = counted.accounts(YEAR, TODAY)

    assert fingerprint(accounts) == fingerprint(reversed(counted.accounts(YEAR, TODAY)))
    send(other, 1, on=FEB)
    assert fingerprint(accounts) != fingerprint(counted.accounts(YEAR, TODAY))


def test_words_and_numbers_may_be_erased_without_changing_a_bill():
    user = make_customer()
    send(user, 1_234)
    bill = fingerprint(counted.accounts(YEAR, TODAY))

    Message.objects.update(number="", name="", body="")
    Batch.objects.update(body="", wording="", fill={}, person_name="")
    counting.rebuild(YEAR.first_on, YEAR.last_on)

    assert fingerprint(counted.accounts(YEAR, TODAY)) == bill


def test_a_dozen_departments_take_no_more_questions_than_one(django_assert_max_num_queries):
    for n in range(12):
        user = make_customer(f"Department {n}", f"PH{n:04}")
        rent_keyword(user.department, f"WORD{n}")
        send(user, 10)

    with django_assert_max_num_queries(30):
        counted.accounts(YEAR, TODAY)


def test_a_line_is_named_as_the_seed_names_it():
    number = Line(LineKind.NUMBER, *PH, "", 2, 24, 10_000, AUG, JUL)
    word = Line(LineKind.KEYWORD, *PH, "JOBS", 1, 1, 5_000, OCT, OCT)

    assert (number.words, number.months) == ("Virtual Mobile phone numbers, 2", "August to July")
    assert (word.words, word.months) == ("Keyword JOBS", "October")
    assert AUTUMN in YEAR


def test_a_renewal_that_was_cancelled_counts_before_the_department_is_closed():
    user = make_customer()
    renewals.answer(
        department=user.department,
        year_begins_on=YEAR.next.first_on,
        answer=Answer.CANCELLED,
        by=make_admin(user.department),
        now=start_of(dt.date(2026, 6, 20)),
    )

    account = account_of(user.department, dt.date(2026, 7, 1))

    assert (account.standing, account.next_pence) == (Standing.CANCELLED, 0)
    assert counted.accounts(YEAR.next, TODAY) == []
