"""Those who ask about the same moment are answered by one round, and nobody waits for nothing."""

import asyncio

import pytest

from messaging.relay import gathering
from messaging.relay.gathering import Gathering

pytestmark = pytest.mark.once


def answered(questions, *, expected, late=()):
    """The rounds that were worked. late: asked once somebody waits already."""
    rounds = []

    def work(asked):
        rounds.append(list(asked))
        return [question * 2 for question in asked]

    async def play():
        gathered = Gathering(
            work, name="test", most=100, at_end=lambda: None, expected=lambda: expected
        )
        first = [asyncio.ensure_future(gathered.ask(question)) for question in questions]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        more = [asyncio.ensure_future(gathered.ask(question)) for question in late]
        said = await asyncio.gather(*first, *more)
        await gathered.finish()
        return said

    assert asyncio.run(play()) == [question * 2 for question in (*questions, *late)]
    return rounds


def test_who_is_expected_is_waited_for(monkeypatch):
    monkeypatch.setattr(gathering, "PATIENCE_SECONDS", 60)

    assert answered([1, 2], expected=4, late=[3, 4]) == [[1, 2, 3, 4]]


def test_who_is_alone_does_not_wait(monkeypatch):
    monkeypatch.setattr(gathering, "PATIENCE_SECONDS", 60)

    assert answered([1], expected=1) == [[1]]


def test_who_does_not_come_is_not_waited_for_long():
    assert answered([1, 2], expected=200) == [[1, 2]]


def test_a_round_that_fails_is_told_to_all_of_it():
    def work(asked):
        raise RuntimeError("the database is gone")

    async def play():
        gathered = Gathering(work, name="test", most=100, at_end=lambda: None)
        said = await asyncio.gather(*map(gathered.ask, range(3)), return_exceptions=True)
        await gathered.finish()
        return said

    assert [type(each) for each in asyncio.run(play())] == [RuntimeError] * 3
