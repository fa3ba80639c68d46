"""REPORTS: asking, the list, fetching, making again, stopping."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.tests.make import make_department, make_user
from billing.delivery import engine, services
from billing.delivery.models import DeliveryOrder, DeliveryReport
from billing.tests.delivery.asking import ask, make_sent

pytestmark = pytest.mark.django_db

ASK, LIST = reverse("delivery:ask"), reverse("delivery:list")
TYPED = {"often": "once", "period": "month", "what": "texts", "kind": "csv", "to": ""}


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.REPORT_DIR = tmp_path / "reports"


@pytest.fixture
def user(client):
    person = make_user(make_department())
    make_sent(person)
    client.force_login(person)
    return person


def made(user):
    order = ask(user, now=timezone.now())
    services.make_waiting(now=timezone.now())
    return order.reports.get()


def test_the_form_begins_with_the_own_address(client, user):
    assert user.email in client.get(ASK).text


def test_a_report_is_asked_for_made_and_listed(client, user, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        client.post(ASK, {**TYPED, "to": user.email})

    report = DeliveryReport.objects.get()
    assert report.state == "ready"
    assert reverse("delivery:download", args=[report.uid]) in client.get(LIST).text


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"often": ""}, "often"),
        ({"period": ""}, "period"),
        ({"period": "other"}, "first_on"),
        ({"period": "other", "first_on": "1st", "last_on": "2026-04-30"}, "first_on"),
        ({"kind": "pdf"}, "kind"),
        ({"what": ""}, "what"),
        ({"to": "partner@elsewhere.example"}, "to"),
        ({"to": "x" * 4000}, "to"),
    ],
)
def test_a_form_with_problems_comes_back_as_typed(client, user, typed, wrong):
    answer = client.post(ASK, {**TYPED, "to": user.email, **typed})

    assert (answer.status_code, wrong in answer.context["form"].errors) == (422, True)
    assert DeliveryOrder.objects.count() == 0


def test_the_tick_for_other_addresses_comes_with_the_problem(client, user):
    typed = {**TYPED, "to": f"{user.email}\npartner@elsewhere.example"}
    assert 'name="is_confirmed"' not in client.get(ASK).text

    assert 'name="is_confirmed"' in client.post(ASK, typed).text
    client.post(ASK, {**typed, "is_confirmed": "on"})

    assert DeliveryOrder.objects.get().addresses == [user.email, "partner@elsewhere.example"]


def test_whoever_asked_downloads_it_here(client, user):
    report = made(user)

    answer = client.get(reverse("delivery:download", args=[report.uid]))

    assert b"".join(answer) == engine.path_of(report.stored_name).read_bytes()


def test_an_expired_one_is_made_again(client, user):
    report = made(user)
    DeliveryReport.objects.update(expires_at=timezone.now())
    gone = client.get(reverse("delivery:download", args=[report.uid]))
    assert (gone.status_code, "has expired" in gone.text) == (410, True)
    engine.forget(timezone.now())

    assert "Make again" in client.get(LIST).text
    client.post(reverse("delivery:again", args=[report.uid]))

    again = DeliveryReport.objects.latest("pk")
    assert (again.first_on, again.last_on) == (report.first_on, report.last_on)


def test_one_that_comes_again_is_listed_and_stopped(client, user):
    client.post(ASK, {**TYPED, "often": "weekly", "to": user.email})
    order = DeliveryOrder.objects.get()
    stop = reverse("delivery:stop", args=[order.uid])
    assert stop in client.get(LIST).text

    client.post(stop)

    assert stop not in client.get(LIST).text


def test_nobody_elses_report_is_there(client, user):
    other = make_user(user.department)
    make_sent(other)
    report = made(other)

    for name in ("download", "delete", "again"):
        address = reverse(f"delivery:{name}", args=[report.uid])
        answer = client.get(address) if name == "download" else client.post(address)
        assert answer.status_code == 404
    assert DeliveryReport.objects.count() == 1
