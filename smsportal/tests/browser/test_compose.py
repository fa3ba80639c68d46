"""Writing a message in a real browser, with script and without."""

import os
import re
from datetime import UTC, datetime
from unittest.mock import patch

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.tests.make import PASSWORD, make_department, make_user
from billing.tariffs.models import Tariff
from messaging.compose.models import Draft
from messaging.compose.services import recipients
from messaging.senders.models import OptOut, Sender
from messaging.sending.models import BasketRow, Batch, RowState
from messaging.tests.compose.writing import make_contacts, make_group
from messaging.tests.make import drama
from messaging.wording import services as wording

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SCREENS = [(1280, "light"), (1280, "dark"), (390, "light"), (320, "dark")]
NEW = "/messages/new/"


@pytest.fixture(autouse=True)
def by_day(settings):
    """Tests run at night too: the hour is then no reason for the check page."""
    settings.QUIET_FROM_HOUR, settings.QUIET_UNTIL_HOUR = 24, 0
    # What a migration put there is gone after the first test that commits.
    Tariff.objects.get_or_create(from_on="2019-08-01", defaults={"part_tenths": 35})


@pytest.fixture
def amira():
    department = make_department("Department of Physics")
    amira = make_user(department, name="Amira Khan", my_mobile=drama(99))
    contacts = make_contacts(amira, 12)
    make_contacts(amira, 1, start=20, first_name="Bartholomew", last_name="Adeyemi-Clarke")
    make_group(amira, contacts[:6], "Year 2 Physics")
    OptOut.objects.create(department=department, number=drama(5), at=timezone.now())
    Sender.objects.create(department=department, person=amira, number=drama(52))
    wording.add(
        name="Room change",
        body="Hi ((first name)), go to ((room)).",
        by=amira,
        now=datetime(2026, 5, 1, tzinfo=UTC),
    )
    return amira


def saved(page):
    """The page after its next autosave."""
    return page.expect_response(lambda answer: answer.request.method == "POST" and answer.ok)


@pytest.mark.parametrize("script", [True, False])
def test_a_newcomer_texts_three_numbers(amira, open_page, script):
    page = open_page(amira, script=script)
    page.goto(NEW)

    page.get_by_label("Mobile numbers").fill("07700 900001, 07700900002;+447700900003")
    page.get_by_label("Message to send").fill("Hello")
    page.get_by_role("button", name="Send", exact=False).last.click()

    page.wait_for_url(lambda address: "/new/" not in address)
    batch = Batch.objects.get()
    assert page.url.endswith(reverse("history:batch", args=[batch.uid]))
    expect(page.get_by_role("status").first).to_contain_text("Sending to 3 people")
    expect(page.get_by_role("status").first).to_contain_text(
        f"3 texts, 10.5p. Reference {batch.reference}."
    )


def test_people_and_cost_follow_every_tick(amira, open_page):
    page = open_page(amira)
    page.goto(NEW)
    page.get_by_label("Message to send").fill("Hello")

    page.get_by_role("tab", name="Group").click()
    with saved(page):
        page.get_by_label("Year 2 Physics").check()
    expect(page.get_by_role("button", name="Send to 5 people")).to_be_visible()
    expect(page.locator("#ledger")).to_contain_text("after leaving out 1 who opted out")
    expect(page.locator("#cost")).to_contain_text("17.5p")

    page.get_by_role("tab", name="Quick Contacts Selection").click()
    page.get_by_label("Find a contact").fill("barth")
    expect(page.locator("#contact-list li")).to_have_count(1)
    with saved(page):
        page.get_by_label("Bartholomew Adeyemi-Clarke").check()
    expect(page.get_by_role("button", name="Send to 6 people")).to_be_visible()

    page.get_by_role("tab", name="Group").click()
    with saved(page):
        page.get_by_role("checkbox", name="Year 2 Physics").uncheck()
    expect(page.get_by_role("button", name="Send to 1 person")).to_be_visible()


def test_a_press_of_send_is_kept_while_the_count_comes_in(amira, open_page):
    page = open_page(amira)
    page.goto(NEW)
    page.get_by_label("Message to send").fill("Hello")
    page.get_by_label("Mobile numbers").fill("07700 900001")
    with saved(page):
        page.locator("#send").focus()
    expect(page.locator("#send")).to_have_text(re.compile("Send to 1 person"))
    expect(page.locator("#send")).to_be_focused()

    page.get_by_label("Mobile numbers").fill("07700 900001 07700 900002")
    page.locator("#send").hover()
    page.mouse.down()  # the change is said to the server now, and its answer comes before "up"
    expect(page.locator("#send")).to_have_text(re.compile("Send to 2 people"))
    with page.expect_event("load"):
        page.mouse.up()

    assert Batch.objects.get().person_count == 2


def test_a_search_takes_nobody_out(amira, open_page):
    page = open_page(amira)
    page.goto(NEW + "#quick")
    page.get_by_role("tab", name="Quick Contacts Selection").click()
    with saved(page):
        page.get_by_label("Bartholomew Adeyemi-Clarke").check()
    page.get_by_label("Find a contact").fill("Name3")
    expect(page.locator("#contact-list li")).to_have_count(1)
    with saved(page):
        page.get_by_label("Name3 Example").check()

    expect(page.get_by_role("button", name="Send to 2 people")).to_be_visible()


def test_the_counter_names_dear_characters_their_cost_and_repairs_them(amira, open_page):
    page = open_page(amira)
    page.goto(NEW)
    with saved(page):
        page.get_by_label("Mobile numbers").fill("07700900001 07700900002")
        page.get_by_label("Mobile numbers").blur()
    words = page.get_by_label("Message to send")

    words.fill("It’s moved – " + "a" * 100)

    banner = page.locator("[data-odd]")
    expect(banner).to_contain_text("’  –")
    expect(banner).to_contain_text("That is 2 texts each and not 1: 14p and not 7p.")
    page.get_by_role("button", name="Use plain quotes and dashes").click()
    expect(words).to_have_value("It's moved - " + "a" * 100)
    expect(banner).to_be_hidden()
    expect(page.locator("#count-live")).to_contain_text("1 text each")


def test_the_phone_shows_names_and_the_field_is_asked_for(amira, open_page):
    page = open_page(amira)
    page.goto(NEW)
    page.get_by_role("tab", name="Group").click()
    with saved(page):
        page.get_by_label("Year 2 Physics").check()

    with saved(page):
        page.get_by_label("Start from a template").select_option("Room change")
    expect(page.get_by_label("Message to send")).to_have_value("Hi ((first name)), go to ((room)).")
    with saved(page):
        page.get_by_label("((room)) for everyone").fill("Lab 2")
        page.get_by_label("((room)) for everyone").blur()

    expect(page.locator("[data-preview]")).to_have_text("Hi Name0, go to Lab 2.")


def test_the_sender_on_the_phone_is_the_one_chosen(amira, open_page):
    page = open_page(amira)
    page.goto(NEW)
    expect(page.locator("[data-from]")).to_have_text("07700 900052")

    page.get_by_label("Send with Alpha tag: PHYSICS").check()

    expect(page.locator("[data-from]")).to_have_text("PHYSICS")


def test_what_is_typed_is_kept_without_pressing_anything(amira, open_page):
    page = open_page(amira)
    page.goto(NEW)
    with saved(page):
        page.get_by_label("Message to send").press_sequentially("Half of a sen")
    page.wait_for_url(lambda address: not address.endswith(NEW))  # it is the draft's by now

    page.reload()

    expect(page.get_by_label("Message to send")).to_have_value("Half of a sen")
    assert Draft.objects.get().body == "Half of a sen"


@pytest.mark.parametrize("script", [True, False])
def test_a_session_that_ends_loses_no_word(amira, open_page, script):
    page = open_page(amira, script=script)
    page.goto(NEW)
    page.get_by_label("Mobile numbers").fill("07700900001")
    Session.objects.all().delete()
    page.get_by_label("Message to send").fill("All of these words")
    page.get_by_role("button", name="Send", exact=False).last.click()

    page.wait_for_url("**/account/login/**")
    page.locator("[name=login]").fill(amira.username)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").first.click()

    expect(page.get_by_label("Message to send")).to_have_value("All of these words")
    expect(page.get_by_role("status").first).to_contain_text("It has not been sent.")
    assert Batch.objects.count() == 0
    page.get_by_role("button", name="Send to 1 person").click()
    page.wait_for_url(lambda address: "/new/" not in address)
    assert Batch.objects.get().body == "All of these words"


def test_two_quick_clicks_are_one_message(amira, open_page):
    page = open_page(amira)
    page.goto(NEW)
    page.get_by_label("Mobile numbers").fill("07700900001")
    page.get_by_label("Message to send").fill("Hello")

    page.get_by_role("button", name="Send", exact=False).last.dblclick()

    page.wait_for_url(lambda address: "/new/" not in address)
    assert Batch.objects.count() == 1


@pytest.mark.parametrize("script", [True, False])
def test_a_file_becomes_by_import(amira, open_page, script, tmp_path, settings):
    settings.UPLOAD_DIR = tmp_path / "uploads"
    file = tmp_path / "trip.csv"
    file.write_text("Mobile,Coach\n7700900001,A\n07700900002,B\n+44707123456789,A\n")
    page = open_page(amira, script=script)
    page.goto(NEW)
    page.get_by_label("Message to send").fill("Coach ((coach))")
    if script:
        page.get_by_role("tab", name="Upload CSV/Excel").click()
    page.get_by_label("CSV or Excel file").set_input_files(file)
    page.get_by_role("button", name="Upload").click()

    page.get_by_role("button", name="Use it").click()
    page.get_by_role("button", name="Use these 3 numbers").click()

    expect(page.get_by_role("link", name="By Import (3)")).to_be_visible()
    expect(page.get_by_label("Message to send")).to_have_value("Coach ((coach))")
    expect(page.locator("[data-preview]")).to_have_text("Coach A")


@pytest.mark.parametrize("script", [True, False])
def test_a_big_group_is_added_by_the_worker_and_the_page_shows_when(amira, open_page, script):
    make_group(amira, make_contacts(amira, 2_100, start=1000), "Everybody")
    page = open_page(amira, script=script)
    page.goto(NEW)
    if script:
        page.get_by_role("tab", name="Group").click()
    with patch("messaging.compose.services.recipients.enqueue"):  # the worker is busy
        page.get_by_role("checkbox", name="Everybody").check()
        if not script:
            page.get_by_role("button", name="Add the ticked groups").click()
        expect(page.locator("#ledger")).to_contain_text("still adding")

    recipients.fill_all_waiting()

    if not script:
        page.get_by_role("link", name="Look again").click()
    expect(page.locator("#ledger")).to_contain_text("2,100 people")
    expect(page.get_by_role("button", name="Send to 2,100 people")).to_be_visible()


@pytest.mark.parametrize("script", [True, False])
def test_scheduled_by_hand_and_said_in_words(amira, open_page, script):
    page = open_page(amira, script=script)
    page.goto(NEW)
    page.get_by_label("Mobile numbers").fill("07700900001")
    page.get_by_label("Message to send").fill("Hello")
    page.get_by_label("Send later").check()
    page.get_by_label("Date", exact=True).fill("2031-05-15")
    page.get_by_label("Time", exact=True).fill("09:00")
    page.get_by_label("Time", exact=True).blur()
    if script:
        expect(page.locator("#goes-at")).to_contain_text("Thursday 15 May 2031 at 9:00am")
        page.get_by_role("button", name="Schedule for 1 person").click()
    else:
        page.get_by_role("button", name="Send", exact=False).last.click()

    expect(page.get_by_role("status").first).to_contain_text(
        "Scheduled for Thursday 15 May 2031 at 9:00am, to 1 person"
    )
    assert Batch.objects.get().send_at == datetime(2031, 5, 15, 8, tzinfo=UTC)


@pytest.mark.parametrize(("width", "theme"), SCREENS)
def test_the_pages_are_for_everybody(amira, open_page, axe, width, theme, settings, tmp_path):
    settings.UPLOAD_DIR, settings.CHECK_OVER_PEOPLE = tmp_path, 1
    page = open_page(amira, width=width, theme=theme)
    said = {}

    def look(name):
        said[name] = axe(page)
        if folder := os.environ.get("SHOTS"):
            page.screenshot(path=f"{folder}/{name}-{width}-{theme}.png", full_page=True)

    page.goto(NEW)
    look("new")
    page.get_by_label("Mobile numbers").fill("07700900001, 0770 90012; +44707123456789")
    page.get_by_label("Message to send").fill("Hi ((first name)) – ((room))")
    page.get_by_label("Send later").check()
    page.get_by_label("Date", exact=True).fill("2020-05-15")
    page.locator("#send").click()
    page.wait_for_selector(".error-summary")
    look("problems")
    for tab in ("Group", "Quick Contacts Selection", "Upload CSV/Excel"):
        page.get_by_role("tab", name=tab).click()
        look(tab.split()[0].lower())
    file = {"name": "trip.csv", "mimeType": "text/csv", "buffer": b"7700900001\n4.47E+11\n1\n"}
    page.get_by_label("CSV or Excel file").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url("**/import/")
    look("import")
    BasketRow.objects.filter(state=RowState.REFUSED).delete()
    Draft.objects.update(numbers="", body="Hello to all", is_later=False)
    draft = Draft.objects.get()
    page.goto(reverse("compose:draft", args=[draft.uid]))
    page.get_by_label("Mobile numbers").fill("07700900001 07700900002")
    page.locator("#send").click()
    page.wait_for_url("**/check/")
    look("check")
    page.locator("main .btn--primary").click()
    page.wait_for_selector(".error-summary")
    look("unsure")
    page.goto(reverse("wording:list"))
    look("templates")
    page.get_by_role("link", name="Room change", exact=True).click()
    page.wait_for_url(lambda address: not address.endswith(reverse("wording:list")))
    look("template")

    assert {name: found for name, found in said.items() if found} == {}
