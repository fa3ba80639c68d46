"""The journal looks as finance says, and balances."""

import csv
import io

import pytest
import time_machine
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from accounts.audit.models import AuditEvent
from accounts.tests.make import make_admin, make_finance
from billing.reports.journal import USUAL
from billing.reports.models import JournalLayout
from billing.reports.queries import journals
from billing.tests.reports.used import TODAY, make_used
from smsportal.lib.walltime import start_of

WHAT = "Text messages 1 August 2025 to 12 May 2026"

pytestmark = pytest.mark.django_db


@pytest.fixture
def finance(settings):
    settings.SECOND_STEP_REQUIRED = False
    make_used()
    client = Client()
    client.force_login(make_finance(name="Wanda Whitcombe", username="fina0001"))
    with time_machine.travel(start_of(TODAY), tick=False):
        yield client


def file(client) -> list[list[str]]:
    body = b"".join(client.get(reverse("reports:journal_csv"))).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(body)))


def typed(**changes: str) -> dict[str, str]:
    """A journal of code, amount and departments; changes of it."""
    fields = {"debit_account": "7001", "credit_account": "2002"}
    for place, (key, heading) in enumerate(
        [("code", "Activity"), ("amount", "GBP"), ("debit", "Dr"), ("credit", "Cr")], start=1
    ):
        fields |= {f"place_{key}": str(place), f"heading_{key}": heading}
    return fields | changes


def save(client, **changes: str):
    return client.post(reverse("reports:journal"), typed(**changes))


def test_it_has_a_line_for_each_code_and_a_control_total(finance):
    assert file(finance) == [
        [heading for _, heading in USUAL.columns],
        *(
            [n, "2026-05-12", code, "6210", "4350", amount, WHAT]
            for n, code, amount in (
                ("1", "MU0456", "10.00"),
                ("2", "PH0123", "5.39"),
                ("3", "PT-20931-4", "45.59"),
            )
        ),
        ["Control total of 3 lines", "", "", "", "", "60.98", ""],
    ]  # fmt: skip


def test_finance_says_which_columns_there_are_and_what_they_are_called(finance):
    answer = save(finance)

    assert answer.status_code == 302
    assert file(finance) == [
        ["Activity", "GBP", "Dr", "Cr"],
        ["MU0456", "10.00", "7001", "2002"],
        ["PH0123", "5.39", "7001", "2002"],
        ["PT-20931-4", "45.59", "7001", "2002"],
        ["Control total of 3 lines", "60.98", "", ""],
    ]
    event = AuditEvent.objects.latest("pk")
    assert (event.actor_name, event.verb) == ("Wanda Whitcombe (fina0001)", "reports.journal_kept")
    assert "Activity, GBP, Dr, Cr" in event.words


def test_the_amount_may_come_first(finance):
    save(finance, place_code="2", place_amount="1")

    assert file(finance)[-1] == ["60.98", "Control total of 3 lines", "", ""]


def test_a_preview_shows_what_is_typed_and_keeps_nothing(finance):
    page = save(finance, preview="1").content.decode()

    assert '<th scope="col">Activity</th>' in page
    assert journals.layout() == USUAL


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"place_code": ""}, "Cost code is needed. Give it a place."),
        ({"place_amount": " "}, "Amount is needed. Give it a place."),
        ({"place_code": "first"}, "first is no place."),
        ({"place_code": "0"}, "0 is no place."),
        ({"place_code": "²"}, "² is no place."),
        ({"place_code": "2"}, "Cost code has place 2 already."),
        ({"heading_code": ""}, "Write the heading of this column."),
        ({"heading_code": "gbp"}, "Another column is called GBP too."),
        ({"debit_account": ""}, "Write the account that is debited."),
    ],
)
def test_what_cannot_be_is_told_and_loses_nothing(finance, changes, words):
    answer = save(finance, **changes)
    page = answer.content.decode()

    assert answer.status_code == 422
    assert words in page
    assert 'value="2002"' in page
    assert journals.layout() == USUAL


def test_only_finance_keeps_it(finance):
    admin = Client()
    admin.force_login(make_admin())

    assert save(admin).status_code == 403
    assert admin.get(reverse("reports:journal_csv")).status_code == 403


def test_there_is_one_layout(finance):
    save(finance)
    save(finance, debit_account="7009")

    assert [each.debit_account for each in JournalLayout.objects.all()] == ["7009"]
    with pytest.raises(IntegrityError):
        JournalLayout.objects.create(debit_account="1", credit_account="2", columns=[])
