"""The 2WAY tab: the list of conversations, one of them, and what is asked of it."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.tests.make import make_admin, make_department, make_user
from inbound.tests.make import NUMBER, PHONE, come_in, from_phone, make_number
from inbound.tests.twoway.talking import asked, heard, open_thread, talk_of
from inbound.twoway import services
from inbound.twoway.models import Conversation, Note
from messaging.incoming.models import IncomingText
from messaging.sending.models import Batch, Message
from messaging.tests.make import drama, make_contact, make_group, make_queued

pytestmark = pytest.mark.django_db

HOSTILE = """<script>alert(1)</script>" onload='x' {{ 7|add:7 }} ((first name))"""


@pytest.fixture
def amira():
    department = make_department("Department of Physics")
    amira = make_user(department, name="Amira Khan")
    make_number(amira)
    return amira


@pytest.fixture
def as_amira(client, amira):
    client.force_login(amira)
    return client


def listed(client, **query):
    return client.get(reverse("twoway:list"), query).text


def names(text):
    return re.findall(r'<span class="who">([^<]*)</span>', text)


# ---------------------------------------------------------------- the list


def test_unread_conversations_stand_first_with_their_count_and_last_words(as_amira):
    heard("First", phone=drama(1))
    heard("Second", phone=drama(2))
    heard("Third", phone=drama(2))
    heard("Fourth", phone=drama(3))
    Conversation.objects.filter(number=drama(3)).update(unread_count=0)
    Conversation.objects.filter(number=drama(2)).update(last_at=timezone.now())

    text = listed(as_amira)

    assert names(text) == ["07700 900002", "07700 900001", "07700 900003"]
    assert 'count--on">2<span class="vh"> unread' in text
    assert '<span class="text">Third</span>' in text
    assert text.count('<span class="dot"><span class="vh">Unread</span>') == 1


def test_a_conversation_has_the_users_own_name_for_a_phone_before_the_departments(as_amira, amira):
    make_contact(make_admin(amira.department), PHONE, first_name="H", last_name="Gill")
    heard("Hello")
    assert names(listed(as_amira)) == ["H Gill"]
    make_contact(amira, PHONE, first_name="Harpreet", last_name="Gill")

    assert names(listed(as_amira)) == ["Harpreet Gill"]


def test_the_name_that_a_colleague_gave_is_not_shown(as_amira, amira):
    make_contact(make_user(amira.department), PHONE, first_name="Secret", last_name="Name")
    heard("Hello")

    assert names(listed(as_amira)) == ["07700 900123"]


@pytest.mark.parametrize(
    "words",
    ["gill", "harp gill", "07700 900123", "+44 7700 900123", "900123", "wednesday", "tutorial at"],
)
def test_a_conversation_is_found_by_name_number_or_words_of_either(as_amira, amira, words):
    make_contact(amira, PHONE, first_name="Harpreet", last_name="Gill")
    heard("Is it on Wednesday?")
    [text] = make_queued(amira, [PHONE], sender=NUMBER, sender_kind="number")
    Batch.objects.filter(pk=text.batch_id).update(body="The tutorial at 2pm")
    heard("Somebody else", phone=drama(7))

    assert names(listed(as_amira, q=words)) == ["Harpreet Gill"]


def test_what_nothing_fits_says_so_and_keeps_the_words(as_amira):
    text = listed(as_amira, q='"><b>nobody')

    assert "0 found for “&quot;&gt;&lt;b&gt;nobody”" in text
    assert 'value="&quot;&gt;&lt;b&gt;nobody"' in text


def test_what_is_done_is_folded_away_until_they_write_again(as_amira):
    talk = heard("Thanks")
    as_amira.post(reverse("twoway:done", args=[talk.uid]))
    assert names(listed(as_amira)) == []
    assert names(listed(as_amira, show="done")) == ["07700 900123"]
    assert names(listed(as_amira, q="thanks")) == ["07700 900123"]

    heard("One more thing")

    assert names(listed(as_amira)) == ["07700 900123"]


def test_what_is_done_is_opened_again_by_hand(as_amira):
    talk = heard("Thanks")
    as_amira.post(reverse("twoway:done", args=[talk.uid]))

    as_amira.post(reverse("twoway:reopen", args=[talk.uid]))

    assert names(listed(as_amira)) == ["07700 900123"]


def test_many_conversations_come_in_pages(as_amira):
    come_in(*(from_phone(f"Text {n}", to=NUMBER, phone=drama(n)) for n in range(30)))

    assert len(names(listed(as_amira))) == 25
    assert len(names(listed(as_amira, page=2))) == 5
    assert "Showing 26 to 30 of 30" in listed(as_amira, page=2)


def test_whoever_never_had_a_number_is_told_what_one_is_for(client):
    client.force_login(make_user())

    assert "You have no virtual number" in listed(client)


def test_conversations_stay_with_their_user_when_the_number_is_given_back(client, as_amira, amira):
    heard("My secret")
    sender = amira.senders.get()
    sender.released_at = timezone.now()
    sender.save()
    other = make_user(amira.department)
    make_number(other)
    heard("A new one")

    mine = listed(as_amira)
    client.force_login(other)

    assert "My secret" in mine
    assert "You have no virtual number now" in mine
    assert "A new one" not in mine
    assert "My secret" not in listed(client)


def test_a_list_costs_the_same_questions_for_one_as_for_twenty(as_amira, amira):
    heard("One", phone=drama(40))
    with CaptureQueriesContext(connection) as one:
        listed(as_amira)
    for n in range(20):
        heard("More", phone=drama(n))
        make_contact(amira, drama(n), first_name=f"Name{n}")

    with CaptureQueriesContext(connection) as many:
        listed(as_amira)

    assert len(many) == len(one)


# ---------------------------------------------------------------- one conversation


def test_both_directions_stand_in_their_order_under_their_days(as_amira, amira):
    now = timezone.now()
    batch = asked(amira, [PHONE], "Can you cover 2pm?", at=now - dt.timedelta(days=1))
    come_in(from_phone("Which lab?", to=NUMBER), now=now - dt.timedelta(hours=23))
    come_in(from_phone("Yes then", to=NUMBER), now=now)
    Message.objects.filter(batch=batch).update(state="delivered", accepted_at=now, final_at=now)

    text = open_thread(as_amira, talk_of())

    order = [text.rindex(words) for words in ("Can you cover 2pm?", "Which lab?", "Yes then")]
    assert order == sorted(order)
    assert '<h3 class="day">Today</h3>' in text
    assert "Delivered." in text


def test_a_text_that_failed_says_so_in_words_and_what_to_do(as_amira, amira):
    batch = asked(amira, [PHONE], "Hello")
    heard("What?")
    batch.messages.update(state="undelivered", reason="dead")

    text = open_thread(as_amira, talk_of())

    assert "Number does not work" in text
    assert "Check the number with the person" in text


def test_a_batch_says_to_how_many_it_went_and_leads_to_its_replies(as_amira, amira):
    batch = asked(amira, [PHONE, *map(drama, range(5))], "Can you cover 2pm?")
    heard("Yes")

    text = open_thread(as_amira, talk_of())

    assert "Sent to 6 people" in text
    assert reverse("twoway:follow_up", args=[batch.uid]) in text


def test_opening_a_conversation_reads_it_and_no_other(as_amira):
    heard("One", phone=drama(1))
    talk = heard("Two", phone=drama(2))

    open_thread(as_amira, talk)

    unread = Conversation.objects.filter(unread_count__gt=0)
    assert list(unread.values_list("number", flat=True)) == [drama(1)]
    assert IncomingText.objects.get(read_at__isnull=False).body == "Two"


def test_a_text_that_comes_while_the_page_is_made_stays_unread(as_amira, amira):
    heard("One")
    known = talk_of()
    heard("Two")

    assert services.mark_read(talk=known, by=amira, now=timezone.now()) == 0
    assert talk_of().unread_count == 2


def test_hostile_words_are_shown_and_do_nothing(as_amira):
    heard(HOSTILE)

    text = open_thread(as_amira, talk_of())

    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "{{ 7|add:7 }} ((first name))" in text
    assert "&lt;script&gt;alert" in listed(as_amira)


def test_an_unknown_number_is_saved_as_a_contact_with_the_number_filled_in(as_amira):
    text = open_thread(as_amira, heard("Who is this please"))
    [address] = re.findall(r'href="(/contacts/[^"]*number=[^"]*)"', text)

    assert 'value="07700 900123"' in as_amira.get(address).text


def test_a_known_number_leads_to_its_contact(as_amira, amira):
    own = make_contact(amira, PHONE, first_name="Harpreet")
    make_group(amira, "My team", [own])

    text = open_thread(as_amira, heard("Hello"))

    assert reverse("contacts:edit", args=[own.uid]) in text
    assert "07700 900123, My team" in text
    assert "Save as contact" not in text


def test_a_global_contact_is_found_in_the_list_since_a_user_cannot_change_it(as_amira, amira):
    make_contact(make_admin(amira.department), PHONE, first_name="Harpreet")

    text = open_thread(as_amira, heard("Hello"))
    [address] = re.findall(r'href="(/contacts/\?q=[^"]*)"', text)

    assert "Harpreet" in as_amira.get(address).text


def test_a_note_stands_in_the_conversation_and_is_never_sent(as_amira):
    talk = heard("Hello")

    as_amira.post(reverse("twoway:note", args=[talk.uid]), {"note": "Prefers mornings"})

    text = open_thread(as_amira, talk)
    assert "Prefers mornings" in text
    assert "Not sent." in text
    assert Message.objects.count() == 0


def test_an_empty_or_endless_note_is_refused_and_kept(as_amira):
    talk = heard("Hello")
    address = reverse("twoway:note", args=[talk.uid])

    empty, long = (as_amira.post(address, {"note": words}) for words in (" ", "x" * 2001))

    assert (empty.status_code, long.status_code) == (422, 422)
    assert "Write the note first." in empty.text
    assert "This note has 2,001 characters. It can have 2,000." in long.text
    assert "x" * 2001 in long.text
    assert not Note.objects.exists()


def test_a_long_conversation_shows_its_end_first(as_amira):
    come_in(*(from_phone(f"Text number {n}.", to=NUMBER) for n in range(120)))
    talk = talk_of()

    short = open_thread(as_amira, talk)
    whole = as_amira.get(reverse("twoway:thread", args=[talk.uid]), {"all": 1}).text

    assert "Text number 119." in short
    assert "Text number 19." not in short
    assert "Show earlier texts" in short
    assert "Text number 0." in whole


def test_a_conversation_costs_the_same_questions_for_two_texts_as_for_sixty(as_amira, amira):
    asked(amira, [PHONE], "Hello")
    talk = heard("Hello")
    open_thread(as_amira, talk)
    with CaptureQueriesContext(connection) as short:
        open_thread(as_amira, talk)
    for n in range(10):
        asked(amira, [PHONE, drama(n)], f"Hello {n}")
    come_in(*(from_phone("Yes", to=NUMBER) for _ in range(50)))
    open_thread(as_amira, talk)

    with CaptureQueriesContext(connection) as long:
        open_thread(as_amira, talk)

    assert len(long) == len(short)


@pytest.mark.parametrize("name", ["thread", "done", "reopen", "note"])
def test_a_conversation_of_somebody_else_does_not_exist(client, amira, name):
    talk = heard("Hello")
    colleague = make_user(amira.department)
    make_number(colleague, "+447700900951")
    client.force_login(colleague)
    address = reverse(f"twoway:{name}", args=[talk.uid])

    answer = client.get(address) if name == "thread" else client.post(address, {"note": "x"})

    assert answer.status_code == 404


def test_an_admin_has_no_such_tab(client, amira):
    talk = heard("Hello")
    client.force_login(make_admin(amira.department))

    answers = [
        client.get(address).status_code
        for address in (reverse("twoway:list"), reverse("twoway:thread", args=[talk.uid]))
    ]

    assert answers == [403, 403]


def test_a_reply_under_messages_leads_to_its_conversation(as_amira):
    """One store, shown in both (T3)."""
    talk = heard("Is it the same lab?")
    replies = as_amira.get(reverse("history:replies")).text
    address = reverse("twoway:of_text", args=[IncomingText.objects.get().uid])
    assert f'href="{address}"' in replies

    assert as_amira.get(address).url == reverse("twoway:thread", args=[talk.uid])


def test_one_that_is_in_no_conversation_yet_leads_to_the_list(as_amira):
    come_in(from_phone("Hello", to=NUMBER), sort=False)

    address = reverse("twoway:of_text", args=[IncomingText.objects.get().uid])

    assert as_amira.get(address).url == reverse("twoway:list")
