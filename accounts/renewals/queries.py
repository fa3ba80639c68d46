"""Who goes on into which year. What billing asks of this wing is here."""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.db.models import CharField, Count, F, FilteredRelation, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from accounts.audit.actors import Actor
from accounts.departments.models import Department
from accounts.people.models import Person
from accounts.people.queries import away
from accounts.renewals import calendar
from accounts.renewals.models import Answer, Renewal
from smsportal.lib.walltime import day_of, start_of

SALT = "accounts.renewals"


def is_renewed(department: Department, year_begins_on: dt.date) -> bool:
    """Whether the department goes on into that year: unless it cancelled, it does (S40, S42)."""
    return not department.renewals.cancelled().filter(year_begins_on=year_begins_on).exists()


def cancelled_ids(year_begins_on: dt.date) -> set[int]:
    """Ids of all departments that cancelled for that year; all others are renewed."""
    cancelled = Renewal.objects.cancelled().filter(year_begins_on=year_begins_on)
    return set(cancelled.values_list("department_id", flat=True))


def coming_year(now: dt.datetime) -> dt.date:
    return calendar.next_year(day_of(now), settings.FINANCIAL_YEAR_STARTS)


def renewal_of(department: Department, year_begins_on: dt.date) -> Renewal:
    """The row of that year; one that is not saved while nobody has asked or answered."""
    found = Renewal.objects.filter(department=department, year_begins_on=year_begins_on).first()
    return found or Renewal(department=department, year_begins_on=year_begins_on)


@dataclass(frozen=True)
class Standing:
    """What a page about the renewal of one department shows."""

    renewal: Renewal
    is_asked: bool  # the time of asking has come, and nobody has answered
    last_day: dt.date

    @property
    def department(self) -> Department:
        return self.renewal.department

    @property
    def year_begins_on(self) -> dt.date:
        return self.renewal.year_begins_on


def standing(department: Department, now: dt.datetime) -> Standing:
    year = coming_year(now)
    renewal = renewal_of(department, year)
    is_time = calendar.stage_on(day_of(now), year) is not None
    return Standing(renewal, is_time and not renewal.answer, calendar.last_day(year))


def asked(year_begins_on: dt.date) -> QuerySet[Department]:
    """Open departments that were here when the time of asking came: new ones have just asked."""
    first = calendar.stages(year_begins_on)[0]
    return Department.objects.filter(closed_at__isnull=True, created_at__lt=start_of(first.on))


ANSWERS = {
    "none": Q(answer=Answer.NONE),
    "needed": Q(answer=Answer.NEEDED),
    "cancelled": Q(answer=Answer.CANCELLED),
}


def answers(person: Actor, year_begins_on: dt.date) -> QuerySet[Department]:
    """Departments by name, each with `answer`, `answered_at`, `answered_by`, `mailed_count`.

    The open ones, and those that were closed because they cancelled.
    """
    of_year = FilteredRelation("renewals", condition=Q(renewals__year_begins_on=year_begins_on))
    return (
        Department.objects.visible_to(person)
        .annotate(of_year=of_year)
        .annotate(
            answer=Coalesce(F("of_year__answer"), Value(""), output_field=CharField()),
            answered_at=F("of_year__answered_at"),
            answered_by=F("of_year__answered_by_name"),
            mailed_count=Coalesce(F("of_year__mailed_count"), 0),
        )
        .filter(Q(closed_at__isnull=True) | Q(of_year__closed_at__isnull=False))
        .order_by("name", "pk")
    )


def answer_counts(person: Actor, year_begins_on: dt.date) -> dict[str, int]:
    found = answers(person, year_begins_on)
    return found.aggregate(**{key: Count("pk", filter=wanted) for key, wanted in ANSWERS.items()})


@dataclass(frozen=True)
class Link:
    """Whom a mailed link is for, and which year it is about."""

    admin: Person
    year_begins_on: dt.date


def link_token(admin: Person, year_begins_on: dt.date) -> str:
    return signing.dumps([admin.uid.hex, year_begins_on.isoformat()], salt=SALT)


def link_of(token: str, now: dt.datetime) -> Link | None:
    """What a link says, until the year begins and as long as its reader keeps the department."""
    try:
        uid, day = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    year_begins_on = dt.date.fromisoformat(day)
    if day_of(now) >= year_begins_on:
        return None
    found = Person.objects.live().admins().select_related("department").filter(uid=uid).first()
    return Link(found, year_begins_on) if found and found.is_active else None


@dataclass(frozen=True)
class Letter:
    """What one administrator is told about the own department."""

    admin: Person
    user_count: int
    away_count: int  # users who have not signed in for a year


def letters_for(departments: list[int], now: dt.datetime) -> list[Letter]:
    """One for each administrator with an address, of all these departments at once."""
    users = Person.objects.live().users().filter(department_id__in=departments)
    counts = {
        of: (users_, away_)
        for of, users_, away_ in users.values_list("department_id")
        .annotate(users_=Count("pk"), away_=Count("pk", filter=away(now)))
        .order_by()
    }
    admins = (
        Person.objects.live()
        .admins()
        .filter(department_id__in=departments)
        .exclude(email="")
        .select_related("department")
    )
    return [
        Letter(admin, *counts.get(admin.department_id, (0, 0)))
        for admin in admins.order_by("department_id", "name")
    ]
