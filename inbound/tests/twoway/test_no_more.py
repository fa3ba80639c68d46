"""A text that says STOP among other words: its user reads it, and says what it asks for."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from accounts.tests.make import make_department, make_user
from inbound.tests.make import NUMBER, PHONE, make_number
from inbound.tests.twoway.talking import heard, open_thread
from inbound.twoway import services
from inbound.twoway.models import StopReading
from messaging.incoming.models import IncomingText
from messaging.senders.models import OptOut
from messaging.tests.make import NOW

pytestmark = pytest.mark.django_db

PRESS, ELSE = "They want no more texts", "It means something else"


@pytest.fixture
def as_amira(client):
    amira = make_user(make_department("Department of Physics"), name="Amira Khan")
    make_number(amira)
    client.force_login(amira)
    return client


def press(client, talk, uid):
    return client.post(reverse("twoway:no_more", args=[talk.uid]), {"text": uid})


def test_it_is_put_to_its_user_and_their_words_are_the_evidence(as_amira):
    talk = heard("please stop texting me")
    assert PRESS in open_thread(as_amira, talk)

    press(as_amira, talk, IncomingText.objects.get().uid)

    out = OptOut.objects.get()
    assert (out.number, out.department, out.words, out.came_to) == (
        PHONE, talk.department, "please stop texting me", NUMBER,
    )  # fmt: skip
    assert out.by_name.startswith("Amira Khan")
    page = open_thread(as_amira, talk)
    assert PRESS not in page
    assert "They asked not to be texted." in page


@pytest.mark.parametrize("words", ["Yes, see you there", "STOP"])
def test_other_words_are_not(as_amira, words):
    talk = heard(words)

    assert PRESS not in open_thread(as_amira, talk)


@pytest.mark.parametrize("uid", ["", "no uid", "0190aaaa-0000-7000-8000-000000000000"])
def test_what_is_no_text_of_theirs_opts_nobody_out(as_amira, uid):
    talk = heard("please stop texting me")

    assert press(as_amira, talk, uid).status_code == 404
    assert not OptOut.objects.exists()


def test_a_text_of_another_conversation_opts_nobody_out(as_amira):
    heard("please stop texting me", phone="+447700900124")
    talk = heard("hello")

    other = IncomingText.objects.get(from_number="+447700900124")
    assert press(as_amira, talk, other.uid).status_code == 404
    assert not OptOut.objects.exists()


# ---------------------------------------------------------------- it is about a bus


def press_else(client, talk, uid):
    return client.post(reverse("twoway:something_else", args=[talk.uid]), {"text": uid})


def test_it_means_something_else_and_who_read_it_so_is_kept(as_amira):
    talk = heard("Which bus stop is it?")
    assert ELSE in open_thread(as_amira, talk)

    press_else(as_amira, talk, IncomingText.objects.get().uid)

    reading = StopReading.objects.get()
    assert not reading.wants_no_more
    assert reading.by_name.startswith("Amira Khan")
    assert timezone.now() - reading.at < dt.timedelta(minutes=1)
    assert not OptOut.objects.exists()
    page = open_thread(as_amira, talk)
    assert ELSE not in page
    assert "You read it as something else, today at" in page


def test_a_second_click_keeps_the_first_moment(as_amira):
    talk = heard("Which bus stop is it?")
    text = IncomingText.objects.get()
    press_else(as_amira, talk, text.uid)
    first = StopReading.objects.get().at

    press_else(as_amira, talk, text.uid)

    assert StopReading.objects.get().at == first


def test_whoever_pressed_the_wrong_one_can_still_opt_them_out(as_amira):
    talk = heard("please stop texting me")
    text = IncomingText.objects.get()
    press_else(as_amira, talk, text.uid)
    assert PRESS in open_thread(as_amira, talk)

    press(as_amira, talk, text.uid)
    press_else(as_amira, talk, text.uid)

    assert StopReading.objects.get().wants_no_more
    assert OptOut.objects.get().number == PHONE


def test_whoever_comes_back_by_start_is_not_asked_about_again(as_amira):
    talk = heard("please stop texting me")
    press(as_amira, talk, IncomingText.objects.get().uid)

    heard("START")

    page = open_thread(as_amira, talk)
    assert "They asked not to be texted." not in page
    assert "You read it as STOP, today at" in page
    assert PRESS not in page


@pytest.mark.parametrize("uid", ["", "no uid", "0190aaaa-0000-7000-8000-000000000000"])
def test_what_is_no_text_of_theirs_is_read_by_nobody(as_amira, uid):
    talk = heard("please stop texting me")

    assert press_else(as_amira, talk, uid).status_code == 404
    assert not StopReading.objects.exists()


def test_nobody_else_reads_it(as_amira):
    talk = heard("please stop texting me")

    with pytest.raises(PermissionDenied):
        services.is_something_else(
            talk=talk, text=IncomingText.objects.get(), by=make_user(talk.department), now=NOW
        )
