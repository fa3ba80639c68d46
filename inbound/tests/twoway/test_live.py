"""The pages look again by themselves: they say what is new, and nothing where nothing is."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.tests.make import make_user
from inbound.tests.make import make_number
from inbound.tests.twoway.talking import heard
from inbound.twoway.days import heading, in_a_list
from inbound.twoway.models import Conversation
from messaging.tests.make import NOW, drama

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_amira(client):
    amira = make_user()
    make_number(amira)
    client.force_login(amira)
    return client


def looks(text):
    """What the page says when it looks again."""
    return dict(re.findall(r'"(X-\w+)": "([^"]*)"', text))


def again(client, address, headers):
    return client.get(address, headers={**headers, "HX-Request": "true"})


def test_nothing_is_said_where_nothing_is_new(as_amira):
    address = reverse("twoway:thread", args=[heard("Hello").uid])
    page = as_amira.get(address).text

    answer = again(as_amira, address, looks(page))

    assert (answer.status_code, answer.content) == (204, b"")


def test_a_new_text_is_shown_announced_and_read(as_amira):
    talk = heard("Hello")
    address = reverse("twoway:thread", args=[talk.uid])
    page = as_amira.get(address).text
    heard("Are you there?")

    answer = again(as_amira, address, looks(page))

    assert "Are you there?" in answer.text
    assert "1 new text." in answer.text
    assert 'id="texts" hx-swap-oob="innerHTML"' in answer.text
    assert "<textarea" not in answer.text
    assert Conversation.objects.get().unread_count == 0
    assert again(as_amira, address, looks(answer.text)).status_code == 204


def test_the_list_says_what_another_phone_wrote(as_amira):
    talk = heard("Hello")
    address = reverse("twoway:thread", args=[talk.uid])
    page = as_amira.get(address).text
    heard("Somebody else", phone=drama(5))

    answer = again(as_amira, address, looks(page))

    assert "Somebody else" in answer.text
    assert "new text" not in answer.text
    assert Conversation.objects.get(number=drama(5)).unread_count == 1


def test_after_some_quiet_minutes_the_page_looks_less_often_until_something_comes(as_amira):
    address = reverse("twoway:list")
    heard("Hello")
    headers = looks(as_amira.get(address).text)
    headers["X-Since"] = (timezone.now() - dt.timedelta(minutes=6)).isoformat()

    quiet = again(as_amira, address, headers)
    slow = looks(quiet.text)
    still = again(as_amira, address, slow)
    heard("Something")
    news = again(as_amira, address, slow)

    assert 'hx-trigger="every 10s"' in quiet.text
    assert 'id="conversations"' not in quiet.text
    assert still.status_code == 204
    assert 'hx-trigger="every 2s"' in news.text


@pytest.mark.parametrize("since", ["", "nonsense", "2026-13-45", "2026-05-12T14:00:00"])
def test_a_moment_that_is_none_does_no_harm(as_amira, since):
    address = reverse("twoway:list")
    headers = {**looks(as_amira.get(address).text), "X-Since": since}

    assert again(as_amira, address, headers).status_code in (200, 204)


@pytest.mark.parametrize(
    ("days", "listed", "headed"),
    [
        (0, "2:04pm", "Today"),
        (1, "Yesterday", "Yesterday"),
        (4, "Fri 8 May", "Friday 8 May"),
        (365, "Mon 12 May 2025", "Monday 12 May 2025"),
    ],
)
def test_how_long_ago_it_was_is_said_in_words(days, listed, headed):
    at = NOW - dt.timedelta(days=days)

    assert (in_a_list(at, now=NOW), heading(at, now=NOW)) == (listed, headed)
