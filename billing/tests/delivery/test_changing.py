"""A report that comes again is changed; what came before stays as it was asked for."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.audit.models import AuditEvent
from accounts.tests.make import make_department, make_user
from billing.delivery import services
from billing.delivery.models import DeliveryOrder, DeliveryReport, Kind, What
from billing.delivery.periods import Often
from billing.delivery.queries import orders_of
from billing.tests.delivery.asking import NOW, WANTED, ask
from smsportal.lib.errors import Refused

pytestmark = pytest.mark.django_db

LIST = reverse("delivery:list")


@pytest.fixture
def user(client):
    person = make_user(make_department())
    client.force_login(person)
    return person


@pytest.fixture
def order(user):
    return ask(
        user, now=timezone.now(), often=Often.WEEKLY, period=None, addresses=[user.email],
        has_words=True,
    )  # fmt: skip


def page_of(order):
    return reverse("delivery:change", args=[order.uid])


def typed(user, **changed):
    return {"often": "weekly", "what": "texts", "kind": "csv", "to": user.email, **changed}


def test_the_page_shows_what_was_asked_for(client, user, order):
    assert page_of(order) in client.get(LIST).text

    form = client.get(page_of(order)).context["form"]

    assert form.initial == {**typed(user), "has_words": True}


def test_everything_about_it_is_changed_and_written_down(client, user, order):
    client.post(page_of(order), typed(user, often="monthly", what="messages", kind="xlsx"))

    new = orders_of(user).get()
    assert (new.often, new.what, new.kind, new.has_words) == (
        Often.MONTHLY, What.MESSAGES, Kind.XLSX, False,
    )  # fmt: skip
    assert new.next_on.day == 1
    said = AuditEvent.objects.get(verb="reports.changed").words
    assert "how often from weekly to monthly" in said
    assert "file from CSV to Excel" in said


def test_how_often_unchanged_keeps_the_day_on_which_it_comes(client, user, order):
    DeliveryOrder.objects.update(next_on=dt.date(2026, 1, 5))

    client.post(page_of(order), typed(user, kind="xlsx"))

    assert orders_of(user).get().next_on == dt.date(2026, 1, 5)


def test_a_report_with_words_that_came_before_does_not_open_for_others(client, user, order):
    report = DeliveryReport.objects.create(
        order=order, first_on=dt.date(2026, 4, 1), last_on=dt.date(2026, 4, 30)
    )

    client.post(page_of(order), typed(user))

    assert not orders_of(user).get().has_words
    assert DeliveryReport.objects.get(pk=report.pk).order.has_words


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"often": "once"}, "often"),
        ({"what": ""}, "what"),
        ({"to": ""}, "to"),
        ({"to": "partner@elsewhere.example"}, "to"),
        ({"to": "partner@elsewhere.example", "has_words": "on"}, "to"),
    ],
)
def test_a_form_with_problems_comes_back_as_typed(client, user, order, changed, wrong):
    answer = client.post(page_of(order), typed(user, **changed))

    form = answer.context["form"]
    assert (answer.status_code, wrong in form.errors) == (422, True)
    assert form["to"].value() == typed(user, **changed)["to"]
    assert orders_of(user).get() == order


def test_nothing_changed_is_not_written_down(client, user, order):
    client.post(page_of(order), typed(user, has_words="on"))

    assert orders_of(user).get() == order
    assert not AuditEvent.objects.filter(verb="reports.changed").exists()


def test_neither_anothers_nor_a_stopped_one_is_there(client, user, order):
    colleague = make_user(user.department)
    theirs = ask(colleague, often=Often.WEEKLY, period=None, addresses=[colleague.email])
    services.stop(order=order, by=user, now=timezone.now())

    for each in (theirs, order):
        assert client.get(page_of(each)).status_code == 404
        assert client.post(page_of(each), typed(user, kind="xlsx")).status_code == 404


def test_one_that_was_stopped_meanwhile_does_not_come_again(user, order):
    services.stop(order=order, by=user, now=NOW)
    wanted = services.Wanted(
        **{**vars(WANTED), "often": Often.MONTHLY, "period": None, "addresses": [user.email]}
    )

    with pytest.raises(Refused, match="changed or stopped meanwhile"):
        services.change(order=order, wanted=wanted, by=user, now=NOW)

    assert not orders_of(user).exists()
