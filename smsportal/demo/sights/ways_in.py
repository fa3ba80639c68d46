"""What people see before they are signed in, and when something is not for them."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from accounts.people.services.invitations import invite
from smsportal.demo.sights.prepared import INVITED, WITH_CODE
from smsportal.demo.sights.sight import ADMIN, PASSWORD, USER, Sight, at, person, press_on


def _sign_in(page: Page, username: str, password: str) -> None:
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(password)
    press_on(page, "Sign in")


def _new_password() -> str:
    who = person(USER)
    key = default_token_generator.make_token(who)
    return reverse("account_reset_password_from_key", args=[user_pk_to_url_str(who), key])


def _invitation() -> str:
    link = invite(person=person(INVITED), by=person(ADMIN), now=timezone.now())
    return reverse("people:invitation", args=[link.rstrip("/").rpartition("/")[2]])


WAYS_IN = (
    Sight("signin", "", at("account_login")),
    Sight("signin-error", "", at("account_login"), lambda page: _sign_in(page, USER, "wrong")),
    Sight("signin-code", "", at("account_login"), lambda page: _sign_in(page, WITH_CODE, PASSWORD)),
    Sight("signin-forgot", "", at("account_reset_password")),
    Sight("signin-forgot-done", "", at("account_reset_password_done")),
    Sight("signin-new-password", "", _new_password),
    Sight(
        "signin-link-over",
        "",
        at("account_reset_password_from_key", uidb36=lambda: "1", key=lambda: "abc"),
    ),
    Sight("signin-password-changed", "", at("account_reset_password_from_key_done")),
    Sight("signin-closed", "", at("account_inactive")),
    Sight("invitation", "", _invitation),
    Sight("invitation-over", "", at("people:invitation", token=lambda: "used")),
    Sight("error-404", "", lambda: "/no-such-page/"),
    Sight("error-403", USER, at("people:users")),
    Sight("error-404-inside", USER, lambda: "/messages/no-such-page/"),
)
