"""A carrier's client that somebody else wrote: Kannel, before the simulator's SMPP server."""

import pytest
from django.utils import timezone

from messaging.carriers.models import SimulatedKind, SimulatedText
from messaging.carriers.simulator import services as handset
from messaging.tests.carriers.simulator.kannel import Kannel
from smsportal.tests.processes import within

pytestmark = pytest.mark.kannel

PHONE = "447700900100"
DELIVERED, NOT_DELIVERED, TAKEN = 1, 2, 8


@pytest.fixture
def kannel(playing, tmp_path):
    kannel = Kannel(playing.port, tmp_path)
    yield kannel
    kannel.stop()


def on_phone():
    rows = SimulatedText.objects.filter(kind=SimulatedKind.TO_PHONE).order_by("pk")
    return [(row.number, row.peer, row.body, row.part_count) for row in rows]


@pytest.mark.parametrize(
    ("words", "coding", "parts"),
    [
        ("Lecture moved: £5 {deposit} for @ll", "0", 1),
        ("The practical in room 7 moves to room 12. " * 8, "0", 3),
        ("Ω συνάντηση 😀 " * 4, "2", 1),
        ("Ω συνάντηση 😀 " * 12, "2", 3),
    ],
    ids=["short", "long", "ucs-2", "long ucs-2"],
)
def test_its_texts_are_on_the_phone_as_they_were_written_and_it_hears_of_them(
    kannel, words, coding, parts
):
    kannel.send(PHONE, words, coding=coding)

    assert within(15, lambda: DELIVERED in kannel.reports(PHONE)), kannel.log()
    assert on_phone() == [(f"+{PHONE}", "+447700900950", words, parts)]
    assert TAKEN in kannel.reports(PHONE)


def test_it_hears_that_a_text_was_not_delivered(kannel):
    kannel.send("447700900901", "Are you there?")

    assert within(15, lambda: NOT_DELIVERED in kannel.reports("447700900901")), kannel.log()


def test_what_is_typed_on_a_phone_reaches_it(kannel):
    handset.reply(
        number="+447700900100", to="+447700900950", body="Yes, see you", now=timezone.now()
    )

    assert within(15, lambda: [path for path, _ in kannel.told] == ["/text"]), kannel.log()
    [(_, text)] = kannel.told
    assert (text["from"], text["to"], text["words"]) == (
        "+447700900100", "+447700900950", "Yes, see you",
    )  # fmt: skip
    assert within(5, lambda: SimulatedText.objects.get().next_due_at is None)


def test_when_the_simulator_was_away_it_comes_back_by_itself(kannel, playing, carrier):
    playing.stop()
    kannel.send(PHONE, "After the break")
    again = type(playing)(carrier, playing.port)
    try:
        assert within(30, lambda: DELIVERED in kannel.reports(PHONE)), kannel.log()
    finally:
        again.stop()

    assert [body for _, _, body, _ in on_phone()] == ["After the break"]
