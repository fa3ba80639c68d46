"""Who sees which charges, on pages."""

import re

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.tests.make import make_admin, make_finance, make_operator
from billing.tests.reports.used import TODAY, Used, make_used
from messaging.sending.models import Message
from smsportal.lib.phones import display
from smsportal.lib.walltime import start_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def used():
    return make_used()


@pytest.fixture(autouse=True)
def on_a_day_in_may(settings):
    settings.SECOND_STEP_REQUIRED = False
    with time_machine.travel(start_of(TODAY), tick=False):
        yield


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def charges(person, **asked) -> str:
    answer = signed_in(person).get(reverse("reports:charges"), asked)
    assert answer.status_code == 200
    return answer.content.decode()


def rows(page: str) -> list[str]:
    """The names of the rows of the large table."""
    body = page.rpartition("<tbody>")[2].partition("</tbody>")[0]
    names = re.findall(r'<th scope="row">(.*?)(?:<br>|</th>)', body)
    return [re.sub("<.*?>", "", name) for name in names]


def test_finance_reads_a_year_by_cost_code(used):
    page = charges(make_finance())

    assert "Charges by cost code" in page
    assert "1 August 2025 to 12 May 2026" in page
    assert rows(page) == ["Music", "Physics", "Physics"]
    assert page.count("£60.98") == 2  # above, and at the foot of the table


def test_finance_goes_from_a_code_to_its_departments_to_months_and_users(used):
    finance = make_finance()
    client, page, way = signed_in(finance), charges(finance), []
    for name in ("Physics", "Physics", "August 2025"):
        href = re.findall(rf'<a class="title" href="(.*?)">{name}</a>', page)[0]
        page = client.get(reverse("reports:charges") + href.replace("&amp;", "&")).content.decode()
        way.append(rows(page))

    assert way[0] == ["Physics"]
    assert way[1][0] == "August 2025"
    assert way[2] == ["Ada Byron", "Ben Nevis"]


def test_finance_reads_no_text_and_no_number(used):
    finance = signed_in(make_finance())
    Message.objects.update(body="The unsent harmonium", name="Gloria Vespertine")
    secrets = {"Hello", "harmonium", "Vespertine"}
    secrets |= {form for m in Message.objects.all() for form in (m.number, display(m.number))}
    addresses = [
        reverse("reports:charges") + f"?by={by}" for by in ("code", "department", "user", "month")
    ]
    addresses += [reverse("reports:download", args=["csv"]), reverse("reports:journal_csv")]

    pages = [b"".join(finance.get(address)).decode() for address in addresses]

    assert [secret for secret in secrets for page in pages if secret in page] == []


def test_an_administrator_sees_the_department_and_nothing_else(used):
    page = charges(make_admin(used.music))

    assert rows(page) == ["Eve Adams", "To reach the least for the year"]
    assert not {"Physics", "Ada Byron", "PH0123"} & set(re.findall(r"[\w ]+", page))


def test_a_user_sees_the_own_part_and_nothing_else(used):
    page = charges(used.ben, by="user")

    assert rows(page) == ["August 2025", "January 2026"]
    assert "Ada Byron" not in page


@pytest.mark.parametrize("door", ["charges", "csv"])
def test_charges_of_another_department_are_not_there(used, door):
    admin, user = signed_in(make_admin(used.music)), signed_in(used.eve)
    address = reverse("reports:charges")
    if door == "csv":
        address = reverse("reports:download", args=["csv"])
    foreign = ({"department": used.physics.uid}, {"user": used.ada.uid})

    answers = [client.get(address, asked) for client in (admin, user) for asked in foreign]

    assert [answer.status_code for answer in answers] == [404] * 4


def test_a_colleague_is_not_there_for_a_user(used):
    asked = {"user": used.ada.uid}

    assert signed_in(used.ben).get(reverse("reports:charges"), asked).status_code == 404
    assert signed_in(used.ada).get(reverse("reports:charges"), asked).status_code == 200


def test_a_statement_is_the_departments_own(used):
    theirs, own = (
        reverse("reports:statement", args=[each.uid]) for each in (used.physics, used.music)
    )
    admin = signed_in(make_admin(used.music))

    assert [admin.get(address).status_code for address in (theirs, own)] == [404, 200]
    assert signed_in(used.eve).get(own).status_code == 403


def test_the_messaging_team_has_no_part_in_charges(used):
    assert signed_in(make_operator()).get(reverse("reports:charges")).status_code == 403


def test_a_user_reads_where_the_own_part_stands(used):
    page = charges(used.ada)

    figures = re.findall(r"<dt>(.*?)</dt><dd>(.*?)<", page)
    assert figures[:2] == [("Texts in May so far", "0"), ("Cost in May", "£10.00")]
    assert figures[3][0] == "If it goes on, by 31 July 2026"


@pytest.mark.parametrize(
    "asked",
    [
        {"year": "1066/67"},
        {"from": "soon", "to": "2030-01"},
        {"by": "colour"},
        {"source": "pigeon"},
        {"kind": "gold"},
    ],
)
def test_wrong_values_in_the_address_narrow_nothing(used, asked):
    page = charges(make_finance(), **asked)

    assert "£60.98" in page


def test_what_is_no_id_is_not_there(used):
    finance = signed_in(make_finance())

    assert finance.get(reverse("reports:charges"), {"department": "x"}).status_code == 404


def test_an_empty_year_says_so(used: Used):
    page = charges(make_finance(), code="NOTHING")

    assert "Nothing was used that fits." in page
