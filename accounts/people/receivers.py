"""What django-allauth tells about sign-in, put on record."""

from typing import Any

from allauth.account.signals import password_changed, password_reset
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from accounts.audit import services as audit
from accounts.people.models import Person
from accounts.people.services import sessions
from accounts.people.services.passwords import end_sessions
from accounts.people.services.sessions import record_switch

WAYS = {
    Authenticator.Type.TOTP: "an authenticator app",
    Authenticator.Type.WEBAUTHN: "a passkey",
    Authenticator.Type.RECOVERY_CODES: "recovery codes",
}


@receiver(user_logged_in)
def on_sign_in(request: HttpRequest, user: Person, **kwargs: Any) -> None:
    now = timezone.now()
    came_from = sessions.arrive(request.session, user, now)
    if came_from is None:
        _record(user, "signin.in", "signed in")
    else:
        record_switch(person=came_from, target=user, now=now)


@receiver(user_logged_out)
def on_sign_out(user: Person | None, **kwargs: Any) -> None:
    if user is not None:
        _record(user, "signin.out", "signed out")


@receiver(password_changed)
def on_password_changed(request: HttpRequest, user: Person, **kwargs: Any) -> None:
    end_sessions(user, keep=request.session.session_key or "")
    did = "changed the own password and was signed out everywhere else"
    _record(user, "passwords.changed", did)


@receiver(password_reset)
def on_password_reset(user: Person, **kwargs: Any) -> None:
    end_sessions(user)
    did = "chose a new password from a link and was signed out everywhere"
    _record(user, "passwords.chosen", did)


@receiver(authenticator_added)
def on_second_step_added(user: Person, authenticator: Authenticator, **kwargs: Any) -> None:
    did = f"set up {WAYS[authenticator.type]}"
    _record(user, "second_step.added", did)


@receiver(authenticator_removed)
def on_second_step_removed(user: Person, authenticator: Authenticator, **kwargs: Any) -> None:
    did = f"removed {WAYS[authenticator.type]}"
    _record(user, "second_step.removed", did)


@receiver(authenticator_reset)
def on_second_step_reset(user: Person, authenticator: Authenticator, **kwargs: Any) -> None:
    _record(user, "second_step.reset", f"made new {WAYS[authenticator.type]}")


def _record(person: Person, verb: str, did: str) -> None:
    words = f"{person.audit_name} {did}."
    audit.record(by=person, verb=verb, words=words, on=person, now=timezone.now())
