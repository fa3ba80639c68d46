"""The 2WAY tab in a real browser: replies come by themselves, and nothing typed is lost."""

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.tests.make import make_department, make_user
from billing.tariffs.models import Tariff
from inbound.tests.make import come_in, from_phone, make_number
from inbound.tests.twoway.talking import heard
from inbound.twoway import services
from inbound.twoway.models import SavedAnswer
from messaging.sending.models import Message
from messaging.tests.make import drama

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AT_ONCE = 3000  # milliseconds


@pytest.fixture
def amira():
    # What a migration put there is gone after the first test that commits.
    Tariff.objects.get_or_create(from_on="2019-08-01", defaults={"part_tenths": 35})
    amira = make_user(make_department("Department of Physics"), name="Amira Khan")
    make_number(amira)
    return amira


def thread(talk):
    return reverse("twoway:thread", args=[talk.uid])


def writes(words, phone="+447700900001"):
    """As a phone does: stored as the carrier brings it, sorted as the worker does."""
    return heard(words, phone=phone, now=timezone.now())


def test_a_reply_appears_within_three_seconds_and_what_is_being_typed_stays(open_page, amira):
    talk = writes("Which lab?")
    page = open_page(amira)
    page.goto(thread(talk))
    page.get_by_label("Reply", exact=True).press_sequentially("Teaching Lab, fl")

    writes("Found it, yes!")
    writes("Who is this please", phone=drama(2))

    expect(page.locator("#texts")).to_contain_text("Found it, yes!", timeout=AT_ONCE)
    expect(page.locator("#conversations")).to_contain_text("Who is this please", timeout=AT_ONCE)
    expect(page.get_by_label("Reply", exact=True)).to_have_value("Teaching Lab, fl")
    expect(page.get_by_label("Reply", exact=True)).to_be_focused()
    expect(page.get_by_role("status").filter(has_text="new text")).to_have_count(1)
    page.get_by_label("Reply", exact=True).press_sequentially("oor 2")
    page.get_by_role("button", name="Send reply").click()
    expect(page.locator("#texts")).to_contain_text("Teaching Lab, floor 2")
    assert Message.objects.count() == 1


def test_the_list_alone_looks_again_too(open_page, amira):
    page = open_page(amira)
    page.goto(reverse("twoway:list"))
    expect(page.get_by_text("Nobody has texted your number yet.")).to_be_visible()

    writes("Hello")

    expect(page.locator(".convo.unread")).to_contain_text("Hello", timeout=AT_ONCE)
    expect(page.locator(".site-tabs .tab-unread")).to_have_text("1 unread")


def test_what_became_of_a_reply_is_said_by_itself(open_page, amira):
    talk = writes("Which lab?")
    services.answer(talk=talk, words="Floor 2", request_key=talk.uid, by=amira, now=timezone.now())
    page = open_page(amira)
    page.goto(thread(talk))
    expect(page.locator("#texts")).to_contain_text("Waiting.")

    now = timezone.now()
    Message.objects.update(state="delivered", accepted_at=now, final_at=now)

    expect(page.locator("#texts")).to_contain_text("Delivered.", timeout=AT_ONCE)


def test_the_end_of_a_long_conversation_is_in_sight_at_once(open_page, amira):
    texts = [from_phone(f"Text {n}.", to="+447700900950", phone=drama(1)) for n in range(60)]
    come_in(*texts, now=timezone.now())
    talk = writes("The very last one")
    page = open_page(amira)

    page.goto(thread(talk))

    expect(page.get_by_text("The very last one").last).to_be_in_viewport()
    expect(page.get_by_role("button", name="Send reply")).to_be_in_viewport()


def test_a_saved_answer_gets_into_the_box_and_is_counted(open_page, amira):
    SavedAnswer.objects.create(person=amira, name="Sorted", words="Thanks, all sorted.")
    page = open_page(amira)
    page.goto(thread(writes("Hello")))

    page.get_by_label("Saved answers", exact=True).select_option("Sorted")

    expect(page.get_by_label("Reply", exact=True)).to_have_value("Thanks, all sorted.")
    expect(page.locator("#reply-count")).to_have_text("19 characters, 1 text, 3.5p")


def test_without_script_there_is_refresh_and_everything_works(open_page, amira):
    talk = writes("Which lab?")
    page = open_page(amira, width=1280, script=False)
    page.goto(thread(talk))
    writes("Hello?")

    page.get_by_role("link", name="Refresh").click()
    expect(page.locator("#texts")).to_contain_text("Hello?")
    page.get_by_label("Reply", exact=True).fill("Floor 2")
    page.get_by_role("button", name="Send reply").click()

    expect(page.locator("#texts")).to_contain_text("Floor 2")


def test_add_a_note_opens_its_box(open_page, amira):
    page = open_page(amira, width=390)
    page.goto(thread(writes("Hello")))

    page.get_by_role("link", name="Add note").click()
    page.get_by_label("Note", exact=True).fill("Prefers mornings")
    page.get_by_role("button", name="Add", exact=True).click()

    expect(page.locator("#texts")).to_contain_text("Prefers mornings")


def test_a_tab_that_nobody_sees_does_not_ask(open_page, amira):
    page = open_page(amira)
    page.goto(thread(writes("Hello")))
    page.evaluate("Object.defineProperty(document, 'hidden', {value: true})")
    page.wait_for_timeout(500)
    asked = []
    page.on("request", lambda request: asked.append(request.url))

    page.wait_for_timeout(4500)

    assert asked == []


def test_whoever_is_signed_out_meanwhile_keeps_what_is_typed(open_page, amira):
    page = open_page(amira)
    page.goto(thread(writes("Hello")))
    page.get_by_label("Reply", exact=True).fill("Half a thought")
    Session.objects.all().delete()

    with page.expect_response(lambda answer: "/account/login/" in answer.url):
        pass
    page.wait_for_timeout(500)

    expect(page.get_by_label("Reply", exact=True)).to_have_value("Half a thought")
    expect(page.get_by_label("Password")).to_have_count(0)
