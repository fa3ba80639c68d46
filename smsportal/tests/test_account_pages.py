"""Every page of sign-in and second step in the portal's own look and words, walked through."""

import re

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.urls import reverse

from accounts.tests.make import PASSWORD, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_tries_yet():
    cache.clear()


@pytest.fixture
def person():
    return make_user(username="phys0423", name="Amira Khan")


@pytest.fixture
def signed_in(client, person):
    client.post("/account/login/", {"login": person.username, "password": PASSWORD})
    # Pages that change how an account is kept safe ask once more.
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    return client


def code_of(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


def heading(answer) -> str:
    return re.search(r"<h1[^>]*>(.*?)</h1>", answer.text)[1]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/account/login/", "Sign in"),
        ("/account/password/reset/", "Forgot password"),
        ("/account/password/reset/done/", "Look in your email"),
        ("/account/password/reset/key/1-abc/", "That link has been used or has run out"),
        ("/account/password/reset/key/done/", "Your password is changed"),
        ("/account/inactive/", "This account is closed"),
    ],
)
def test_pages_before_sign_in(client, address, words):
    assert heading(client.get(address)) == words


def test_forgot_password_is_the_link_directly_under_the_button(client):
    page = client.get("/account/login/").text
    after = page[page.index(">Sign in</button>") :]
    assert re.search(r"<(a|button) [^>]*>([^<]*)<", after)[2] == "Forgot password?"


def test_a_wrong_pair_is_said_once_and_marks_both_fields(client, person):
    answer = client.post("/account/login/", {"login": person.username, "password": "wrong"})
    assert answer.text.count("field--bad") == 2
    assert answer.text.count('role="alert"><h2') == 1
    assert "<title>Problem: Sign in | SMS Portal</title>" in answer.text


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/account/logout/", "Sign out?"),
        ("/account/password/change/", "Change password"),
        ("/account/reauthenticate/", "Is it you?"),
        ("/profile/", "My profile"),
        ("/account/2fa/totp/activate/", "Set up an authenticator app"),
        ("/account/2fa/webauthn/", "Passkeys"),
        ("/account/2fa/webauthn/add/", "Add a passkey"),
    ],
)
def test_pages_after_sign_in(signed_in, address, words):
    assert heading(signed_in.get(address)) == words


# The toast is said when the transaction is over, so it has to be over.
@pytest.mark.django_db(transaction=True)
def test_an_authenticator_app_is_set_up_and_removed(signed_in):
    page = signed_in.get("/account/2fa/totp/activate/")
    shown = re.search(r'id="seed">(\w{4}( \w{4})+)<', page.text)[1]
    assert '<svg class="qr"' in page.text
    wrong = signed_in.post("/account/2fa/totp/activate/", {"code": "000000"})
    assert "There is a problem" in wrong.text
    assert shown in wrong.text
    secret = shown.replace(" ", "")
    done = signed_in.post("/account/2fa/totp/activate/", {"code": code_of(secret)})
    codes = signed_in.get(done.url)
    assert heading(codes) == "Save your recovery codes"
    assert codes.text.count("<li>") >= 10
    assert "The authenticator app is switched on" in codes.text
    index = signed_in.get("/profile/").text
    assert "10 left" in index
    assert heading(signed_in.get("/account/2fa/totp/deactivate/")).startswith("Remove the auth")
    removed = signed_in.post("/account/2fa/totp/deactivate/", follow=True)
    assert "The authenticator app is removed" in removed.text


def test_the_second_step_takes_a_recovery_code_in_the_same_box(client, person):
    TOTP.activate(person, "JBSWY3DPEHPK3PXP")
    recovery = RecoveryCodes.activate(person).get_unused_codes()[0]
    step = client.post(
        "/account/login/", {"login": person.username, "password": PASSWORD}, follow=True
    )
    assert heading(step) == "One more step"
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert heading(wrong) == "One more step"
    assert 'id="id_code_error"' in wrong.text
    client.post(reverse("mfa_authenticate"), {"code": recovery})
    assert client.get("/profile/").status_code == 200
    assert "9 left" in client.get("/profile/").text


def test_the_recovery_codes_can_be_taken_away_as_a_file(signed_in, person):
    TOTP.activate(person, "JBSWY3DPEHPK3PXP")
    codes = RecoveryCodes.activate(person).get_unused_codes()
    file = signed_in.get("/account/2fa/recovery-codes/download/").text
    assert [line for line in file.splitlines() if line.isdigit()] == codes


def test_whoever_guesses_is_told_to_wait(signed_in):
    for _ in range(20):
        answer = signed_in.post("/account/reauthenticate/", {"password": "wrong"})
    assert answer.status_code == 429
    assert heading(answer) == "Too many tries"


def test_no_page_of_sign_in_asks_for_what_the_content_policy_refuses(signed_in):
    for address in ("/account/2fa/totp/activate/", "/account/2fa/webauthn/add/"):
        answer = signed_in.get(address)
        page = answer.text
        assert answer.status_code == 200
        assert "data:image" not in page
        inline = [s for s in re.findall(r"<script\b[^>]*>", page) if "src=" not in s]
        assert [s for s in inline if "application/json" not in s] == []
