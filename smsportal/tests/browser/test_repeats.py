"""A message that repeats, in a real browser, with script and without."""

import pytest
from playwright.sync_api import expect

from accounts.tests.make import make_department, make_user
from billing.tariffs.models import Tariff
from messaging.repeats.models import Repeat
from messaging.sending.models import Batch
from smsportal.tests.browser.walking import press, write_and_wait

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def amira():
    # What a migration put there is gone after the first test that commits.
    Tariff.objects.get_or_create(from_on="2019-08-01", defaults={"part_tenths": 35})
    return make_user(make_department("Department of Physics"), name="Amira Khan")


def press_send(page):
    """Whatever it says: without script it says "Send" until the page is asked again."""
    with page.expect_event("load"):
        page.locator("#send").click()


@pytest.mark.parametrize("script", [True, False])
def test_somebody_repeats_a_message_every_friday_pauses_it_and_ends_it(amira, open_page, script):
    page = open_page(amira, script=script)
    page.goto("/messages/new/")
    write_and_wait(page, "Labs are at 2pm.", script=script)

    page.get_by_label("Send later").check()
    expect(page.get_by_label("Last date")).to_be_hidden()
    page.get_by_label("Date", exact=True).fill("2031-05-14")
    page.get_by_label("Time", exact=True).fill("09:00")
    page.get_by_label("Monthly").check()
    expect(page.get_by_label("The last day of each month")).to_be_visible()
    page.get_by_label("Weekly").check()
    expect(page.get_by_label("The last day of each month")).to_be_hidden()
    page.get_by_label("Fri").check()
    page.get_by_label("Last date").fill("2031-06-20")
    page.get_by_label("Leave out").fill("30 May 2031")
    if script:
        page.get_by_label("Leave out").blur()
        expect(page.locator("#sends")).to_contain_text("5 sends, every Friday at 9:00am")
        expect(page.locator("#cost")).to_contain_text("About, each time")
    press_send(page)

    expect(page.get_by_role("heading", level=1)).to_have_text("Check before it repeats")
    main = page.locator("main")
    expect(main).to_contain_text("Fri 16 May 2031, Fri 23 May 2031, Fri 6 Jun 2031")
    expect(main).to_contain_text("Left out: Fri 30 May 2031")
    expect(main).to_contain_text("5 sends come to about 52.5p")
    page.get_by_label("I have checked the message").check()
    press(page, "Schedule 5 sends to 3 people")

    expect(page.get_by_role("status").first).to_contain_text("It goes every Friday at 9:00am")
    expect(main).to_contain_text("Goes next Friday 16 May 2031 at 9:00am, by Amira Khan.")
    press(page, "Pause")
    expect(main).to_contain_text("Paused by Amira Khan.")
    press(page, "Go on")
    page.get_by_text("Dates to leave out").click()
    page.get_by_label("Leave out", exact=True).fill("16 May 2031\n6 June 2031")
    press(page, "Save the dates")
    expect(main).to_contain_text("Left out: Fri 16 May 2031, Fri 6 Jun 2031")

    page.get_by_role("link", name="Repeating messages").click()
    row = page.get_by_role("row", name="Labs are at 2pm.")
    expect(row).to_contain_text("Every Friday at 9:00am, until 20 June 2031")
    row.get_by_role("link").click()
    press(page, "End for good")
    expect(main).to_contain_text("Ended by Amira Khan.")
    assert Repeat.objects.get().state == "ended"
    assert Batch.objects.count() == 0


def test_a_repeat_is_changed_where_it_was_written(amira, open_page):
    page = open_page(amira)
    page.goto("/messages/new/")
    write_and_wait(page, "Labs are at 2pm.")
    page.get_by_label("Send later").check()
    page.get_by_label("Date", exact=True).fill("2031-05-16")
    page.get_by_label("Time", exact=True).fill("09:00")
    page.get_by_label("Daily").check()
    page.get_by_label("Last date").fill("2031-05-20")
    press_send(page)
    page.get_by_label("I have checked the message").check()
    press(page, "Schedule 5 sends")

    press(page, "Change")
    page.locator("#message").fill("Labs are at 3pm.")
    press_send(page)
    page.get_by_label("I have checked the message").check()
    press(page, "Save the change")

    expect(page.get_by_role("status").first).to_contain_text("The change has been saved")
    expect(page.locator("main")).to_contain_text("Version 2")
    repeat = Repeat.objects.get()
    assert (repeat.body, repeat.version_count) == ("Labs are at 3pm.", 2)
