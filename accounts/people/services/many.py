"""Adding the users of a spreadsheet: all of them or none."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from accounts.audit import services as audit
from accounts.audit.actors import Actor
from accounts.departments.models import Department
from accounts.mail import services as mail
from accounts.mail.models import OutgoingMail
from accounts.people.details import Details, tidy
from accounts.people.errors import NotPossible, RowsRefused
from accounts.people.models import Invitation, Person
from accounts.people.queries import problems_of_all
from accounts.people.roles import RoleName
from accounts.people.services.accounts import fill, free_usernames, require_keeper
from accounts.people.services.invitations import new_invitation
from accounts.people.services.letters import letter
from smsportal.lib.db import CHUNK


def add_users(
    *, department: Department, rows: Sequence[Details], by: Actor, now: dt.datetime
) -> list[tuple[Person, str]]:
    """Add and invite every row; answers each person with the link.

    Raises RowsRefused when a row has a problem now, whatever the dry run said; NotPossible.
    """
    require_keeper(by, RoleName("user"), department.pk)
    if not department.is_open:
        raise NotPossible(f"{department} is closed. Nobody can be added to it.")
    tidied = [tidy(details) for details in rows]
    people = [_person(details, department, now) for details in tidied]
    invitations = [new_invitation(person, now) for person in people]
    # Rendered before the transaction, which holds up every other writer on SQLite.
    letters = [_letter(invitation, link, by, now) for invitation, link in invitations]
    with _refusing_a_race(), transaction.atomic():
        found = problems_of_all(tidied, role=RoleName("user"), department=department, now=now)
        if any(found):
            raise RowsRefused("Some rows have problems now. Nobody was added.")
        free_usernames(tidied, now)
        Person.objects.bulk_create(people, batch_size=CHUNK)
        Invitation.objects.bulk_create(
            [invitation for invitation, _ in invitations], batch_size=CHUNK
        )
        mail.send_many(letters)
        names = ", ".join(person.audit_name for person in people)
        audit.record(
            by=by,
            verb="users.added",
            words=f"Added {len(people)} users from a spreadsheet: {names}.",
            department_id=department.pk,
            now=now,
        )
    return [(invitation.person, link) for invitation, link in invitations]


@contextmanager
def _refusing_a_race() -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise RowsRefused("Somebody else has just taken one of these usernames.") from None


def _person(details: Details, department: Department, now: dt.datetime) -> Person:
    person = Person(
        role=RoleName.USER, department=department, created_at=now, password=make_password(None)
    )
    fill(person, details)
    return person


def _letter(invitation: Invitation, link: str, by: Actor, now: dt.datetime) -> OutgoingMail:
    inviter = getattr(by, "name", by.audit_name)
    until = invitation.expires_at
    return letter(
        invitation.person, "emails/invitation", now, link=link, until=until, inviter=inviter
    )
