"""Pause and stop on the page of a message, in words, for its sender and for who looks on."""

import re

import pytest
from django.urls import reverse

from accounts.tests.make import make_admin, make_user
from messaging.sending import services
from messaging.sending.engine import release
from messaging.sending.models import Batch
from messaging.tests.make import NOW, make_batch, make_simulator

pytestmark = pytest.mark.django_db


def running(user, people=4):
    batch = make_batch(user, people=people)
    release.release_due(now=NOW)
    return batch


def press(client, batch, deed):
    return client.post(reverse(f"history:{deed}", args=[batch.uid]))


def page(client, batch, **query):
    return client.get(reverse("history:batch", args=[batch.uid]), query)


def buttons(answer):
    deeds = re.search(r'id="deeds".*?</div>', answer.text, re.S)
    found = re.findall(r"<button[^>]*>(.*?)</button>", deeds[0], re.S) if deeds else []
    return [re.sub(r"<svg.*?</svg>", "", words).strip() for words in found]


def numbers(answer):
    sums = re.search(r'<dl class="adds">.*?</dl>', answer.text, re.S)[0]
    sums = re.sub(r"<span[^>]*>.</span>", "", sums)
    return [int(number) for number in re.findall(r"<dd>(\d+)</dd>", sums)]


def test_a_running_message_can_be_paused_gone_on_with_and_stopped(client):
    user = make_user()
    batch = running(user)
    client.force_login(user)
    offered = [buttons(page(client, batch))]

    for deed in ("pause", "resume", "pause", "stop"):
        assert press(client, batch, deed).status_code == 302
        offered.append(buttons(page(client, batch)))

    going = ["Use again", "Pause", "Stop sending the rest"]
    waiting = ["Use again", "Send the rest", "Stop sending the rest"]
    stopped = ["Use again", "New message to the 4 not sent"]
    assert offered == [going, waiting, going, waiting, stopped]


def test_the_page_of_a_paused_message_says_who_when_what_waits_and_until_when(client):
    user = make_user(name="Amira Khan")
    batch = running(user)
    services.pause(batch=batch, by=user, now=NOW)
    client.force_login(user)

    shown = page(client, batch)

    who = user.audit_name
    assert f"Paused by {who} Tuesday 12 May at 2:04pm" in shown.text
    assert "4 texts wait until you send the rest." in shown.text
    assert "What has not gone by Wednesday 13 May at 2:04pm is too old" in shown.text
    assert shown.text.count(f"Waiting: paused by {who} at 2:04pm") == 4


def test_a_stopped_message_adds_up_before_the_reader(client):
    user, carrier = make_user(), make_simulator()
    batch = running(user, people=10)
    taken = {"carrier": carrier, "accepted_at": NOW, "accepted_part_count": 1, "final_at": NOW}
    change = batch.messages.filter
    change(row_no=0).update(state="delivered", **taken)
    change(row_no=1).update(state="undelivered", reason="dead", **taken)
    change(row_no=2).update(state="sending", lease_until=NOW)
    change(row_no=3).update(state="unknown", maybe_sent=True)
    change(row_no=4).update(state="unconfirmed", maybe_sent=True)
    change(row_no=5).update(state="unconfirmed", **taken)
    change(row_no=6).update(state="failed", why="no such sender", final_at=NOW)
    services.stop(batch=batch, by=user, now=NOW)
    client.force_login(user)

    shown = page(client, batch)
    not_sent = page(client, batch, show="not_sent")

    assert numbers(shown) == [3, 1, 2, 4, 10]
    assert "3 stopped, 1 for another reason." in shown.text
    assert "10.5p charged of 35p." in shown.text
    assert not_sent.text.count("Not sent: stopped") == 3


def test_a_stale_page_is_told_what_is_so(client):
    user = make_user()
    batch = running(user)
    Batch.objects.update(state="finished", finished_at=NOW)
    client.force_login(user)

    for deed, words in (("pause", "paused"), ("resume", "gone on with"), ("stop", "stopped")):
        answer = press(client, batch, deed)
        assert answer.status_code == 409
        assert f"nothing of it waits, so it cannot be {words}." in answer.text


def test_the_admin_looks_on_and_has_no_buttons(client):
    user = make_user()
    batch = running(user)
    services.pause(batch=batch, by=user, now=NOW)
    client.force_login(make_admin(user.department))

    shown = page(client, batch)

    assert f"4 texts wait until {user.name} sends the rest." in shown.text
    assert buttons(shown) == []
    assert [press(client, batch, deed).status_code for deed in ("pause", "resume", "stop")] == [
        403,
        403,
        403,
    ]


def test_what_waits_is_told_apart_from_what_is_in_hand_while_paused(client):
    user = make_user()
    batch = running(user)
    batch.messages.filter(row_no=0).update(state="sending", lease_until=NOW)
    services.pause(batch=batch, by=user, now=NOW)
    client.force_login(user)

    waiting = page(client, batch, show="waiting")
    in_hand = page(client, batch, show="in_hand")

    assert waiting.text.count('<th scope="row">') == 3
    assert in_hand.text.count('<th scope="row">') == 1


def test_paused_and_stopped_messages_are_found_by_their_state(client):
    user = make_user()
    first, second = running(user), running(user)
    services.pause(batch=first, by=user, now=NOW)
    services.stop(batch=second, by=user, now=NOW)
    client.force_login(user)

    for status, batch in (("paused", first), ("stopped", second)):
        answer = client.get(reverse("history:list"), {"status": status})
        assert [found.pk for found in answer.context["page"]] == [batch.pk]
