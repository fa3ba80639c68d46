"""Who said yes to a question: read, counted, and set right by hand."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tests.make import make_admin, make_department, make_user
from inbound.tests.make import NUMBER, PHONE, make_number
from inbound.tests.twoway.talking import asked, heard, open_thread, talk_of
from inbound.twoway import services
from inbound.twoway.models import Answer
from messaging.compose.models import Draft
from messaging.sending.models import BasketRow
from messaging.sending.states import State
from messaging.tests.make import NOW, drama, make_batch

pytestmark = pytest.mark.django_db

QUESTION = "Can you cover 2pm? Reply YES or NO."
PEOPLE = [drama(n) for n in range(6)]


@pytest.fixture
def amira():
    amira = make_user(make_department("Department of Physics"), name="Amira Khan")
    make_number(amira)
    return amira


@pytest.fixture
def as_amira(client, amira):
    client.force_login(amira)
    return client


@pytest.fixture
def question(amira):
    """Six are asked: two say yes, one no, one something else, two nothing."""
    batch = asked(amira, PEOPLE, QUESTION)
    for phone, words in zip(PEOPLE, ("YES", "yep 👍", "NO sorry", "Which lab?"), strict=False):
        heard(words, phone=phone)
    return batch


def page(client, batch, **query):
    return client.get(reverse("twoway:follow_up", args=[batch.uid]), query).text


def counted(text):
    """YES, NO, something else, no reply: as the table says."""
    return [int(n) for n in re.findall(r'</th><td class="num">([\d,]+)</td>', text)]


def set_right(client, phone, said, **more):
    uid = Answer.objects.get(text__from_number=phone).text.uid
    return client.post(reverse("twoway:correct"), {"said": f"{uid} {said}", **more})


def test_replies_are_counted_with_the_figures_as_a_bar_and_a_table(as_amira, question):
    text = page(as_amira, question)

    assert "<h1>4 of 6 replied</h1>" in text
    assert counted(text) == [2, 1, 1, 2]
    assert "2 said yes, 1 no, 1 something else, 2 did not reply" in text
    assert '<rect class="f-good" x="0.00" width="33.33"' in text


def test_whoever_said_nothing_is_shown_with_what_became_of_the_text(as_amira, question):
    question.messages.filter(number=PEOPLE[4]).update(
        state=State.UNDELIVERED, reason="absent", accepted_at=NOW, final_at=NOW
    )

    text = page(as_amira, question, show="silent")

    assert "Phone off or full" in text


@pytest.mark.parametrize(
    ("show", "numbers"),
    [("yes", [0, 1]), ("no", [2]), ("other", [3]), ("silent", [4, 5]), ("", range(6))],
)
def test_people_are_listed_by_what_they_said(as_amira, question, show, numbers):
    text = page(as_amira, question, show=show)

    assert set(re.findall(r"07700 90000\d(?=</span>)", text)) == {
        f"07700 90000{n}" for n in numbers
    }


def test_a_reply_that_was_read_wrongly_is_set_right(as_amira, question):
    response = set_right(as_amira, PEOPLE[3], "yes", back="message")

    assert response.url == reverse("twoway:follow_up", args=[question.uid])
    assert counted(page(as_amira, question)) == [3, 1, 0, 2]
    assert Answer.objects.get(text__from_number=PEOPLE[3]).corrected_at


def test_not_a_yes_is_said_in_the_conversation(as_amira, question):
    talk = talk_of(PEOPLE[0])
    assert "Counted as YES." in open_thread(as_amira, talk)

    response = set_right(as_amira, PEOPLE[0], "other")

    assert response.url == reverse("twoway:thread", args=[talk.uid])
    assert "Counted as neither YES nor NO." in open_thread(as_amira, talk)
    assert counted(page(as_amira, question)) == [1, 1, 2, 2]


def test_the_last_yes_or_no_counts_and_chat_does_not_undo_it(as_amira, question):
    heard("Sorry, no after all", phone=PEOPLE[0])
    heard("Where is it?", phone=PEOPLE[1])

    assert counted(page(as_amira, question)) == [1, 2, 1, 2]


def test_a_yes_after_some_talk_still_answers_the_question(as_amira, amira, question):
    talk = talk_of(PEOPLE[3])
    services.answer(talk=talk, words="On floor 2", request_key=talk.uid, by=amira, now=NOW)

    heard("Yes I can do 2pm. Is it the same lab?", phone=PEOPLE[3])

    assert counted(page(as_amira, question)) == [3, 1, 0, 2]
    assert "Counted as YES." in open_thread(as_amira, talk)


def test_a_yes_in_a_later_talk_does_not_turn_a_no(as_amira, amira, question):
    talk = talk_of(PEOPLE[2])
    services.answer(talk=talk, words="Are you sure?", request_key=talk.uid, by=amira, now=NOW)

    heard("Yes", phone=PEOPLE[2])

    assert counted(page(as_amira, question)) == [2, 1, 1, 2]


def test_a_new_message_goes_to_the_silent_only(as_amira, question):
    assert "New message to the 2 silent" in page(as_amira, question)

    as_amira.post(reverse("compose:again", args=[question.uid]), {"who": "silent"})

    rows = BasketRow.objects.filter(basket=Draft.objects.get().basket)
    assert set(rows.values_list("number", flat=True)) == set(PEOPLE[4:])


def test_the_page_of_the_message_leads_to_its_replies(as_amira, question):
    address = reverse("twoway:follow_up", args=[question.uid])

    assert address in as_amira.get(reverse("history:batch", args=[question.uid])).text


def test_a_message_from_the_alpha_tag_has_no_replies(as_amira, amira):
    batch = make_batch(amira)
    address = reverse("twoway:follow_up", args=[batch.uid])

    assert as_amira.get(address).status_code == 404
    assert address not in as_amira.get(reverse("history:batch", args=[batch.uid])).text


def test_nobody_else_reads_or_changes_what_was_replied(client, amira, question):
    colleague = make_user(amira.department)
    make_number(colleague, "+447700900951")
    client.force_login(colleague)

    read = client.get(reverse("twoway:follow_up", args=[question.uid]))
    changed = set_right(client, PEOPLE[0], "no")

    assert (read.status_code, changed.status_code) == (404, 404)
    client.force_login(make_admin(amira.department))
    assert client.get(reverse("twoway:follow_up", args=[question.uid])).status_code == 403


@pytest.mark.parametrize("said", ["", "x yes", "0197c5d2-3f0a-7c11-8e0e-0a0a0a0a0a0a perhaps"])
def test_a_correction_that_is_none_does_not_exist(as_amira, said):
    assert as_amira.post(reverse("twoway:correct"), {"said": said}).status_code == 404


def test_hostile_answers_do_nothing(as_amira, amira):
    batch = asked(amira, [PHONE, drama(1)], QUESTION)
    heard("<img src=x onerror=alert(1)>")

    assert "&lt;img src=x" in page(as_amira, batch)


def test_the_page_costs_the_same_questions_for_two_people_as_for_forty(as_amira, amira):
    few, many = (asked(amira, [drama(n) for n in range(count)], QUESTION) for count in (2, 40))
    for n in range(40):
        heard("Yes", phone=drama(n), to=NUMBER)
    page(as_amira, few)
    with CaptureQueriesContext(connection) as short:
        page(as_amira, few)

    with CaptureQueriesContext(connection) as long:
        page(as_amira, many)

    assert len(long) == len(short)
