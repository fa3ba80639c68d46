"""A text that says STOP among other words: its user reads it, and says what it asks for."""

import pytest
from django.urls import reverse

from accounts.tests.make import make_department, make_user
from inbound.tests.make import NUMBER, PHONE, make_number
from inbound.tests.twoway.talking import heard, open_thread
from messaging.incoming.models import IncomingText
from messaging.senders.models import OptOut

pytestmark = pytest.mark.django_db

PRESS = "They want no more texts"


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
