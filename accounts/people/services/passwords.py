"""Passwords forgotten, changed and reset, and the sessions that end with them."""

import datetime as dt
import logging

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse

from accounts.audit import services as audit
from accounts.audit.access import require
from accounts.audit.actors import Actor, System
from accounts.people.errors import NotPossible
from accounts.people.models import Person
from accounts.people.roles import RoleName
from accounts.people.services.accounts import require_keeper
from accounts.people.services.app_passwords import revoke_all
from accounts.people.services.invitations import send_link
from accounts.people.services.letters import post
from smsportal.lib.bells import enqueue

log = logging.getLogger(__name__)


def ask_for_new_password(*, username: str) -> None:
    """The same work and the same answer for every name; the worker looks whether there is one."""
    enqueue("accounts.mail_reset_link", username=username)


def mail_reset_link(*, username: str, now: dt.datetime) -> None:
    """Mail a link for a new password, if that name can sign in and has an address."""
    people = Person.objects.select_related("department").live()
    person = people.filter(username__iexact=username.strip()).first()
    if person is None or not person.is_active or not person.email:
        log.info("reset link asked for a name that gets none")
        return
    key = default_token_generator.make_token(person)
    path = reverse("account_reset_password_from_key", args=[user_pk_to_url_str(person), key])
    with transaction.atomic():
        post(
            person,
            "account/email/password_reset_key",
            now,
            password_reset_url=settings.PORTAL_URL + path,
            until=now + dt.timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT),
        )
        audit.record(
            by=System(person.department_id),
            verb="passwords.forgotten",
            words=f"Mailed {person.audit_name} a link for a new password, as asked on the "
            "sign-in page.",
            on=person,
            now=now,
        )


def force_reset(
    *, person: Person, by: Actor, now: dt.datetime, remove_second_step: bool = False
) -> str:
    """S38: all passwords stop working, sessions end, a link goes out. Answers the link.

    remove_second_step: for somebody who has lost the phone and the recovery codes too.
    """
    require_keeper(by, RoleName(person.role), person.department_id)
    if person.role != RoleName.USER:
        require(by, "reset_admins")
    if by.pk == person.pk:
        raise PermissionDenied("Your own password is changed under My profile.")
    if not person.is_active:
        raise NotPossible(f"{person.name} cannot sign in: the account or department is closed.")
    with transaction.atomic():
        person.set_unusable_password()
        person.save(update_fields=["password"])
        end_sessions(person)
        revoke_all(person, now)
        if remove_second_step:
            Authenticator.objects.filter(user=person).delete()
        link = send_link(person, "emails/forced_reset", by, now)
        also = " The second step was removed." if remove_second_step else ""
        audit.record(
            by=by,
            verb=f"{person.role}s.reset",
            words=f"Reset the password of {person.audit_name}, who was signed out and sent a "
            f"link to choose a new one.{also}",
            on=person,
            department_id=person.department_id,
            now=now,
        )
    return link


def end_sessions(person: Person, *, keep: str = "", only: int | None = None) -> int:
    """Sign the person out everywhere, except in the session `keep`; only: one UserSession's id."""
    ended = UserSession.objects.filter(user=person).exclude(session_key=keep)
    if only is not None:
        ended = ended.filter(pk=only)
    keys = list(ended.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    ended.delete()
    return len(keys)


def end_own_sessions(*, person: Person, keep: str, only: int | None, now: dt.datetime) -> int:
    """Under My profile: one other session, or all the others. Answers how many."""
    with transaction.atomic():
        count = end_sessions(person, keep=keep, only=only)
        if count:
            audit.record(
                by=person,
                verb="signin.ended",
                words=f"{person.audit_name} signed out of {count} other "
                f"{'browser' if count == 1 else 'browsers'}.",
                on=person,
                now=now,
            )
    return count
