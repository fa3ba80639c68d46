"""Passkeys in a real browser with a virtual authenticator, under the content policy."""

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.urls import reverse
from playwright.sync_api import expect

from accounts.tests.make import PASSWORD, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def person():
    return make_user(username="phys0423", name="Amira Khan")


@pytest.fixture
def laptop(open_page, person):
    """A page on a computer that can keep passkeys."""
    page = open_page()
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return page


def sign_in(page) -> None:
    page.goto(reverse("account_login"))
    page.get_by_label("Username").fill("phys0423")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state()


def add_passkey(page, alone: bool) -> None:
    page.goto(reverse("mfa_add_webauthn"))
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("What to call it").fill("Work laptop")
    page.get_by_label("Let me sign in with this alone").set_checked(alone)
    page.get_by_role("button", name="Add passkey").click()
    page.get_by_role("heading", name="Save your recovery codes").wait_for()


def sign_out(page) -> None:
    page.goto(reverse("account_logout"))
    page.get_by_role("button", name="Sign out").last.click()
    page.wait_for_load_state()


def test_a_passkey_alone_signs_one_in(laptop):
    sign_in(laptop)
    add_passkey(laptop, alone=True)
    sign_out(laptop)
    laptop.goto(f"{reverse('account_login')}?next={reverse('people:profile')}")
    laptop.get_by_role("button", name="Use a passkey").click()
    expect(laptop.get_by_role("heading", level=1)).to_have_text("My profile")


def test_a_passkey_is_the_second_step_after_the_password(laptop):
    sign_in(laptop)
    add_passkey(laptop, alone=False)
    sign_out(laptop)
    sign_in(laptop)
    laptop.get_by_role("button", name="Use a passkey instead").click()
    laptop.wait_for_url(lambda url: "2fa" not in url)
    laptop.goto(reverse("people:profile"))
    assert laptop.get_by_role("heading", level=1).inner_text() == "My profile"


def test_a_passkey_is_offered_only_to_people_who_have_one(laptop, person):
    TOTP.activate(person, "JBSWY3DPEHPK3PXP")
    sign_in(laptop)
    assert laptop.get_by_role("heading", level=1).inner_text() == "One more step"
    assert laptop.get_by_role("button", name="Use a passkey instead").count() == 0
