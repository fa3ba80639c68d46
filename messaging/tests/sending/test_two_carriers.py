"""Two carriers at work, each with its own sender: what one cannot send goes by the other."""

import asyncio

import pytest
from django.utils import timezone

from accounts.tests.make import make_user
from messaging.carriers.models import CarrierHealth, SimulatedText
from messaging.routes.models import Route
from messaging.sending.engine import breaker, health
from messaging.sending.engine.breaker import Breaker
from messaging.sending.models import Message
from messaging.tests.make import make_simulator
from messaging.tests.sending.test_sender import QUICK, make_fresh, sender_of, states

pytestmark = pytest.mark.django_db(transaction=True)

SWALLOWS = {**QUICK, "lose_answers_percent": 100, "drop_receipts_percent": 100}


def run_both(senders, is_done, seconds=40):
    async def watch():
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + seconds
        while not await loop.run_in_executor(senders[0].line, is_done):
            assert loop.time() < give_up_at, "it did not come to that in time"
            await asyncio.sleep(0.05)
        for sender in senders:
            sender.stop()

    async def all_of_them():
        async with asyncio.TaskGroup() as group:
            for work in (*(sender.run() for sender in senders), watch()):
                group.create_task(work)

    asyncio.run(all_of_them())


def test_texts_go_by_the_next_when_the_first_gives_no_answers_and_doubtful_ones_stay(tmp_path):
    first = make_simulator(name="first", settings=SWALLOWS, window=12)
    second = make_simulator(name="second", settings=QUICK)
    now = timezone.now()
    for place, carrier in enumerate((first, second), 1):
        Route.objects.create(carrier=carrier, place=place)
        CarrierHealth.objects.create(carrier=carrier, at=now, is_ready=True)
    texts = make_fresh(make_user(), [f"+4477009001{n:02}" for n in range(60)])
    senders = []
    for carrier in (first, second):
        (tmp_path / carrier.name).mkdir()
        senders.append(sender_of(carrier, tmp_path / carrier.name))

    def is_settled():
        return set(states().values()) <= {"unknown", "delivered", "submitted"} and (
            "queued" not in states().values()
        )

    run_both(senders, is_settled)

    doubted = Message.objects.filter(state="unknown")
    assert set(doubted.values_list("carrier", "path")) == {(first.pk, str(first.pk))}
    assert 10 <= doubted.count() < 40
    by_second = SimulatedText.objects.filter(carrier=second)
    by_first = SimulatedText.objects.filter(carrier=first)
    twice = set(by_first.values_list("reference")) & set(by_second.values_list("reference"))
    assert twice == set()
    assert Message.objects.filter(carrier=second).count() == len(texts) - doubted.count()
    told = CarrierHealth.objects.get(carrier=first)
    assert told.breaker_why == "10 texts in a row had no answer"
    assert CarrierHealth.objects.get(carrier=second).breaker_opened_at is None


def test_a_sender_that_starts_again_is_as_careful_as_it_was():
    carrier, now = make_simulator(), timezone.now()
    before, after = Breaker(), Breaker()
    before.why, before.opened_at, before.tries_at = "it swallows texts", 100.0, 150.0
    line = health.LineState(1, 1)
    opened = health.Opened.of(before, 120.0)
    facts = health.Facts(line, True, 0, None, False, health.Counter(), breaker=opened)
    health.write(carrier.pk, facts, now=now)

    health.restore(carrier.pk, after, at=1000.0, now=now)

    assert after.why == "it swallows texts"
    assert after.tries_at == pytest.approx(1030.0, abs=0.01)
    assert after.allows(1031.0) == breaker.Allows.ONE
    health.write(carrier.pk, health.Facts(line, True, 0, None, False, health.Counter()), now=now)
    assert CarrierHealth.objects.get(carrier=carrier).breaker_opened_at is None
