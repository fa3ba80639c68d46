"""The pages that everybody meets, in a real browser: seen, heard, small, dark, without script."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.tests.make import PASSWORD, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SCREENS = [(1280, "light"), (1280, "dark"), (320, "light"), (390, "dark")]


def test_axe_and_the_ruler_can_see(open_page, axe):
    page = open_page(width=320)
    page.goto("/account/login/")
    page.evaluate("document.querySelector('label').remove()")
    page.evaluate("document.querySelector('h1').textContent = 'x'.repeat(200)")
    found = axe(page)
    assert "label: #id_login" in found
    assert found[-1].endswith("px wider than the screen")


@pytest.mark.parametrize(("width", "theme"), SCREENS)
def test_pages_before_sign_in_are_for_everybody(open_page, axe, width, theme):
    page = open_page(width=width, theme=theme)
    for address in ("/account/login/", "/account/password/reset/", "/no-such-page/"):
        page.goto(address)
        assert axe(page) == []


@pytest.mark.parametrize(("width", "theme"), SCREENS)
def test_a_wrong_password_is_announced_and_marked(open_page, axe, width, theme):
    page = open_page(width=width, theme=theme)
    page.goto("/account/login/")
    page.get_by_label("Username").fill("phys0423")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".error-summary")).to_be_focused()
    assert axe(page) == []


@pytest.mark.parametrize(("width", "theme"), SCREENS)
def test_pages_after_sign_in_are_for_everybody(open_page, axe, width, theme):
    page = open_page(make_user(), width=width, theme=theme)
    for name in ("people:profile", "account_change_password", "account_logout"):
        page.goto(reverse(name))
        assert axe(page) == []


def test_the_menu_opens_by_keyboard_and_closes_with_escape(open_page, axe):
    page = open_page(make_user(name="Amira Khan"), width=390)
    page.goto(reverse("people:profile"))
    menu = page.locator("summary:visible")
    menu.press("Enter")
    assert page.get_by_role("button", name="Sign out").is_visible()
    assert axe(page) == []
    page.keyboard.press("Escape")
    assert not page.get_by_role("button", name="Sign out").is_visible()
    assert menu.evaluate("summary => summary === document.activeElement")


def test_dark_is_seen_at_once_and_kept(open_page):
    page = open_page(make_user())
    page.goto(reverse("people:profile"))
    page.locator("summary:visible").click()
    with page.expect_response("**/appearance/"):
        page.locator(".menu[open]").get_by_text("Dark").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_without_script_one_can_sign_in_choose_dark_and_sign_out(open_page):
    make_user(username="phys0423")
    page = open_page(script=False)
    page.goto("/account/login/?next=/profile/")
    page.get_by_label("Username").fill("phys0423")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.locator("summary:visible").click()
    page.locator(".menu[open]").get_by_text("Dark").click()
    page.get_by_role("button", name="Apply").first.click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.locator("summary:visible").click()
    page.locator(".menu[open]").get_by_role("button", name="Sign out").click()
    page.goto("/profile/")
    assert page.get_by_role("heading", level=1).inner_text() == "Sign in"


def test_a_passkey_that_is_called_off_says_so(open_page):
    page = open_page()
    page.goto("/account/login/")
    page.evaluate("document.dispatchEvent(new CustomEvent('allauth.error', {cancelable: true}))")
    assert page.get_by_text("The passkey did not work.").is_visible()
