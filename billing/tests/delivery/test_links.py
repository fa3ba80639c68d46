"""Who is mailed a link, what it opens, how often and for how long; who leaves."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from accounts.audit.models import AuditEvent
from accounts.departments.services import close
from accounts.mail.models import OutgoingMail
from accounts.people.queries import touched_by_leaving
from accounts.people.services import remove_person
from accounts.tests.make import (
    make_admin,
    make_department,
    make_finance,
    make_operator,
    make_user,
)
from billing.delivery import engine, queries, services
from billing.delivery.models import MOST_FETCHES, DeliveryLink, DeliveryOrder, DeliveryReport
from billing.delivery.periods import Often, Period
from billing.tests.delivery.asking import APRIL, NOW, ask, make, make_sent, token_mailed_to
from smsportal.lib.errors import Refused

pytestmark = pytest.mark.django_db

OUTSIDE = "partner@elsewhere.example"


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.REPORT_DIR = tmp_path / "reports"


@pytest.fixture
def user():
    person = make_user(make_department("Physics"), name="Harpreet Gill")
    make_sent(person)
    return person


@pytest.fixture
def admin(user):
    return make_admin(user.department)


def refusal(by, **changed):
    with pytest.raises(Refused) as caught:
        ask(by, **changed)
    return caught.value.field, caught.value.words


def body(answer):
    return b"".join(answer)


# ---------------------------------------------------------------- who may have it


@pytest.mark.parametrize("make_person", [make_operator, make_finance])
def test_operator_and_finance_get_no_rows_of_messages(make_person, user):
    person = make_person()

    with pytest.raises(PermissionDenied):
        ask(person)

    assert list(queries.reports_of(person)) == []
    assert DeliveryOrder.objects.count() == 0


def test_people_of_the_department_are_mailed_without_asking_twice(user, admin):
    order = ask(user, addresses=[admin.email.upper(), user.email, user.email.upper()])

    assert len(order.addresses) == 2


def test_any_other_address_needs_confirming(user):
    for stranger in (OUTSIDE, make_user().email):
        field, words = refusal(user, addresses=[user.email, stranger])
        assert (field, f"Nobody of your department has the address {stranger}" in words) == (
            "to",
            True,
        )

    assert ask(user, addresses=[OUTSIDE], is_confirmed=True).addresses == [OUTSIDE]


def test_words_and_full_numbers_go_to_nobody_who_may_not_see_them(user, admin):
    for address in (OUTSIDE, admin.email, make_user(user.department).email):
        field, words = refusal(user, addresses=[address], has_words=True, is_confirmed=True)
        assert (field, "goes to you only" in words) == ("to", True)
    refused = refusal(admin, addresses=[user.email], has_words=True, is_confirmed=True)
    assert refused[0] == "to"

    other_admin = make_admin(user.department)
    assert ask(user, addresses=[user.email], has_words=True)
    assert ask(admin, addresses=[admin.email, other_admin.email], has_words=True)


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"addresses": ["nobody"]}, "to", "is not a whole email address"),
        ({"addresses": [f"a{n}@x.example" for n in range(11)]}, "to", "11 addresses are too many"),
        ({"often": Often.WEEKLY, "period": None}, "to", "mailed each time"),
        ({"period": None}, "first_on", "Choose the days"),
        ({"period": Period(APRIL.last_on, APRIL.first_on)}, "last_on", "before the first"),
        (
            {"period": Period(dt.date(2027, 1, 1), dt.date(2027, 1, 2))},
            "first_on",
            "still to come",
        ),
        (
            {"period": Period(dt.date(2020, 1, 1), APRIL.last_on)},
            "first_on",
            "longer than two years",
        ),
    ],
)
def test_what_cannot_be_asked_for_is_said(user, changed, field, words):
    refused = refusal(user, **changed)

    assert (refused[0], words in refused[1]) == (field, True)
    assert DeliveryOrder.objects.count() == 0


def test_one_person_has_five_in_the_making_at_most(user, monkeypatch):
    monkeypatch.setattr(services, "enqueue", lambda *args, **kwargs: None)
    for _ in range(5):
        ask(user)

    assert "5 of your reports are still being made" in refusal(user)[1]
    assert ask(make_user(user.department))


# ---------------------------------------------------------------- the mail and the link


def test_a_link_is_mailed_and_never_the_file(user):
    make(user, addresses=[user.email])

    mail = OutgoingMail.objects.get()
    assert (mail.to, mail.subject) == (user.email, "Your SMS report for April 2026 is ready")
    assert "Texts                 3" in mail.body
    assert "£0.105" in mail.body or "10.5p" in mail.body
    assert "The report has no words and no full numbers." in mail.body
    assert DeliveryLink.objects.get().token_hash not in mail.body


@pytest.fixture
def fresh(user):
    """Made now, by the clock that pages read."""
    order = ask(user, addresses=[OUTSIDE], is_confirmed=True, now=timezone.now())
    services.make_waiting(now=timezone.now())
    return order.reports.get()


def address_of(address=OUTSIDE):
    return reverse("delivery:link", args=[token_mailed_to(address)])


def test_opening_the_link_uses_nothing_up_and_the_button_downloads(client, fresh):
    page = client.get(address_of())
    assert (page.status_code, "Download CSV" in page.text) == (200, True)
    assert DeliveryLink.objects.get().fetch_count == 0

    answer = client.post(address_of())

    assert answer.headers["Content-Disposition"] == f'attachment; filename="{fresh.file_name}"'
    assert body(answer) == engine.path_of(fresh.stored_name).read_bytes()
    line = AuditEvent.objects.get(verb="reports.fetched")
    assert (line.actor_name, line.department_id) == (OUTSIDE, fresh.order.department_id)
    assert OUTSIDE in line.words


def test_a_link_works_ten_times(client, fresh):
    for _ in range(MOST_FETCHES):
        body(client.post(address_of()))

    answer = client.post(address_of())

    assert (answer.status_code, "has been used 10 times" in answer.text) == (410, True)
    assert AuditEvent.objects.filter(verb="reports.fetched").count() == MOST_FETCHES


def test_a_link_works_for_seven_days(client, fresh):
    DeliveryReport.objects.update(expires_at=timezone.now())

    assert client.get(address_of()).status_code == 410
    assert client.post(address_of()).status_code == 410


def test_a_file_that_was_lost_is_said_and_uses_nothing_up(client, fresh):
    engine.path_of(fresh.stored_name).unlink()

    answer = client.post(address_of())

    assert (answer.status_code, "no longer there" in answer.text) == (410, True)
    assert DeliveryLink.objects.get().fetch_count == 0


def test_a_guessed_link_opens_nothing(client, fresh):
    for token in ("x", DeliveryLink.objects.get().token_hash, str(fresh.uid)):
        assert client.get(reverse("delivery:link", args=[token])).status_code == 410


def test_a_deleted_report_takes_its_links_and_its_file_along(client, user, fresh):
    path, address = engine.path_of(fresh.stored_name), address_of()
    client.force_login(user)

    client.post(reverse("delivery:delete", args=[fresh.uid]))

    assert (path.exists(), client.get(address).status_code) == (False, 410)


def with_words(by):
    ask(by, addresses=[by.email], has_words=True, now=timezone.now())
    services.make_waiting(now=timezone.now())
    return address_of(by.email)


def test_a_report_with_words_asks_to_sign_in(client, admin):
    address = with_words(admin)

    for knock in (client.get, client.post):
        answer = knock(address)
        assert answer.headers["Location"].startswith("/account/login/?next=/reports/link/")

    client.force_login(make_admin(admin.department))
    assert body(client.post(address)).startswith(b"\xef\xbb\xbf")
    assert "sign in" in OutgoingMail.objects.get().body


def test_a_report_with_words_opens_for_nobody_else(client, user, admin):
    address = with_words(admin)
    for stranger in (user, make_admin(), make_operator(), make_finance()):
        client.force_login(stranger)
        assert client.post(address).status_code == 403

    own = with_words(user)
    client.force_login(admin)  # would read the names of personal contacts
    assert client.post(own).status_code == 403
    assert DeliveryLink.objects.filter(fetch_count__gt=0).count() == 0


# ---------------------------------------------------------------- leaving


def test_who_leaves_gets_no_more_and_their_links_end(client, user, admin, fresh):
    order = ask(user, often=Often.MONTHLY, period=None, addresses=[user.email])
    assert ("regular report", 1) in touched_by_leaving(user)

    remove_person(person=user, by=admin, now=timezone.now())

    order.refresh_from_db()
    assert order.stopped_at
    assert client.post(address_of()).status_code == 410


def test_a_closed_department_gets_no_more(user):
    order = ask(user, often=Often.MONTHLY, period=None, addresses=[user.email])

    close(department=user.department, by=make_operator(), now=NOW)

    order.refresh_from_db()
    assert order.stopped_at == NOW
