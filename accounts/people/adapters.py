"""Where django-allauth and the portal meet: who may sign in, the words, the outbox."""

import logging
from typing import Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.adapter import DefaultMFAAdapter
from django.db.models import BigIntegerField
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.people.models import Person
from accounts.people.services.letters import post
from smsportal.lib import db
from smsportal.lib.sealing import seal, unseal

log = logging.getLogger(__name__)

SIGN_IN_FAILED = (
    "That username and password do not go together. Accounts are opened on request: single "
    "sign-on does not open one by itself."
)
TOO_MANY = (
    "Too many wrong passwords for this username. Wait 5 minutes before you try again, or use "
    "“Forgot password?”"
)


_OF_SESSION: Final = db.Ready[Person](
    lambda: Person.objects.select_related("department").filter(pk=db.Given("pk", BigIntegerField()))
)


class Backend(AuthenticationBackend):
    """Finds the person of a session. Whoever has left, or whose department closed, is nobody."""

    def get_user(self, user_id: int) -> Person | None:
        found = _OF_SESSION(pk=user_id)
        return found[0] if found and self.user_can_authenticate(found[0]) else None


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": SIGN_IN_FAILED,
        "invalid_login": SIGN_IN_FAILED,
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": "Too many tries. Wait a minute, then try again.",
        "incorrect_password": "That is not your password.",
        "enter_current_password": "That is not the password that you sign in with now.",
        "incorrect_code": "That code has been used or has run out. Wait for the next one.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are made by administrators only."""
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("people:profile")

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        # Not the username: people type passwords into the wrong box.
        log.warning("sign-in failed")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Through the outbox: no page waits for a mail server."""
        post(context["user"], template_prefix, timezone.now(), **context)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Person,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        agent = self.get_http_user_agent(self.request)[:200]
        around = {"user": user, "ip": self.get_client_ip(self.request), "user_agent": agent}
        self.send_mail(template_prefix, user.email, {**around, **(context or {})})


class SecondStepAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "That code has been used or has run out. Wait for the next one.",
    }

    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": "SMS Portal"}
