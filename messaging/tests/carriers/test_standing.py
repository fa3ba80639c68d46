"""What is said of a carrier, by what its sender wrote down last."""

import datetime as dt

import pytest

from messaging.carriers.models import Carrier, CarrierHealth
from messaging.carriers.standing import LINE, standing, why_waiting

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 5, 12, 12, 45, tzinfo=dt.UTC)  # 1:45pm in London
SINCE = NOW - dt.timedelta(minutes=10)
WELL = {"is_ready": True, "connected_count": 2, "connection_count": 2}
DOWN = {
    "down_since": SINCE,
    "connection_count": 2,
    "problem": "the carrier refuses the account (0x0D)",
    "problem_since": SINCE,
}


def make_carrier(name="tallis", health=None, **fields):
    carrier = Carrier.objects.create(name=name, kind="smpp", **fields)
    if health is not None:
        CarrierHealth.objects.create(carrier=carrier, **{"at": NOW, **health})
    return Carrier.objects.select_related("health").get(pk=carrier.pk)


def said(carrier):
    how = standing(carrier, NOW)
    return how.key, how.words, how.why


@pytest.mark.parametrize(
    ("health", "expected"),
    [
        (WELL, ("healthy", "Working", "")),
        (
            {**WELL, "connected_count": 1},
            ("slow", "Working, 1 of 2 connected", ""),
        ),
        (
            {**WELL, "is_slowed": True},
            (
                "slow",
                "Slowed down",
                "The carrier asked us to go slower. We speed up again by and by.",
            ),
        ),
        ({"connection_count": 2}, ("standby", "Connecting", "")),
        (
            DOWN,
            (
                "down",
                "Not connected",
                "Since today at 1:35pm: the carrier refuses the account (0x0D).",
            ),
        ),
        ({**WELL, **DOWN, "down_since": None, "problem_over_at": NOW}, ("healthy", "Working", "")),
        ({**WELL, "at": NOW - dt.timedelta(seconds=45)}, ("healthy", "Working", "")),
        (
            {**WELL, "at": NOW - dt.timedelta(seconds=46)},
            (
                "down",
                "Not answering",
                "Its sender was last heard of today at 1:44pm. Its texts wait, and nothing is "
                "lost.",
            ),
        ),
    ],
)
def test_a_carrier_is_as_its_sender_says(health, expected):
    assert said(make_carrier(health=health)) == expected


def test_a_silent_sender_is_started_again_by_the_words_on_the_page():
    silent = make_carrier(health={**WELL, "at": SINCE})

    assert standing(silent, NOW).advice == (
        "Start it again on its machine: systemctl restart smsportal-sender@tallis. "
        "What it said last: journalctl -u smsportal-sender@tallis"
    )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Not started"),
        ({"paused_at": SINCE}, "Paused"),
        ({"paused_at": SINCE, "is_enabled": False}, "Switched off"),
    ],
)
def test_what_people_did_to_it_comes_first(fields, words):
    assert standing(make_carrier(**fields), NOW).words == words


def test_texts_wait_for_a_line_that_is_down_altogether():
    later = NOW - dt.timedelta(minutes=5)
    carriers = [make_carrier("one", DOWN), make_carrier("two", {**DOWN, "down_since": later})]

    assert why_waiting(carriers, NOW) == f"{LINE}is down since 1:40pm; we keep trying"


def test_one_carrier_that_is_ready_is_enough():
    assert why_waiting([make_carrier("one", DOWN), make_carrier("two", WELL)], NOW) == ""


def test_the_line_of_a_silent_sender_is_down_since_it_was_heard():
    silent = make_carrier(health={**WELL, "at": SINCE})

    assert why_waiting([silent], NOW) == f"{LINE}is down since 1:35pm; we keep trying"


def test_nothing_is_said_of_a_line_that_is_down_for_a_moment_or_of_which_nothing_is_known():
    blink = make_carrier("one", {**DOWN, "down_since": NOW - dt.timedelta(seconds=5)})

    assert why_waiting([blink], NOW) == ""
    assert why_waiting([make_carrier("two")], NOW) == ""
    assert why_waiting([], NOW) == ""


CLOSED = {
    **WELL,
    "breaker_opened_at": SINCE,
    "breaker_tries_at": NOW + dt.timedelta(minutes=3),
    "breaker_why": "10 texts in a row had no answer",
}


def test_a_carrier_that_closed_itself_says_why_and_when_it_tries_again():
    how = standing(make_carrier(health=CLOSED), NOW)

    assert (how.words, how.is_bad) == ("Closed itself", True)
    assert how.why == "It closed itself today at 1:35pm: 10 texts in a row had no answer."
    assert how.advice.startswith("It tries one text at 1:48pm, and opens again when that goes.")


def test_texts_that_wait_for_it_say_so_and_until_when():
    told = why_waiting([make_carrier("one", CLOSED)], NOW)

    assert told == f"{LINE}does not work since 1:35pm; we try one text at 1:48pm"
    assert why_waiting([make_carrier("two", CLOSED), make_carrier("three", WELL)], NOW) == ""
