"""A limit in pounds stands beside the one in texts; administrators hear before it stops anybody."""

import datetime as dt
import threading

import pytest
from django.db import connection

from accounts.mail.models import OutgoingMail
from accounts.tests.make import make_admin, make_department, make_user
from billing.tariffs.models import Tariff
from messaging.sending import errors
from messaging.sending.engine import allowances
from messaging.sending.models import Allowance, Batch
from messaging.sending.queries.caps import allowance_left, caps_of
from messaging.sending.services import cancel, notices
from messaging.tests.make import NOW, make_basket, make_batch
from smsportal.lib import db

pytestmark = pytest.mark.django_db

POUND = 1000


@pytest.fixture(autouse=True)
def prices():
    # What a migration put there is gone after the first test that commits.
    Tariff.objects.get_or_create(from_on="2019-08-01", defaults={"part_tenths": 35})


def used(scope):
    return Allowance.objects.get(scope=scope).used_tenths


def mails():
    return list(OutgoingMail.objects.order_by("pk").values_list("to", "subject"))


@pytest.mark.django_db(transaction=True)
def test_twenty_who_share_a_limit_in_pounds_never_go_over_it():
    department = make_department(pounds_per_month_cap=1)
    users = [make_user(department) for _ in range(20)]
    baskets = [make_basket(user, 5) for user in users]  # 17.5p each: five go into a pound
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
    assert used("department_month") == 875


@pytest.mark.parametrize("of_user", [True, False])
def test_a_refusal_says_what_the_message_costs_and_what_is_left(of_user):
    department = make_department("Physics", **({} if of_user else {"pounds_per_month_cap": 1}))
    make_admin(department, name="Gareth Pugh")
    user = make_user(department, **({"pounds_per_month_cap": 1} if of_user else {}))
    make_batch(user, people=20)

    with pytest.raises(errors.CapReached) as refusal:
        make_batch(user, people=10)

    whose = "you in May 2026" if of_user else "Physics in May 2026"
    whom = "Gareth Pugh, your department administrator," if of_user else "the messaging team"
    assert refusal.value.words == (
        f"This message costs 35p, and 30p of the £1.00 for {whose} is left. Nothing has been "
        f"sent. Ask {whom} to raise it."
    )
    assert {used(scope) for scope in ("department_month", "person_month")} == {700}


def test_what_does_not_go_gives_its_money_back():
    user = make_user(make_department(pounds_per_month_cap=1))
    batch = make_batch(user, people=10)
    ids = list(batch.messages.values_list("pk", flat=True))

    allowances.give_back(ids[:2])
    assert used("department_month") == used("person_month") == 280

    cancel(batch=make_batch(user, people=5), by=user, now=NOW)
    assert used("department_month") == used("person_month") == 280


def test_the_price_is_the_batchs_also_when_it_comes_back():
    batch = make_batch(make_user(), people=2)
    Batch.objects.update(price_tenths=40)
    Allowance.objects.update(used_tenths=80)

    allowances.give_back([batch.messages.earliest("pk").pk])

    assert used("department_year") == 40


def test_what_is_left_is_told_in_pounds_and_in_texts():
    user = make_user(make_department("Physics", pounds_per_month_cap=1, parts_per_month_cap=30))
    make_batch(user, people=10)

    assert [(each.words, each.said) for each in allowance_left(user, now=NOW)] == [
        ("Physics in May 2026", "20 of 30 texts"),
        ("Physics in May 2026", "65p of £1.00"),
    ]


def test_administrators_hear_once_at_each_threshold():
    department = make_department("Physics", pounds_per_month_cap=1)
    admin = make_admin(department)
    user = make_user(department)

    make_batch(user, people=14)  # 49p
    notices.tell_of_caps(now=NOW)
    assert mails() == []

    make_batch(user, people=1)
    notices.tell_of_caps(now=NOW)
    notices.tell_of_caps(now=NOW)
    assert mails() == [(admin.email, "50% of the limit of Physics in May 2026 is used")]

    make_batch(user, people=13)
    notices.tell_of_caps(now=NOW)
    assert mails()[1:] == [(admin.email, "80% of the limit of Physics in May 2026 is used")]
    assert "98p of £1.00" in OutgoingMail.objects.latest("pk").body

    Allowance.objects.filter(scope="department_month").update(used_tenths=POUND)
    notices.tell_of_caps(now=NOW)
    notices.tell_of_caps(now=NOW)
    assert mails()[2:] == [(admin.email, "100% of the limit of Physics in May 2026 is used")]


def test_whoever_jumps_over_two_thresholds_hears_of_the_last():
    department = make_department("Physics", parts_per_year_cap=10)
    make_admin(department), make_admin(department, left_at=NOW), make_admin()

    make_batch(make_user(department), people=9)
    notices.tell_of_caps(now=NOW)

    [(_, subject)] = mails()
    assert subject == "80% of the limit of Physics in the year from 1 August 2025 is used"


def test_a_new_month_is_told_of_anew():
    department = make_department("Physics", parts_per_month_cap=10)
    make_admin(department)
    make_batch(make_user(department), people=6)
    notices.tell_of_caps(now=NOW)

    june = NOW + dt.timedelta(days=30)
    make_batch(make_user(department), people=6, now=june)
    notices.tell_of_caps(now=june)

    assert [subject for _, subject in mails()] == [
        "50% of the limit of Physics in May 2026 is used",
        "50% of the limit of Physics in June 2026 is used",
    ]


def test_nobody_hears_of_what_has_no_limit():
    department = make_department()
    make_admin(department)
    make_batch(make_user(department), people=100)

    assert notices.tell_of_caps(now=NOW) == 0


def test_of_many_taken_together_each_gets_all_of_its_money_or_nothing():
    user = make_user(make_department("Physics", pounds_per_month_cap=1))
    caps = caps_of(user, NOW.date())

    (first, second, third), writes = allowances.reserve_each(
        [[(cap, n, n * 35) for cap in caps] for n in (20, 10, 8)]
    )
    db.together(writes)

    assert (first, third) == (None, None)
    assert second.words.startswith("This message costs 35p, and 30p of the £1.00 for Physics")
    assert used("department_month") == used("person_month") == 28 * 35
