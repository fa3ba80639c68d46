"""Adding and changing accounts: users by their administrator, administrators by the team."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.audit import services as audit
from accounts.audit.access import require
from accounts.audit.actors import Actor
from accounts.departments.models import Department
from accounts.people.details import Details, Member, Problem, tidy
from accounts.people.errors import DetailsRefused, NotPossible
from accounts.people.models import GenericMember, Person
from accounts.people.queries import USERNAME_KEPT, holders_of, problems_with
from accounts.people.roles import RoleName

STORED = [
    "username",
    "name",
    "email",
    "extension",
    "other_domain_reason",
    "allow_relay",
    "allow_emergency",
    "is_generic",
    "notes",
    "parts_per_day_cap",
    "pounds_per_month_cap",
]
SAID = {
    "email": "email",
    "extension": "extension",
    "name": "name",
    "username": "username",
    "other_domain_reason": "reason for the address",
    "allow_relay": "Email to SMS",
    "allow_emergency": "emergency texts",
    "is_generic": "shared account",
    "notes": "notes",
    "parts_per_day_cap": "texts a day",
    "pounds_per_month_cap": "pounds a month",
}


def add_user(
    *,
    department: Department,
    username: str,
    name: str,
    email: str,
    extension: str,
    by: Actor,
    now: dt.datetime,
    other_domain_reason: str = "",
    is_name_confirmed: bool = False,
    allow_relay: bool = False,
    allow_emergency: bool = False,
    is_generic: bool = False,
    members: Sequence[Member] = (),
    notes: str = "",
    parts_per_day_cap: int | None = None,
    pounds_per_month_cap: int | None = None,
) -> Person:
    """A new user without a password; `invite` sends the link to choose one.

    Raises DetailsRefused (with all problems), NotPossible.
    """
    details = Details(
        username=username,
        name=name,
        email=email,
        extension=extension,
        other_domain_reason=other_domain_reason,
        is_name_confirmed=is_name_confirmed,
        allow_relay=allow_relay,
        allow_emergency=allow_emergency,
        is_generic=is_generic,
        members=tuple(members),
        notes=notes,
        parts_per_day_cap=parts_per_day_cap,
        pounds_per_month_cap=pounds_per_month_cap,
    )
    return add(department=department, details=details, role=RoleName("user"), by=by, now=now)


def add_admin(
    *,
    department: Department,
    username: str,
    name: str,
    email: str,
    extension: str,
    by: Actor,
    now: dt.datetime,
    is_name_confirmed: bool = False,
    notes: str = "",
) -> Person:
    """A new department administrator, username with "admin". Only the messaging team adds one."""
    details = Details(
        username=username,
        name=name,
        email=email,
        extension=extension,
        is_name_confirmed=is_name_confirmed,
        notes=notes,
    )
    return add(department=department, details=details, role=RoleName("admin"), by=by, now=now)


def add(
    *, department: Department, details: Details, role: RoleName, by: Actor, now: dt.datetime
) -> Person:
    require_keeper(by, role, department.pk)
    _require_giver(by, is_allowed=False, is_wanted=details.allow_emergency)
    if not department.is_open:
        raise NotPossible(f"{department} is closed. Nobody can be added to it.")
    tidied = tidy(details)
    with _refusing_a_race(tidied), transaction.atomic():
        _refuse_problems(tidied, role, department, now)
        free_usernames([tidied], now)
        person = Person(role=role, department=department, created_at=now)
        fill(person, tidied)
        person.set_unusable_password()
        person.save()
        _store_members(person, tidied)
        audit.record(
            by=by,
            verb=f"{role}s.added",
            words=f"Added {person.audit_name} as {person.audit_role}.",
            on=person,
            department_id=department.pk,
            now=now,
        )
    return person


def edit_user(*, person: Person, details: Details, by: Actor, now: dt.datetime) -> Person:
    """Raises DetailsRefused, NotPossible."""
    require_keeper(by, RoleName("user"), person.department_id)
    _require_giver(by, is_allowed=person.allow_emergency, is_wanted=details.allow_emergency)
    return _edit(person=person, details=details, by=by, now=now)


def edit_admin(
    *,
    person: Person,
    name: str,
    extension: str,
    by: Actor,
    now: dt.datetime,
    email: str | None = None,
    is_name_confirmed: bool = False,
) -> Person:
    """An administrator's own details, or any by the messaging team, which alone sets `email`."""
    is_team = by.may("manage_departments")
    if not is_team and (by.pk != person.pk or not by.may("manage_admins")):
        raise PermissionDenied("Administrators edit their own details only.")
    if email is not None and not is_team:
        raise PermissionDenied("People cannot change their own address.")
    details = Details(
        username=person.username,
        name=name,
        email=person.email if email is None else email,
        extension=extension,
        is_name_confirmed=is_name_confirmed,
        notes=person.notes,
    )
    return _edit(person=person, details=details, by=by, now=now)


def set_own_mobile(*, person: Person, number: str, now: dt.datetime) -> Person:
    """`number` is E.164, or "" for none: where "Text me a test" goes."""
    if number != person.my_mobile:
        did = "set the own mobile" if number else "removed the own mobile"
        with transaction.atomic():
            person.my_mobile = number
            person.save(update_fields=["my_mobile"])
            audit.record(
                by=person,
                verb="profile.changed",
                words=f"{person.audit_name} {did}.",
                on=person,
                now=now,
            )
    return person


def require_keeper(by: Actor, role: RoleName, department_id: int | None) -> None:
    """Users are kept by their own department's administrators; everybody by the team."""
    if by.may("manage_departments"):
        return
    is_own = department_id is not None and department_id == by.department_id
    if role != RoleName.USER or not by.may("manage_users") or not is_own:
        raise PermissionDenied(f"{by.audit_role} may not keep accounts of this kind here.")


def _require_giver(by: Actor, *, is_allowed: bool, is_wanted: bool) -> None:
    """Emergency texts go over every limit: who may send them is for the department to say."""
    if is_allowed != is_wanted:
        require(by, "give_emergency")


def _edit(*, person: Person, details: Details, by: Actor, now: dt.datetime) -> Person:
    if person.left_at is not None:
        raise NotPossible(f"{person.name} has been deleted. Restore the account to change it.")
    role, tidied = RoleName(person.role), tidy(details)
    if tidied.name == person.name:
        # Confirmed when it was first saved; asking at every change would teach people to tick.
        tidied = Details(**{**vars(tidied), "is_name_confirmed": True})
    with _refusing_a_race(tidied), transaction.atomic():
        _refuse_problems(tidied, role, person.department, now, person)
        if tidied.username != person.username:
            free_usernames([tidied], now)
        was = {name: getattr(person, name) for name in STORED}
        fill(person, tidied)
        person.save(update_fields=STORED)
        changes = _changes(was, person, _store_members(person, tidied))
        if changes:
            audit.record(
                by=by,
                verb=f"{role}s.changed",
                words=f"Changed {person.audit_name}: {'; '.join(changes)}.",
                on=person,
                department_id=person.department_id,
                now=now,
            )
    return person


def _refuse_problems(
    details: Details,
    role: RoleName,
    department: Department | None,
    now: dt.datetime,
    person: Person | None = None,
) -> None:
    problems = problems_with(details, role=role, department=department, now=now, person=person)
    if problems:
        raise DetailsRefused(problems)


@contextmanager
def _refusing_a_race(details: Details) -> Iterator[None]:
    """Of two who take one username (or relay address) at once, the database refuses the second."""
    try:
        yield
    except IntegrityError:
        words = f"Somebody else has just taken {details.username} or its address. Try again."
        raise DetailsRefused([Problem("username", words)]) from None


def fill(person: Person, details: Details) -> None:
    for name in STORED:
        setattr(person, name, getattr(details, name))


def free_usernames(rows: Sequence[Details], now: dt.datetime) -> None:
    """Move leavers' rows aside, whose ninety days are over: history keeps its own copy.

    Only theirs: somebody may have taken the username since it was looked at.
    """
    for holder in holders_of(rows).filter(left_at__lte=now - USERNAME_KEPT):
        Person.objects.filter(pk=holder.pk).update(username=f"{holder.username}~{holder.pk}")


def _store_members(person: Person, details: Details) -> bool:
    """Whether the people of a shared account are others than before."""
    names = ("name", "username", "email", "phone")
    was = [Member(*row) for row in person.members.order_by("pk").values_list(*names)]
    if was == list(details.members):
        return False
    person.members.all().delete()
    GenericMember.objects.bulk_create(
        GenericMember(person=person, **vars(member)) for member in details.members
    )
    return True


def _changes(was: dict, person: Person, members_changed: bool) -> list[str]:
    changes = [
        f"{SAID[name]} from {_said(was[name])} to {_said(getattr(person, name))}"
        for name in STORED
        if was[name] != getattr(person, name)
    ]
    if members_changed:
        names = ", ".join(person.members.order_by("pk").values_list("name", flat=True))
        changes.append(f"used by {names or 'one person'}")
    return changes


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return "none" if value in (None, "") else str(value)
