"""A single-use link to choose a first password."""

import datetime as dt
import hashlib
import secrets

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.urls import reverse

from accounts.audit import services as audit
from accounts.audit.actors import Actor
from accounts.mail import services as mail
from accounts.people import letters
from accounts.people.errors import LinkIsOver, NotPossible
from accounts.people.models import Invitation, Person
from accounts.people.roles import RoleName
from accounts.people.services.accounts import require_keeper
from smsportal.lib.words import long_when

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
        link, until = new_link(person, now)
        letter = letters.invitation(
            name=person.name,
            username=person.username,
            link=link,
            until=until,
            inviter=getattr(by, "name", by.audit_name),
        )
        post(person, letter, now)
        audit.record(
            by=by,
            verb=f"{person.role}s.invited",
            words=f"Sent {person.audit_name} a link to choose a password.",
            on=person,
            department_id=person.department_id,
            now=now,
        )
    return link


def new_link(person: Person, now: dt.datetime) -> tuple[str, str]:
    token = secrets.token_urlsafe(32)
    person.invitations.filter(used_at__isnull=True, expires_at__gt=now).update(expires_at=now)
    expires_at = now + INVITATION_WORKS
    Invitation.objects.create(
        person=person, token_hash=_hash(token), created_at=now, expires_at=expires_at
    )
    link = settings.PORTAL_URL + reverse("people:invitation", args=[token])
    return link, long_when(expires_at, now=now)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def post(person: Person, letter: letters.Letter, now: dt.datetime) -> None:
    if person.email:
        mail.send(
            to=person.email,
            subject=letter.subject,
            body=letter.body,
            department_id=person.department_id,
            now=now,
        )


def open_invitation(token: str, now: dt.datetime) -> Invitation | None:
    """The invitation that this link is for, as long as it works."""
    invitations = Invitation.objects.select_related("person__department")
    found = invitations.filter(
        token_hash=_hash(token), used_at__isnull=True, expires_at__gt=now
    ).first()
    return found if found and found.person.is_active else None


def accept_invitation(*, token: str, password: str, now: dt.datetime) -> Person:
    """Set the first password, once. Raises LinkIsOver, and ValidationError for a weak password."""
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
            verb="password.chosen",
            words=f"{person.audit_name} chose a first password.",
            on=person,
            now=now,
        )
    return person
