"""What the tests of signing in do over and over, through allauth's own pages."""

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.urls import reverse
from django.utils import timezone

from accounts.audit.models import AuditEvent
from accounts.tests.make import PASSWORD

NEW_PASSWORD = "seven purple umbrellas"
SECRET = "JBSWY3DPEHPK3PXPNB2HI5LMJBSWY3DP"


def sign_in(client, person, password=PASSWORD, **extra):
    data = {"login": person.username, "password": password}
    return client.post(reverse("account_login"), data, **extra)


def who(client):
    """The id of the person whose session this is."""
    pk = client.session.get("_auth_user_id")
    return int(pk) if pk else None


def give_totp(person):
    TOTP.activate(person, SECRET)
    RecoveryCodes.activate(person)


def code_now(offset=0):
    counter = int(timezone.now().timestamp()) // 30 + offset
    return format_hotp_value(hotp_value(SECRET, counter))


def errors(response):
    return [text for texts in response.context["form"].errors.values() for text in texts]


def verbs():
    return list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))
