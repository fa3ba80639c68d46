"""The second step: authenticator app, recovery codes, and who has to have one."""

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.audit.models import AuditEvent
from accounts.mail.models import OutgoingMail
from accounts.tests.make import (
    PASSWORD,
    make_finance,
    make_operator,
    make_user,
)
from accounts.tests.people.doing import (
    SECRET,
    code_now,
    errors,
    give_totp,
    sign_in,
    who,
)

pytestmark = pytest.mark.django_db


def test_a_code_of_the_authenticator_app_is_asked_for_after_the_password(client):
    user = make_user()
    give_totp(user)

    response = sign_in(client, user)
    assert (response["Location"], who(client)) == (reverse("mfa_authenticate"), None)
    client.post(reverse("mfa_authenticate"), {"code": code_now()})

    assert who(client) == user.pk


def test_a_wrong_code_signs_nobody_in(client):
    user = make_user()
    give_totp(user)
    sign_in(client, user)

    response = client.post(reverse("mfa_authenticate"), {"code": code_now(offset=500)})

    assert errors(response) == ["That code has been used or has run out. Wait for the next one."]
    assert who(client) is None


def test_the_secret_is_sealed_in_the_database():
    user = make_user()

    give_totp(user)

    kept = Authenticator.objects.get(user=user, type="totp").data["secret"]
    assert SECRET not in kept


def test_a_recovery_code_works_once(client):
    user = make_user()
    give_totp(user)
    codes = Authenticator.objects.get(user=user, type="recovery_codes").wrap()
    code = codes.get_unused_codes()[0]
    sign_in(client, user)
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert who(client) == user.pk

    again = Client()
    sign_in(again, user)
    again.post(reverse("mfa_authenticate"), {"code": code})

    assert who(again) is None


@pytest.mark.django_db(transaction=True)
def test_an_authenticator_app_is_set_up_with_a_code_and_put_on_record(client):
    user = make_user()
    sign_in(client, user)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    counter = int(timezone.now().timestamp()) // 30

    client.post(
        reverse("mfa_activate_totp"), {"code": format_hotp_value(hotp_value(secret, counter))}
    )

    assert Authenticator.objects.filter(user=user, type="totp").exists()
    assert AuditEvent.objects.filter(words__contains="set up an authenticator app").count() == 1
    assert OutgoingMail.objects.count() >= 1


@pytest.mark.parametrize("make", [make_operator, make_finance])
def test_the_messaging_team_and_finance_are_led_to_a_second_step(client, settings, make):
    settings.SECOND_STEP_REQUIRED = True
    person = make()
    sign_in(client, person)

    asked = client.get(reverse("people:profile"))
    led = client.get(asked["Location"])

    assert asked["Location"] == reverse("people:second_step")
    assert led.status_code == 200
    give_totp(person)
    assert client.get(reverse("people:profile")).status_code == 200


def test_a_department_chooses_for_itself_whether_to_use_a_second_step(client, settings):
    settings.SECOND_STEP_REQUIRED = True
    sign_in(client, make_user())

    assert client.get(reverse("people:profile")).status_code == 200


def test_whoever_opened_a_reset_link_can_still_set_up_a_second_step(client):
    user = make_user()
    key = default_token_generator.make_token(user)
    link = reverse("account_reset_password_from_key", args=[user_pk_to_url_str(user), key])
    client.get(link, follow=True)
    sign_in(client, user)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    page = client.get(reverse("mfa_activate_totp"))

    assert page.status_code == 200
