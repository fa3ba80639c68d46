"""The sender process from a waiting text to a final state, with the simulator as its carrier."""

import asyncio
import datetime as dt
from functools import partial

import pytest
from django.utils import timezone

from accounts.tests.make import make_user
from messaging.carriers.models import SimulatedKind, SimulatedText
from messaging.carriers.registry import adapter_for
from messaging.management.commands.sender import _hand_over
from messaging.sending.engine.sender import Sender
from messaging.sending.models import Message
from messaging.tests.make import make_queued, make_simulator

pytestmark = pytest.mark.django_db(transaction=True)

QUICK = {"delivery_seconds": [0, 0], "answer_seconds": 0.2}


def sender_of(carrier, tmp_path):
    return Sender(
        carrier,
        adapter_for,
        journal_path=tmp_path / "journal",
        hand_over=partial(_hand_over, carrier),
    )


async def run_until(sender, is_done, seconds=20):
    async def watch():
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + seconds
        while not await loop.run_in_executor(sender.line, is_done):
            assert loop.time() < give_up_at, "it did not come to that in time"
            await asyncio.sleep(0.02)
        sender.stop()

    async with asyncio.TaskGroup() as group:
        group.create_task(sender.run())
        group.create_task(watch())


def states():
    return sorted(Message.objects.values_list("state", flat=True))


def fresh(person, numbers, **fields):
    now = timezone.now()
    until = now + dt.timedelta(hours=1)
    return make_queued(person, numbers, next_at=now, valid_until=until, **fields)


def test_waiting_texts_become_delivered(tmp_path):
    carrier = make_simulator(settings=QUICK)
    fresh(make_user(), [f"+44770090000{n}" for n in range(10)])

    asyncio.run(run_until(sender_of(carrier, tmp_path), lambda: set(states()) == {"delivered"}))

    assert states() == ["delivered"] * 10
    assert SimulatedText.objects.filter(kind=SimulatedKind.TO_PHONE).count() == 10
