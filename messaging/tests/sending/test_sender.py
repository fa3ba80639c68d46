"""The sender from a waiting text to a final state, with the simulator as its carrier."""

import asyncio
import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import connection
from django.utils import timezone

from accounts.tests.make import make_operator, make_user
from messaging.carriers.models import SimulatedKind, SimulatedText
from messaging.carriers.registry import adapter_for
from messaging.carriers.simulator import services as handset
from messaging.history.queries import progress
from messaging.incoming.models import IncomingText
from messaging.management.commands.sender import hand_over
from messaging.operations import services as operations
from messaging.operations.engine import beat
from messaging.operations.models import Heartbeat
from messaging.sending import services
from messaging.sending.engine import claims
from messaging.sending.engine.hold import HeldElsewhere, Hold
from messaging.sending.engine.invariants import broken
from messaging.sending.engine.sender import Sender
from messaging.sending.models import Attempt, Batch, Message, Receipt
from messaging.sending.states import Lane
from messaging.tests.make import make_queued, make_simulator

pytestmark = pytest.mark.django_db(transaction=True)

QUICK = {"delivery_seconds": [0, 0], "answer_seconds": 0.2}


def sender_of(carrier, tmp_path, **replaced):
    doors = {
        "hand_over": partial(hand_over, carrier),
        "heartbeat": partial(beat, f"sender:{carrier.name}"),
        **replaced,
    }
    return Sender(carrier, adapter_for, journal_path=tmp_path / "journal", **doors)


def run_until(sender, is_done, seconds=60):
    async def watch():
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + seconds
        with ThreadPoolExecutor(max_workers=1) as eye:  # a sender may end by itself, with its own
            while not await loop.run_in_executor(eye, is_done):
                assert loop.time() < give_up_at, "it did not come to that in time"
                await asyncio.sleep(0.02)
            eye.submit(lambda: connection.close())  # named here, it would be this thread's own
        sender.stop()

    async def both():
        async with asyncio.TaskGroup() as group:
            group.create_task(sender.run())
            group.create_task(watch())

    asyncio.run(both())


def make_fresh(person, numbers, **fields):
    now = timezone.now()
    until = now + dt.timedelta(hours=1)
    return make_queued(person, numbers, next_at=now, valid_until=until, **fields)


def states():
    return dict(Message.objects.order_by("number").values_list("number", "state"))


def is_all(state):
    return lambda: set(states().values()) == {state}


def test_waiting_texts_become_delivered_and_the_carrier_has_each_once(tmp_path):
    texts = make_fresh(make_user(), [f"+4477009001{n:02}" for n in range(30)])

    run_until(sender_of(make_simulator(settings=QUICK), tmp_path), is_all("delivered"))

    carried = SimulatedText.objects.filter(kind=SimulatedKind.TO_PHONE)
    assert sorted(carried.values_list("reference", flat=True)) == sorted(t.uid.hex for t in texts)
    sent = Message.objects.filter(accepted_at__isnull=False, accepted_part_count=1)
    assert sent.count() == 30
    assert Heartbeat.objects.filter(name="sender:simulator").count() == 1


def test_each_practice_number_ends_as_its_last_digit_says(tmp_path):
    make_fresh(
        make_user(),
        [f"+44770090090{digit}" for digit in "0136789"],
        sender="+447700900950",
        sender_kind="number",
    )
    expected = {
        "+447700900900": "delivered",
        "+447700900901": "undelivered",
        "+447700900903": "delivered",
        "+447700900906": "submitted",
        "+447700900907": "undelivered",
        "+447700900908": "queued",
        "+447700900909": "delivered",
    }

    def is_done():
        return states() == expected and IncomingText.objects.exists()

    run_until(sender_of(make_simulator(settings=QUICK), tmp_path), is_done)

    reasons = dict(Message.objects.exclude(reason="").values_list("number", "reason"))
    assert reasons == {"+447700900901": "dead", "+447700900907": "blocked"}
    busy = Message.objects.get(number="+447700900908")
    assert busy.why.startswith("the network is busy, next try at ")
    assert list(IncomingText.objects.values_list("from_number", "to_number", "body")) == [
        ("+447700900903", "+447700900950", "YES")
    ]


def test_the_receipt_that_came_before_its_answer_is_kept_and_found(tmp_path):
    make_fresh(make_user(), ["+447700900919"])

    run_until(sender_of(make_simulator(settings=QUICK), tmp_path), is_all("delivered"))

    assert Receipt.objects.filter(applied_at__isnull=False).count() == 1


def test_lost_answers_are_never_sent_again_and_cleared_up_by_the_receipts(tmp_path):
    make_fresh(make_user(), [f"+4477009001{n:02}" for n in range(20)])
    carrier = make_simulator(settings={**QUICK, "lose_answers_percent": 100})

    run_until(sender_of(carrier, tmp_path), is_all("delivered"))

    assert SimulatedText.objects.count() == 20
    assert Attempt.objects.filter(phase="ambiguous", code="no_answer").count() == 20


def test_lost_answers_and_lost_receipts_leave_texts_that_may_have_been_sent(tmp_path):
    make_fresh(make_user(), [f"+4477009001{n:02}" for n in range(5)])
    faults = {**QUICK, "lose_answers_percent": 100, "drop_receipts_percent": 100}

    run_until(sender_of(make_simulator(settings=faults), tmp_path), is_all("unknown"))

    assert SimulatedText.objects.count() == 5
    assert Message.objects.filter(maybe_sent=True).count() == 5


def test_a_carrier_that_says_too_fast_gets_every_text_once_more_slowly(tmp_path):
    make_fresh(make_user(), [f"+4477009001{n:02}" for n in range(30)])
    carrier = make_simulator(settings={**QUICK, "throttle_per_second": 20})

    run_until(sender_of(carrier, tmp_path), is_all("delivered"), seconds=40)

    assert SimulatedText.objects.count() == 30


def test_a_paused_carrier_takes_nothing_until_it_goes_on(tmp_path):
    carrier = make_simulator(settings=QUICK, paused_at=timezone.now())
    make_fresh(make_user(), ["+447700900100"])

    def is_told_why():
        return Message.objects.exclude(why="").exists()

    run_until(sender_of(carrier, tmp_path), is_told_why)
    assert (states(), SimulatedText.objects.count()) == ({"+447700900100": "queued"}, 0)

    carrier.paused_at = None
    carrier.save()
    run_until(sender_of(carrier, tmp_path), is_all("delivered"))


def test_a_batch_is_released_when_its_second_comes(tmp_path):
    now = timezone.now()
    texts = make_queued(
        make_user(),
        ["+447700900100"],
        state="scheduled",
        next_at=now,
        valid_until=now + dt.timedelta(hours=1),
    )
    Batch.objects.filter(pk=texts[0].batch_id).update(
        state="scheduled", send_at=now, released_at=None
    )

    run_until(sender_of(make_simulator(settings=QUICK), tmp_path), is_all("delivered"))

    assert states() == {"+447700900100": "delivered"}


def test_a_message_is_paused_gone_on_with_and_stopped_while_a_sender_runs(tmp_path):
    user = make_user()
    numbers = [f"+4477009001{n:02}" for n in range(60)]
    batch = make_fresh(user, numbers)[0].batch
    # Five a second: each of the three finds some gone and some waiting.
    sender = sender_of(make_simulator(settings=QUICK, texts_per_second=5), tmp_path)
    seen = []

    def gone():
        return SimulatedText.objects.count()

    def is_done():
        step = len(seen)
        if step == 0 and gone() >= 3:
            services.pause(batch=batch, by=user, now=timezone.now())
            seen.append(timezone.now())
        elif step == 1 and timezone.now() - seen[0] > dt.timedelta(seconds=1):
            seen.append(gone())
        elif step == 2 and timezone.now() - seen[0] > dt.timedelta(seconds=2.5):
            assert gone() == seen[1]  # not one more, a second after the pause
            services.resume(batch=batch, by=user, now=timezone.now())
            seen.append(0)
        elif step == 3 and gone() >= seen[1] + 3:
            services.stop(batch=batch, by=user, now=timezone.now())
            seen.append(0)
        if step >= 4:
            batch.refresh_from_db()
            numbers = progress(batch)
            four = (numbers.sent, numbers.on_the_way, numbers.maybe_sent, numbers.never_sent)
            assert sum(four) == 60
            seen.append(four)
            return set(states().values()) == {"delivered", "cancelled"}
        return False

    run_until(sender, is_done)

    delivered = Message.objects.filter(state="delivered").count()
    assert 6 <= delivered < 30
    assert seen[-1] == (delivered, 0, 0, 60 - delivered)
    assert SimulatedText.objects.count() == delivered
    assert broken(now=timezone.now()) == {}


def test_the_switch_holds_a_sender_within_a_second_and_lets_it_go_on(tmp_path):
    operator = make_operator()
    make_fresh(make_user(), [f"+4477009001{n:02}" for n in range(20)])
    sender = sender_of(make_simulator(settings=QUICK, texts_per_second=5), tmp_path)
    seen = []

    def is_done():
        now = timezone.now()
        if not seen and SimulatedText.objects.count() >= 3:
            operations.stop_everything(reason="Repeats", by=operator, now=now)
            seen.append(now)
        elif len(seen) == 1 and now - seen[0] > dt.timedelta(seconds=1):
            seen.append(SimulatedText.objects.count())
        elif len(seen) == 2 and now - seen[0] > dt.timedelta(seconds=2.5):
            seen.append(SimulatedText.objects.count())
            operations.start_again(by=operator, now=now)
        return len(seen) == 3 and set(states().values()) == {"delivered"}

    run_until(sender, is_done)

    assert seen[1] == seen[2] < 20
    assert SimulatedText.objects.count() == 20


@pytest.mark.parametrize("lane", [Lane.INTERACTIVE, Lane.BULK])
def test_what_is_being_claimed_when_a_sender_stops_is_given_back(tmp_path, monkeypatch, lane):
    make_fresh(make_user(), [f"+4477009001{n:02}" for n in range(10)], lane=lane)
    sender = sender_of(make_simulator(settings=QUICK), tmp_path)
    take, loops = claims.take, []

    async def stop():
        sender.stop()
        for _ in range(100):  # all that goes on without the claim has its turns
            await asyncio.sleep(0)

    def take_while_it_stops(*args, **kwargs):
        texts = take(*args, **kwargs)
        assert len(texts) == 10
        asyncio.run_coroutine_threadsafe(stop(), loops[0]).result(timeout=10)
        return texts

    async def run():
        loops.append(asyncio.get_running_loop())
        await sender.run()

    monkeypatch.setattr(claims, "take", take_while_it_stops)
    asyncio.run(run())

    assert states() == {f"+4477009001{n:02}": "queued" for n in range(10)}
    assert not SimulatedText.objects.exists()
    assert broken(now=timezone.now()) == {}


def test_a_second_sender_for_one_carrier_refuses_to_start(tmp_path):
    carrier = make_simulator()

    async def start_twice():
        first = Hold("sender-simulator")
        await first.take()
        try:
            await sender_of(carrier, tmp_path).run()
        finally:
            await first.release()

    with pytest.raises(HeldElsewhere):
        asyncio.run(start_twice())


def test_a_reply_is_not_forgotten_by_the_carrier_before_it_is_stored(tmp_path):
    carrier = make_simulator(settings=QUICK)
    now = timezone.now()
    handset.reply(number="+447700900100", to="+447700900950", body="On my way", now=now)

    def fail(_):
        raise RuntimeError("the sender dies here")

    with pytest.raises(ExceptionGroup):
        run_until(sender_of(carrier, tmp_path, hand_over=fail), lambda: False)
    assert IncomingText.objects.count() == 0

    run_until(sender_of(carrier, tmp_path), IncomingText.objects.exists)
    assert list(IncomingText.objects.values_list("body", flat=True)) == ["On my way"]
