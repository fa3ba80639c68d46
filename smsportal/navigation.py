"""What stands round the work of every page: who is signed in, tabs, demo strip, footer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.people.models import Person
from accounts.people.roles import ROLES, RoleName
from accounts.renewals.queries import Standing, standing
from accounts.requests.queries import to_answer_count
from inbound.renting.queries import has_keyword, reads_keywords
from inbound.sorting.queries.listing import unmatched_count
from inbound.twoway.queries.talks import has_or_had_a_number, unread_count
from messaging.operations.queries.doubt import to_decide_count
from messaging.operations.queries.troubles import wrong_count
from messaging.sending.queries import halt
from smsportal.appearance import theme
from smsportal.lib.walltime import day_of


@dataclass(frozen=True)
class Tab:
    """One tab: where it leads, the beginnings of the URL names that belong to it, how many things
    wait there, and whose it is, where not everybody's of the role.
    """

    label: str
    url_name: str
    belongs: tuple[str, ...]
    count: Callable[[], int] | None = None
    is_of: Callable[[Person], bool] | None = None
    unread: Callable[[Person], int] | None = None  # of that person: a count without alarm

    def entry(self, view_name: str, person: Person) -> dict[str, Any]:
        return {
            "label": self.label,
            "href": reverse(self.url_name),
            "current": view_name.startswith(self.belongs),
            "count": self.count() if self.count else 0,
            "counts_unread": self.unread is not None,
            "unread": self.unread(person) if self.unread else 0,
        }


PROFILE = Tab(
    "My profile",
    "people:profile",
    ("people:profile", "people:second_step", "relay:", "account_", "mfa_", "usersessions_"),
)
CONTACTS = Tab("Contacts", "contacts:list", ("contacts:", "imports:", "optouts:"))
TEMPLATES = Tab("Templates", "wording:list", ("wording:",))
CHARGES = Tab("Charges", "reports:charges", ("reports:",))
STATEMENTS = Tab(
    "Statements",
    "statements:list",
    ("statements:list", "statements:statement", "statements:correct", "statements:estimate"),
)
TARIFFS = Tab("Tariffs", "tariffs:list", ("tariffs:",))
REPORTS = Tab("Reports", "reports:charges", ("reports:", "delivery:", "statements:"))
ACTIVITY = Tab("Activity", "activity:list", ("activity:",))
DECIDE = ("operations:to_decide", "operations:decide")
TABS = {
    RoleName.USER: (
        Tab("Messages", "compose:new", ("compose:", "repeats:", "history:", "sorting:")),
        Tab(
            "2WAY",
            "twoway:list",
            ("twoway:",),
            is_of=has_or_had_a_number,
            unread=unread_count,
        ),
        CONTACTS,
        TEMPLATES,
        REPORTS,
        PROFILE,
    ),
    RoleName.ADMIN: (
        Tab("Users", "people:users", ("people:user",)),
        Tab("Department admins", "people:admins", ("people:admin", "renewals:")),
        CONTACTS,
        TEMPLATES,
        Tab("Messages", "history:list", ("history:", "repeats:", "sorting:")),
        Tab("Inbound keywords", "keywords:list", ("keywords:",), is_of=has_keyword),
        REPORTS,
        ACTIVITY,
        PROFILE,
    ),
    RoleName.FINANCE: (
        CHARGES,
        Tab(
            "Year end",
            "statements:home",
            ("statements:home", "statements:year", "statements:lock", "statements:prepaid"),
        ),
        STATEMENTS,
        TARIFFS,
        PROFILE,
    ),
    RoleName.OPERATOR: (
        Tab(
            "Departments",
            "departments:list",
            (
                "departments:",
                "operations:stop_everything",
                "opening:",
                "people:department",
                "people:user",
                "people:admin",
                "renewals:",
            ),
        ),
        Tab("Requests", "requests:list", ("requests:",), to_answer_count),
        Tab("Numbers", "renting:numbers", ("renting:", "sorting:"), unmatched_count),
        Tab("Carriers", "operations:carriers", ("operations:carrier",)),
        Tab("To decide", "operations:to_decide", DECIDE, to_decide_count),
        TARIFFS,
        Tab("Opted out", "optouts:list", ("optouts:",)),
        Tab("What is wrong", "operations:troubles", ("operations:troubles",), wrong_count),
        ACTIVITY,
        PROFILE,
    ),
}
DEMO_LINKS = (("Practice phones", "demo:handsets", "phone"), ("Mail", "demo:mail", "mail"))


def navigation(request: HttpRequest) -> dict[str, Any]:
    """The context of base.html and layouts/. Asks the database only for what a page shows."""
    around = {
        "theme": theme(request),
        "demo": _demo(),
        "service_desk": settings.SERVICE_DESK,
        "footer_links": settings.FOOTER_LINKS,
    }
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return around
    match = request.resolver_match
    return {
        **around,
        "me": person,
        "may": dict.fromkeys(person.permissions, True),
        "dept": SimpleLazyObject(lambda: _department(person)),
        "halt": SimpleLazyObject(halt),
        "renewal": SimpleLazyObject(lambda: _renewal(person)),
        "reads_keywords": SimpleLazyObject(lambda: reads_keywords(person)),
        "other_account": SimpleLazyObject(lambda: person.other_account),
        "tabs": tabs(person, match.view_name if match else ""),
        "profile_url": reverse(PROFILE.url_name),
        "home_url": reverse(ROLES[RoleName(person.role)].home),
    }


def tabs(person: Person, view_name: str) -> list[dict[str, Any]]:
    theirs = [tab for tab in TABS[RoleName(person.role)] if not tab.is_of or tab.is_of(person)]
    return [tab.entry(view_name, person) for tab in theirs]


def _department(person: Person) -> dict[str, str] | None:
    if person.department is None:
        return None
    code = person.department.code_on(day_of(timezone.now()))
    return {
        "name": person.department.name,
        "cost_code": code.code if code else "",
        "frozen_reason": person.department.frozen_reason,
    }


def _renewal(person: Person) -> Standing | None:
    """For whoever answers: whether the own department goes on into the next financial year."""
    if person.department is None or not person.may("answer_renewal"):
        return None
    return standing(person.department, timezone.now())


def _demo() -> list[dict[str, str]]:
    if not settings.DEMO:
        return []
    return [
        {"label": label, "href": reverse(name), "icon": icon} for label, name, icon in DEMO_LINKS
    ]
