"""What is said of a carrier, by what its sender wrote down last."""

import datetime as dt

import pytest

from accounts.tests.make import make_user
from messaging.carriers.models import Carrier, CarrierHealth
from messaging.carriers.standing import LINE, may_take, standing, why_waiting
from messaging.sending.engine import router
from messaging.sending.models import Message
from messaging.tests.make import make_queued

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


@pytest.mark.parametrize(
    "carriers",
    [
        [],
        [("real", False, True)],
        [("sandbox", True, True)],
        [("sandbox", True, True), ("real", False, True)],
        [("sandbox", True, True), ("real", False, False)],
        [("sandbox", True, False), ("real", False, True)],
        [("one", False, True), ("two", False, True)],
    ],
)
def test_who_may_take_a_text_is_what_the_router_says(carriers):
    rows = [
        Carrier.objects.create(name=name, kind="smpp", is_sandbox=sandbox, is_enabled=enabled)
        for name, sandbox, enabled in carriers
    ]
    user = make_user()
    texts = {
        True: make_queued(user, ["+447700900001"])[0].pk,
        False: make_queued(user, ["+447400000001"])[0].pk,
    }
    for is_practice, pk in texts.items():
        routed = {
            row.pk
            for row in rows
            if row.is_enabled and router.for_carrier(row).filter(pk=pk).exists()
        }

        assert {carrier.pk for carrier in may_take(rows, is_practice)} == routed
    assert Message.objects.count() == 2


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
