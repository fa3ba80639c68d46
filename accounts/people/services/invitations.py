"""A single-use link to choose a password: the first one, or a new one after a forced reset."""

import datetime as dt
import hashlib
import secrets

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.urls import reverse

from accounts.audit import services as audit
from accounts.audit.actors import Actor
from accounts.departments.models import Department
from accounts.people.details import Details
from accounts.people.errors import LinkIsOver, NotPossible
from accounts.people.models import Invitation, Person
from accounts.people.roles import RoleName
from accounts.people.services.accounts import add, require_keeper
from accounts.people.services.letters import post

INVITATION_WORKS = dt.timedelta(days=3)


def invite(*, person: Person, by: Actor, now: dt.datetime) -> str:
    """Mail a link to choose a password, and answer it. Earlier links stop working.

    Raises NotPossible once a password was chosen: from then on there is "Forgot password?".
    """
    require_keeper(by, RoleName(person.role), person.department_id)
    if not person.is_active:
        raise NotPossible(f"{person.name} cannot sign in: the account or department is closed.")
    if not person.is_invited:
        raise NotPossible(
            f"{person.name} has chosen a password already. “Forgot password?” on the sign-in page "
            "sends a link for a new one."
        )
    with transaction.atomic():
        link = send_link(person, "emails/invitation", by, now)
        audit.record(
            by=by,
            verb=f"{person.role}s.invited",
            words=f"Sent {person.audit_name} a link to choose a password.",
            on=person,
            department_id=person.department_id,
            now=now,
        )
    return link


def add_and_invite(
    *, department: Department, details: Details, role: RoleName, by: Actor, now: dt.datetime
) -> tuple[Person, str]:
    """A new account and its link, in one transaction. Raises DetailsRefused, NotPossible."""
    with transaction.atomic():
        person = add(department=department, details=details, role=role, by=by, now=now)
        return person, invite(person=person, by=by, now=now)


def send_link(person: Person, name: str, by: Actor, now: dt.datetime) -> str:
    """Make the one link that works from now on, and mail it in that letter."""
    void_links(person, now)
    invitation, link = new_invitation(person, now)
    invitation.save()
    inviter = getattr(by, "name", by.audit_name)
    post(person, name, now, link=link, until=invitation.expires_at, inviter=inviter)
    return link


def new_invitation(person: Person, now: dt.datetime) -> tuple[Invitation, str]:
    """One not saved yet, and its link: only the hash of the link is kept."""
    token = secrets.token_urlsafe(32)
    invitation = Invitation(
        person=person,
        token_hash=_hash(token),
        created_at=now,
        expires_at=now + INVITATION_WORKS,
    )
    # Not from the request: its Host header is whatever the asker says it is.
    return invitation, settings.PORTAL_URL + reverse("people:invitation", args=[token])


def void_links(person: Person, now: dt.datetime) -> None:
    person.invitations.filter(used_at__isnull=True, expires_at__gt=now).update(expires_at=now)


def open_invitation(token: str, now: dt.datetime) -> Invitation | None:
    """The invitation that this link is for, as long as it works."""
    invitations = Invitation.objects.select_related("person__department")
    found = invitations.filter(
        token_hash=_hash(token), used_at__isnull=True, expires_at__gt=now
    ).first()
    return found if found and found.person.is_active else None


def accept_invitation(*, token: str, password: str, now: dt.datetime) -> Person:
    """Set the password, once. Raises LinkIsOver, and ValidationError for a weak password."""
    invitation = open_invitation(token, now)
    if invitation is None:
        raise LinkIsOver("This link has been used, replaced or is older than 3 days.")
    person = invitation.person
    validate_password(password, person)
    with transaction.atomic():
        # The claim: of two who press at once, one finds it used.
        used = Invitation.objects.filter(pk=invitation.pk, used_at__isnull=True)
        if not used.update(used_at=now):
            raise LinkIsOver("This link has just been used. Sign in with the password chosen.")
        person.set_password(password)
        person.save(update_fields=["password"])
        audit.record(
            by=person,
            verb="passwords.chosen",
            words=f"{person.audit_name} chose a password from a link.",
            on=person,
            now=now,
        )
    return person


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
