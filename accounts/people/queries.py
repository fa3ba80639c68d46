"""Questions about accounts that need the database: is it free, what is in the way."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower

from accounts.departments.models import Department
from accounts.people.details import Details, Problem, problems_of
from accounts.people.models import AppPassword, Person, PersonQuerySet
from accounts.people.roles import RoleName
from accounts.people.signals import what_leaving_touches
from smsportal.lib.words import day

# How long a leaver's username stays with what the leaver did (and can be restored).
USERNAME_KEPT = dt.timedelta(days=90)


def problems_with(
    details: Details,
    *,
    role: RoleName,
    department: Department | None,
    now: dt.datetime,
    person: Person | None = None,
) -> list[Problem]:
    """All that stands against tidied details; `person` is the account that they are for."""
    return problems_of_all([details], role=role, department=department, now=now, person=person)[0]


def problems_of_all(
    rows: Sequence[Details],
    *,
    role: RoleName,
    department: Department | None,
    now: dt.datetime,
    person: Person | None = None,
) -> list[list[Problem]]:
    """The same for many at once, each also against the rows before it."""
    holders = {holder.username: holder for holder in holders_of(rows)}
    relays = _relays_of(rows)
    usernames: set[str] = set()
    addresses: set[str] = set()
    answers = []
    for details in rows:
        clashes = {
            "username": _taken(holders.get(details.username), department, now, person)
            or (f"{details.username} is in the file twice." * (details.username in usernames)),
            "allow_relay": _relayed(details, relays, department, person)
            or ("Two users cannot text from one address." * _is_relay_in(details, addresses)),
        }
        found = problems_of(details, role)
        named = {problem.field for problem in found}
        found += [Problem(f, words) for f, words in clashes.items() if words and f not in named]
        answers.append(found)
        usernames.add(details.username)
        if details.allow_relay:
            addresses.add(details.email.lower())
    return answers


def username_clash(
    username: str, *, department: Department | None, now: dt.datetime, person: Person | None = None
) -> str:
    """Why the username cannot be given now, or ""."""
    holder = Person.objects.select_related("department").filter(username=username).first()
    return _taken(holder, department, now, person)


def holders_of(rows: Sequence[Details]) -> PersonQuerySet:
    """Who has these usernames. Usernames are stored in small letters, and tidied ones are too."""
    names = [details.username for details in rows]
    return Person.objects.select_related("department").filter(username__in=names)


def _taken(
    holder: Person | None, department: Department | None, now: dt.datetime, person: Person | None
) -> str:
    if holder is None or holder == person:
        return ""
    if holder.left_at is None:
        return f"{holder.username} already has an account{_whose(holder, department)}."
    free_at = holder.left_at + USERNAME_KEPT
    if free_at <= now:
        return ""
    return (
        f"{holder.username} belonged to {holder.name}, who was deleted on "
        f"{day(holder.left_at)}. It is free again on {day(free_at)}."
    )


def _relays_of(rows: Sequence[Details]) -> dict[str, Person]:
    addresses = {details.email.lower() for details in rows if details.allow_relay}
    if not addresses:
        return {}
    sending = Person.objects.live().filter(allow_relay=True).select_related("department")
    lowered = sending.annotate(address=Lower("email")).filter(address__in=addresses)
    return {other.email.lower(): other for other in lowered}


def _relayed(
    details: Details,
    relays: dict[str, Person],
    department: Department | None,
    person: Person | None,
) -> str:
    """One address sends as one user, or nobody could say whose text it was."""
    other = relays.get(details.email.lower()) if details.allow_relay else None
    if other is None or other == person:
        return ""
    return (
        f"Email to SMS from {details.email} is already on for {other.shown_username}"
        f"{_whose(other, department)}. Turn it off there first, or choose No."
    )


def _is_relay_in(details: Details, addresses: set[str]) -> bool:
    return details.allow_relay and details.email.lower() in addresses


def _whose(holder: Person, department: Department | None) -> str:
    """Whom it belongs to, as far as an administrator of `department` may know."""
    if holder.department is None or department is None:
        return f": {holder.name}"
    if holder.department_id == department.pk:
        return f": {holder.name}, in your department"
    return " in another department. Ask the messaging team"


def heirs_for(person: Person) -> list[Person]:
    """Colleagues who could take over: users of the department who can sign in."""
    if person.role != RoleName.USER:
        return []
    colleagues = Person.objects.live().users().filter(department_id=person.department_id)
    return list(colleagues.exclude(pk=person.pk).order_by("name"))


def touched_by_leaving(person: Person) -> list[tuple[str, int]]:
    """What the person would leave behind, from every part of the portal that keeps some."""
    answers = what_leaving_touches.send(sender=Person, person=person)
    return [
        (words.removesuffix("s") if count == 1 else words, count)
        for _, rows in answers
        for words, count in rows or ()
        if count
    ]


def second_steps(person: Person) -> dict[str, Any]:
    """What the person has set up, by type; `webauthn` is a list of passkeys."""
    found: dict[str, Any] = {}
    for authenticator in Authenticator.objects.filter(user=person).order_by("pk"):
        if authenticator.type == Authenticator.Type.WEBAUTHN:
            found.setdefault(authenticator.type, []).append(authenticator.wrap())
        else:
            found[authenticator.type] = authenticator.wrap()
    return found


def live_sessions(person: Person) -> list[UserSession]:
    """Where the person is signed in, the newest first; forgets those that are over."""
    sessions = UserSession.objects.purge_and_list(person)
    return sorted(sessions, key=lambda session: session.last_seen_at, reverse=True)


def app_passwords(person: Person) -> list[AppPassword]:
    """Those that work, the newest first."""
    return list(person.app_passwords.filter(revoked_at=None).order_by("-created_at", "-pk"))


def administrators_of(department: Department | None) -> list[Person]:
    if department is None:
        return []
    return list(department.people.live().admins().order_by("name"))


def listed(people: PersonQuerySet, *, search: str, state: str, now: dt.datetime) -> PersonQuerySet:
    """Accounts of a list, by name: those that match, in that state (see STATES)."""
    found = people.filter(STATES.get(state, STATES[""])(now))
    for word in search.split():
        found = found.filter(
            Q(name__icontains=word)
            | Q(username__icontains=word)
            | Q(email__icontains=word)
            | Q(extension__icontains=word)
        )
    return found.order_by("name", "pk")


def quiet(now: dt.datetime) -> Q:
    """Has not signed in for over four months: perhaps a leaver (S14)."""
    return _not_seen_since(now - QUIET_AFTER)


def away(now: dt.datetime) -> Q:
    """Has not signed in for a year: listed for the administrator before the year is renewed."""
    return _not_seen_since(now - AWAY_AFTER)


def away_count(department: Department, now: dt.datetime) -> int:
    return department.people.users().filter(away(now)).count()


def _not_seen_since(since: dt.datetime) -> Q:
    never = Q(last_login__isnull=True, created_at__lt=since)
    return Q(left_at__isnull=True) & (Q(last_login__lt=since) | never)


QUIET_AFTER = dt.timedelta(days=122)
AWAY_AFTER = dt.timedelta(days=365)
_NO_PASSWORD = Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)
STATES: dict[str, Callable[[dt.datetime], Q]] = {
    "": lambda now: Q(left_at__isnull=True),
    "active": lambda now: Q(left_at__isnull=True) & ~_NO_PASSWORD,
    "invited": lambda now: Q(left_at__isnull=True) & _NO_PASSWORD,
    "quiet": quiet,
    "year": away,
    "relay": lambda now: Q(left_at__isnull=True, allow_relay=True),
    "emergency": lambda now: Q(left_at__isnull=True, allow_emergency=True),
    "deleted": lambda now: Q(left_at__gt=now - USERNAME_KEPT),
}


def with_second_step(people: PersonQuerySet) -> PersonQuerySet:
    """Adds `has_second_step`."""
    theirs = Authenticator.objects.filter(
        user=OuterRef("pk"), type__in=(Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    )
    return people.annotate(has_second_step=Exists(theirs))
