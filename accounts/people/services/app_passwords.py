"""App passwords: what a mail program or an alarm system signs in with to send texts by email.

The secret is long and random, so a fast keyed hash is enough for it, and it is looked at for every
mail. Whoever reads the database without SECRET_KEY can sign in with nothing of it.
"""

import datetime as dt
import hmac
import re
import secrets

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from accounts.audit import services as audit
from accounts.audit.access import require
from accounts.audit.actors import Actor
from accounts.people.errors import NotPossible
from accounts.people.models import AppPassword, Person
from accounts.people.services.letters import post
from smsportal.lib import request_context

MOST = 10
LONGEST_NAME = 60
LONGEST_SECRET = 100
# Nothing that reads like something else: neither l and 1 nor o and 0.
ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
GROUPS, GROUP_LENGTH = 6, 4  # 120 bits
USE_IS_NOTED_EVERY = dt.timedelta(minutes=1)


def make_app_password(*, name: str, by: Person, now: dt.datetime) -> tuple[AppPassword, str]:
    """A new one of the own account, and its secret, which nobody can show again.

    Raises NotPossible, with the field, for a name that is empty, long or taken, and for one too
    many.
    """
    require(by, "send_by_email")
    tidied = " ".join(name.split())
    secret = "-".join(
        "".join(secrets.choice(ALPHABET) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS)
    )
    with transaction.atomic():
        # The lock: two that are made at once are counted one after the other.
        Person.objects.select_for_update().get(pk=by.pk)
        _refuse_name(tidied, by)
        made = AppPassword.objects.create(
            person=by, name=tidied, secret_hash=_hash(secret, settings.SECRET_KEY), created_at=now
        )
        post(by, "emails/app_password_made", now, app_password=made)
        _record(made, "profile.app_password_made", "Made", by, now)
    return made, secret


def revoke_app_password(*, app_password: AppPassword, by: Person, now: dt.datetime) -> bool:
    """From now on nothing signs in with it. False: it had been revoked before."""
    with transaction.atomic():
        mine = AppPassword.objects.filter(pk=app_password.pk, person=by, revoked_at=None)
        if not mine.update(revoked_at=now):
            return False
        _record(app_password, "profile.app_password_revoked", "Revoked", by, now)
    return True


def revoke_all(person: Person, now: dt.datetime) -> int:
    """For somebody who leaves, or whose account is in wrong hands. Answers how many."""
    return person.app_passwords.filter(revoked_at=None).update(revoked_at=now)


def person_of(*, username: str, password: str, now: dt.datetime) -> Person | None:
    """Whose app password this is: a user who may send by email, and signs in by that username."""
    secret = re.sub(r"[\s-]", "", password).lower()
    if not secret or len(password) > LONGEST_SECRET:
        return None
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    found = (
        AppPassword.objects.filter(
            secret_hash__in=[_hash(secret, key) for key in keys], revoked_at=None
        )
        .select_related("person__department")
        .first()
    )
    if found is None or not _is_theirs(found.person, username):
        return None
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - USE_IS_NOTED_EVERY)
    AppPassword.objects.filter(stale, pk=found.pk).update(
        last_used_at=now, last_used_ip=request_context.ip()
    )
    return found.person


def _is_theirs(person: Person, username: str) -> bool:
    """Whether the department is frozen is for the answer to the mail to say, not here."""
    is_named = hmac.compare_digest(
        person.username.encode(), username.strip().lower().encode("utf-8", "replace")
    )
    return is_named and person.allow_relay and person.is_active


def _hash(secret: str, key: str) -> str:
    bare = secret.replace("-", "").encode()
    # Its own label, so that no other use of SECRET_KEY has the same key.
    return hmac.new(f"sms.app-password:{key}".encode(), bare, "sha256").hexdigest()


def _refuse_name(name: str, by: Person) -> None:
    if not name:
        raise NotPossible("Say what it is for, for example Lab freezer alarm.", field="name")
    if len(name) > LONGEST_NAME:
        words = f"The name has {len(name)} characters; {LONGEST_NAME} fit."
        raise NotPossible(words, field="name")
    live = by.app_passwords.filter(revoked_at=None)
    if live.filter(name__iexact=name).exists():
        words = f"You have an app password for {name} already. Revoke it first, or add to the name."
        raise NotPossible(words, field="name")
    if live.count() >= MOST:
        words = f"You have {MOST} app passwords, the most there can be. Revoke one first."
        raise NotPossible(words, field="name")


def _record(made: AppPassword, verb: str, deed: str, by: Actor, now: dt.datetime) -> None:
    words = f"{deed} the app password “{made.name}” of {by.audit_name} for email to SMS."
    audit.record(by=by, verb=verb, words=words, on=made, now=now)
