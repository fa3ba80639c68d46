"""From the sign-in page to the end of what people come for, each with and without JavaScript."""

import datetime as dt
import re

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.tests.make import make_admin, make_department, make_user
from messaging.contacts.models import Contact
from messaging.sending.engine import release
from messaging.sending.models import Batch, Message
from messaging.tests.make import drama, make_simulator
from smsportal.tests.browser.walking import (
    THREE,
    press,
    sender_running,
    sign_in,
    watch,
    write,
    write_and_wait,
)
from smsportal.tests.lib.workbooks import xlsx

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(300),
]

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

both_ways = pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])


@pytest.fixture(autouse=True)
def _at_any_hour(settings, tmp_path):
    """The check page of late hours has its own tests; and nobody here waits ten seconds."""
    settings.QUIET_FROM_HOUR, settings.QUIET_UNTIL_HOUR = 24, 0
    settings.SEND_UNDO_SECONDS = 1
    settings.UPLOAD_DIR = tmp_path / "uploads"


@pytest.fixture
def physics():
    department = make_department("Department of Physics")
    make_user(department, username="phys0077", name="Harpreet Gill")
    make_admin(department, username="phys0077admin", name="Rosalind Pemberton")
    return department


@pytest.fixture
def sender(live_server, tmp_path):
    make_simulator()
    with sender_running(tmp_path):
        yield


@both_ways
def test_from_sign_in_to_three_delivered_texts(open_page, physics, sender, settings, script):
    settings.SEND_UNDO_SECONDS = 5  # when they are over, the page loads anew without the toast
    page = open_page(script=script)
    sign_in(page, "phys0077")
    expect(page.get_by_role("heading", level=1)).to_have_text("New message")

    write_and_wait(page, "The 2pm lecture has moved.", script=script)
    press(page, "Send")

    expect(page.get_by_role("status")).to_contain_text("Sending to 3 people")
    watch(page, "3 delivered", script=script)
    expect(page.locator("tbody").get_by_text("Delivered")).to_have_count(3)


def spreadsheet(count: int) -> bytes:
    rows = [["Mobile", "FirstName", "LastName", "Group"]]
    rows += [[int(drama(n)[3:]), f"Person{n}", "Number", "Open day"] for n in range(count)]
    return xlsx(rows)


@both_ways
def test_an_import_by_the_admin_and_a_text_to_its_group_by_a_user(
    open_page, physics, sender, script
):
    admin = open_page(script=script)
    sign_in(admin, "phys0077admin", at=reverse("imports:start"))
    admin.locator("input[type=file]").set_input_files(
        {
            "name": "open-day.xlsx",
            "mimeType": "application/vnd.ms-excel",
            "buffer": spreadsheet(500),
        }
    )
    press(admin, "Upload")
    press(admin, "Continue")
    press(admin, "Continue")
    press(admin, "Import 500 contacts")
    expect(admin.get_by_role("heading", level=1)).to_contain_text("500")
    assert Contact.objects.live().filter(department=physics, owner=None).count() == 500

    user = open_page(script=script)
    sign_in(user, "phys0077")
    if script:
        user.locator(".tab[href='#by-group']").click()
    user.get_by_label("Open day").check()
    user.locator("#message").fill("Doors open at 9am.")
    press(user, "Send")
    user.get_by_label("I have checked").check()
    press(user, "Send to 500 people")

    watch(user, "500 delivered", script=script, seconds=120)


@both_ways
def test_a_text_is_scheduled_and_cancelled(open_page, physics, script):
    page = open_page(script=script)
    sign_in(page, "phys0077")
    write_and_wait(page, "The lab opens at 9am.", script=script)
    page.get_by_label("Send later").check()
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    page.get_by_label("Date", exact=True).fill(tomorrow.isoformat())
    page.get_by_label("Time").fill("09:00")
    press(page, "Schedule" if script else "Send")
    expect(page.get_by_role("status")).to_contain_text("at 9:00am, to 3 people")

    press(page, "Cancel this message")

    expect(page.get_by_role("status")).to_contain_text("Cancelled")
    assert set(Message.objects.values_list("state", flat=True)) == {"cancelled"}


def test_a_scheduled_text_goes_when_its_time_has_come(open_page, physics, sender):
    page = open_page()
    sign_in(page, "phys0077")
    write_and_wait(page, "The lab opens at 9am.")
    page.get_by_label("Send later").check()
    page.get_by_label("Date", exact=True).fill("2031-05-15")
    page.get_by_label("Time").fill("09:00")
    press(page, "Schedule")

    soon = timezone.now() + dt.timedelta(seconds=3)
    Batch.objects.update(send_at=soon)
    Message.objects.update(next_at=soon)
    page.reload()
    expect(page.locator("#progress")).to_contain_text("Nothing has left yet")

    watch(page, "3 delivered", script=True)
    assert list(Message.objects.values_list("state", flat=True)) == ["delivered"] * 3


def test_a_link_that_is_pressed_while_the_page_looks_again_is_followed(open_page, physics):
    page = open_page()
    sign_in(page, "phys0077")
    write_and_wait(page, "The lab opens at 9am.")
    press(page, "Send")
    page.wait_for_url(re.compile(r"/messages/[0-9a-f-]{36}/$"))
    # Nobody carries it, so its page goes on asking.
    release.release_due(now=timezone.now() + dt.timedelta(seconds=2))
    tab = page.get_by_role("link", name="Sending 3")
    tab.hover()
    page.mouse.down()
    with page.expect_response(lambda answer: "hx-request" in answer.request.headers):
        pass
    with page.expect_event("load"):
        page.mouse.up()

    assert page.url.endswith("?show=sending")


@both_ways
def test_undo_gives_the_message_back_as_it_was_written(open_page, physics, settings, script):
    settings.SEND_UNDO_SECONDS = 60
    page = open_page(script=script)
    sign_in(page, "phys0077")
    write_and_wait(page, "The 2pm lecture has moved.", script=script)
    press(page, "Send")

    press(page, "Undo")

    expect(page.get_by_role("heading", level=1)).to_have_text("New message")
    expect(page.locator("#message")).to_have_value("The 2pm lecture has moved.")
    expect(page.locator("#numbers")).to_have_value(THREE)
    assert set(Message.objects.values_list("state", flat=True)) <= {"cancelled"}


@both_ways
def test_a_session_that_ends_while_one_writes_loses_nothing(open_page, physics, script):
    page = open_page(script=script)
    sign_in(page, "phys0077")
    if script:
        with page.expect_response(lambda answer: "while" in (answer.request.post_data or "")):
            write(page, "A long message that took a while to write.")
    else:
        write(page, "A long message that took a while to write.")
    Session.objects.all().delete()

    press(page, "Send")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.get_by_label("Username").fill("phys0077")
    page.get_by_label("Password").fill("correct horse battery")
    press(page, "Sign in")

    expect(page.locator("#message")).to_have_value("A long message that took a while to write.")
    expect(page.locator("#numbers")).to_have_value(THREE)
    assert Batch.objects.count() == 0


@both_ways
def test_two_clicks_and_the_way_back_make_one_message(open_page, physics, settings, script):
    settings.SEND_UNDO_SECONDS = 60
    page = open_page(script=script)
    sign_in(page, "phys0077")
    write(page, "Once is enough.")
    page.get_by_role("button", name="Send").first.dblclick(no_wait_after=True)
    # The second click ends the first's journey, which would count as a failed one.
    expect(page).to_have_url(re.compile(r"/messages/[0-9a-f-]{36}/$"), timeout=30_000)
    page.wait_for_load_state()

    page.go_back()
    page.wait_for_load_state()
    if page.locator("#message").count():
        press(page, "Send")

    assert Batch.objects.count() == 1


def test_three_texts_by_keyboard_alone(open_page, physics, sender):
    page = open_page()
    sign_in(page, "phys0077")

    tab_to(page, "numbers")
    page.keyboard.type(THREE)
    tab_to(page, "message")
    page.keyboard.type("The 2pm lecture has moved.")
    tab_to(page, "send")
    with page.expect_event("load"):
        page.keyboard.press("Enter")

    watch(page, "3 delivered", script=True)


def tab_to(page, element_id: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == element_id:
            return
    raise AssertionError(f"#{element_id} is not reached by Tab")
