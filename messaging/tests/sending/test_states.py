"""One table of words for everything that can be true of a text."""

from types import SimpleNamespace

import pytest

from messaging.sending.states import FINAL, GOES_BY_ITSELF, LEGAL, State, Undelivered, words_for
from messaging.tests.make import NOW
from messaging.text import refusals
from smsportal.templatetags.ui import STATUS

HAD = "Sent, waiting for the network"


def text(state, reason="", why="", accepted_at=None, maybe_sent=False):
    return SimpleNamespace(
        state=state, reason=reason, why=why, accepted_at=accepted_at, maybe_sent=maybe_sent
    )


@pytest.mark.parametrize(
    ("kept", "key", "words", "is_final", "charged"),
    [
        (text("scheduled"), "scheduled", "Scheduled", False, "No"),
        (text("queued"), "queued", "Waiting", False, "No"),
        (text("queued", why="the network is busy, next try at 2:05pm"), "queued",
         "Waiting: the network is busy, next try at 2:05pm", False, "No"),
        (text("sending"), "sending", "Sending", False, "No"),
        (text("submitted", accepted_at=NOW), "submitted", HAD, False, "Yes"),
        (text("unknown"), "unknown", "May have been sent. We have not resent it", False,
         "Not yet"),
        (text("unconfirmed"), "unconfirmed", "No report from the network", False, "Not yet"),
        (text("unconfirmed", accepted_at=NOW), "unconfirmed", "No report from the network", False,
         "Yes"),
        (text("delivered"), "delivered", "Delivered", True, "Yes"),
        (text("undelivered", "absent"), "absent", "Phone off or full", True, "Yes"),
        (text("undelivered", "dead"), "dead", "Number does not work", True, "Yes"),
        (text("undelivered", "blocked"), "blocked", "Blocked by network", True, "Yes"),
        (text("failed", why="no such sender"), "failed",
         "Not sent: our problem (no such sender)", True, "No"),
        (text("expired"), "expired", "Not sent: our problem (it waited too long)", True, "No"),
        (text("cancelled"), "cancelled", "Cancelled", True, "No"),
        (text("cancelled", "opted_out"), "not_sent", "Not sent: opted out", True, "No"),
        (text("cancelled", "stopped"), "not_sent", "Not sent: stopped", True, "No"),
    ],
)  # fmt: skip
def test_each_state_is_said_in_the_words_of_the_table(kept, key, words, is_final, charged):
    shown = words_for(kept)

    assert (shown.key, shown.words, shown.is_final, shown.charged) == (
        key, words, is_final, charged,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kept", "what_now"),
    [
        (text("queued"), ""),
        (text("queued", why=refusals.SLOWER), GOES_BY_ITSELF),
        (text("queued", why=refusals.SLOWER, maybe_sent=True), ""),
        (text("failed", why="it is too long"), "Send it again. You do not pay for this one."),
        (text("failed", why=refusals.NUMBER),
         "Check the number with the person and correct it in Contacts. "
         "You do not pay for this one."),
    ],
)  # fmt: skip
def test_what_a_person_can_do_follows_from_why(kept, what_now):
    assert words_for(kept).next_step == what_now


def test_every_state_has_words_and_a_picture():
    kept = [text(state) for state in State if state != State.UNDELIVERED]
    kept += [text("undelivered", reason) for reason in Undelivered]

    assert {words_for(each).key for each in kept} - set(STATUS) == set()


def test_what_is_final_stays_final_but_for_a_phone_that_comes_back():
    assert {state: LEGAL.get(state, frozenset()) for state in FINAL} == {
        State.DELIVERED: frozenset(),
        State.UNDELIVERED: frozenset({State.DELIVERED}),
        State.FAILED: frozenset(),
        State.EXPIRED: frozenset(),
        State.CANCELLED: frozenset(),
    }
