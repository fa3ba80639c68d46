"""Questions about accounts that need the database: is it free, what is in the way."""

import datetime as dt

from accounts.departments.models import Department
from accounts.people.details import Details, Problem, problems_of
from accounts.people.models import Person
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
    found = problems_of(details, role)
    named = {problem.field for problem in found}
    taken = {
        "username": username_clash(details.username, department=department, now=now, person=person),
        "allow_relay": relay_clash(details, department=department, person=person),
    }
    found += [Problem(name, words) for name, words in taken.items() if words and name not in named]
    return found


def username_clash(
    username: str, *, department: Department | None, now: dt.datetime, person: Person | None = None
) -> str:
    holder = holder_of(username)
    if holder is None or (person is not None and holder.pk == person.pk):
        return ""
    if holder.left_at is None:
        return f"{username} already has an account{_whose(holder, department)}."
    free_at = holder.left_at + USERNAME_KEPT
    if free_at <= now:
        return ""
    return (
        f"{username} belonged to {holder.name}, who was deleted on {day(holder.left_at)}. It is "
        f"free again on {day(free_at)}."
    )


def holder_of(username: str) -> Person | None:
    found = Person.objects.select_related("department").filter(username__iexact=username)
    return found.first()


def relay_clash(
    details: Details, *, department: Department | None, person: Person | None = None
) -> str:
    """One address sends as one user, or nobody could say whose text it was."""
    if not details.allow_relay or not details.email:
        return ""
    others = Person.objects.live().filter(email__iexact=details.email, allow_relay=True)
    if person is not None:
        others = others.exclude(pk=person.pk)
    other = others.select_related("department").first()
    if other is None:
        return ""
    whose = _whose(other, department)
    return (
        f"Email to SMS from {details.email} is already on for {other.shown_username}{whose}. "
        "Turn it off there first, or choose No."
    )


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
    return [(words, count) for _, rows in answers for words, count in rows or () if count]
