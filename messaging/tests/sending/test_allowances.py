"""Caps in parts: never gone over, given back when a text does not go."""

import threading

import pytest
from django.db import connection

from accounts.tests.make import make_admin, make_department, make_user
from messaging.sending import errors
from messaging.sending.engine import allowances
from messaging.sending.models import Allowance
from messaging.tests.make import make_basket, make_batch

pytestmark = pytest.mark.django_db


def used(scope):
    return Allowance.objects.get(scope=scope).used_count


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


def test_a_text_that_fails_gives_its_parts_back_once():
    batch = make_batch(make_user())
    ids = list(batch.messages.values_list("pk", flat=True))

    allowances.give_back(ids[:2])

    assert (used("department_year"), used("department_month"), used("person_day")) == (1, 1, 1)
