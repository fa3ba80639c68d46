"""The first accounts: of a department, and of the team that runs the portal."""

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from accounts.audit.access import require
from accounts.audit.actors import Actor
from accounts.audit.services import record
from accounts.departments import services as departments
from accounts.departments.models import Department
from accounts.departments.signals import department_opened
from accounts.opening.staff import clean_staff
from accounts.people import services as people
from accounts.people.details import Details
from accounts.people.models import Person
from accounts.people.queries import username_clash
from accounts.people.roles import RoleName
from smsportal.lib.errors import Refused


@dataclass(frozen=True)
class Opened:
    """A new department with its first two people; links: whose, to choose a password."""

    department: Department
    admin: Person
    user: Person
    links: dict[str, str]


@transaction.atomic
def open_department(
    *,
    name: str,
    code: str,
    kind: str,
    alpha_tag: str,
    admin: Details,
    user: Details,
    by: Actor,
    now: dt.datetime,
) -> Opened:
    """S21: one department, one administrator and one user, all of them or none.

    Raises Refused, and DetailsRefused for what is wrong with one of the two people.
    """
    require(by, "manage_departments")
    department = departments.add(
        name=name, code=code, kind=kind, alpha_tag=alpha_tag, by=by, now=now
    )
    first_admin, admin_link = people.add_and_invite(
        department=department, details=admin, role=RoleName("admin"), by=by, now=now
    )
    first_user, user_link = people.add_and_invite(
        department=department, details=user, role=RoleName("user"), by=by, now=now
    )
    links = {first_admin.audit_name: admin_link, first_user.audit_name: user_link}
    department_opened.send(sender=Department, department=department, by=by, now=now)
    return Opened(department, first_admin, first_user, links)


@transaction.atomic
def add_staff(
    *,
    role: str,
    username: str,
    name: str,
    email: str,
    by: Actor,
    now: dt.datetime,
    password: str = "",
) -> tuple[Person, str]:
    """Somebody of the messaging team or of finance, and the link to choose a password.

    With a `password` there is no link. Raises Refused, and ValidationError for a weak password.
    """
    require(by, "manage_departments")
    username, name, email = clean_staff(username, name, email)
    if clash := username_clash(username, department=None, now=now):
        raise Refused(clash, field="username")
    person = Person(role=RoleName(role), username=username, name=name, email=email, created_at=now)
    person.set_unusable_password()
    if password:
        validate_password(password, person)
        person.set_password(password)
    person.save()
    sentence = f"Added {person.audit_name} as {person.audit_role}."
    record(by=by, verb="staff.added", words=sentence, on=person, now=now)
    return person, "" if password else people.invite(person=person, by=by, now=now)
