"""The pages of requests, renewals and delivery reports, for everybody who has any."""

import re
from collections.abc import Callable

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from accounts.departments.models import Department
from accounts.mail.models import OutgoingMail
from accounts.renewals.queries import coming_year, link_token
from accounts.requests.models import AccountRequest
from accounts.requests.queries import secret_of
from billing.delivery.queries import orders_of
from smsportal.demo.sights.prepared import NEW
from smsportal.demo.sights.sight import ADMIN as A
from smsportal.demo.sights.sight import OPERATOR as T
from smsportal.demo.sights.sight import USER, Sight, at, person, press_on

LIST = "requests:list"
BRIEF = "no full numbers"  # said of a report that may go to somebody without an account


def asked(name: str) -> Callable[[], object]:
    return lambda: AccountRequest.objects.get(name=name).uid


def state_of(name: str) -> Callable[[], str]:
    return at("requests:state", secret=lambda: secret_of(AccountRequest.objects.get(name=name)))


def renewal_link() -> str:
    token = link_token(person(A), coming_year(timezone.now()))
    return reverse("renewals:link", args=[token])


def report_link() -> str:
    return _link_in(_reports_mailed().filter(body__contains=BRIEF))


def report_link_with_words() -> str:
    """It opens for its own person alone."""
    return _link_in(_reports_mailed().exclude(body__contains=BRIEF))


def _reports_mailed() -> QuerySet[OutgoingMail]:
    return OutgoingMail.objects.filter(body__contains="/reports/link/")


def _link_in(mails: QuerySet[OutgoingMail]) -> str:
    body = mails.latest("pk").body
    return re.search(r"(/reports/link/[\w-]+/)", body)[1]  # type: ignore[index]


def regular() -> object:
    return orders_of(person(USER)).latest("pk").uid


def careers() -> object:
    return Department.objects.get(name="Careers Service").uid


def all_wrong(page: Page) -> None:
    page.get_by_label("Your university email").fill("marguerite@post.example")
    page.get_by_label("Someone else").check()
    press_on(page, "Send request")


def declined_without_words(page: Page) -> None:
    page.get_by_label("Decline").check()
    press_on(page, "Send answer")


def ticked(page: Page) -> None:
    for box in page.locator("input[name=pick]").all():
        box.check()
    press_on(page, "Delete accounts")


def other_days(page: Page) -> None:
    page.get_by_label("Other dates").check()
    page.get_by_label("Email addresses").fill("partner@elsewhere.example")
    press_on(page, "Request report")


def to_a_stranger(page: Page) -> None:
    page.get_by_label("Email addresses").fill("partner@elsewhere.example")
    press_on(page, "Request report")


ACCOUNT_LIFE = (
    Sight("request", "", at("requests:ask")),
    Sight("request-error", "", at("requests:ask"), all_wrong),
    Sight("request-sent", "", state_of("Continuing Education")),
    Sight("request-declined", "", state_of("Chess Club")),
    Sight("request-approved", "", state_of("Sleep and Memory Trial")),
    Sight("request-gone", "", at("requests:state", secret=lambda: "wrong")),
    Sight("renewal-link", "", renewal_link),
    Sight("renewal-link-over", "", at("renewals:link", token=lambda: "old")),
    Sight("report-link", "", report_link),
    Sight("report-link-own", USER, report_link_with_words),
    Sight("report-link-over", "", at("delivery:link", token=lambda: "old")),
    Sight("reports", USER, at("delivery:list")),
    Sight("reports-empty", NEW, at("delivery:list")),
    Sight("report-request", USER, at("delivery:ask")),
    Sight("report-request-error", USER, at("delivery:ask"), other_days),
    Sight("report-request-stranger", USER, at("delivery:ask"), to_a_stranger),
    Sight("report-change", USER, at("delivery:change", uid=regular)),
    Sight("reports-admin", A, at("delivery:list")),
    Sight("report-request-admin", A, at("delivery:ask")),
    Sight("users-away", A, at("people:users", "?state=year")),
    Sight("users-away-delete", A, at("people:users", "?state=year"), ticked),
    Sight("renewal", A, at("renewals:own")),
    Sight("operator-requests", T, at(LIST)),
    Sight("operator-requests-declined", T, at(LIST, "?show=declined")),
    Sight("operator-request", T, at("requests:request", uid=asked("Continuing Education"))),
    Sight("operator-request-alike", T, at("requests:request", uid=asked("Careers and Alumni"))),
    Sight("operator-request-declined", T, at("requests:request", uid=asked("Chess Club"))),
    Sight(
        "operator-request-error",
        T,
        at("requests:request", uid=asked("Continuing Education")),
        declined_without_words,
    ),
    Sight("operator-request-approve", T, at("requests:approve", uid=asked("Botanic Garden"))),
    Sight("operator-renewals", T, at("renewals:list")),
    Sight("operator-renewal", T, at("renewals:department", uid=careers)),
)
