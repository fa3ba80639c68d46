"""Whose texts go first."""

import datetime as dt
from collections import Counter

import pytest

from accounts.tests.make import make_department, make_user
from messaging.routes import queries as routes
from messaging.sending.engine import claims
from messaging.sending.models import Batch, Message
from messaging.sending.states import Lane
from messaging.tests.make import NOW, drama, make_queued, make_simulator

pytestmark = pytest.mark.django_db


def many(person, count, **fields):
    return make_queued(person, [drama(n) for n in range(count)], **fields)


def take(carrier, free=50, now=NOW, **more):
    return claims.take(carrier, free, now=now, **more)


def whose(texts):
    ids = [text.message_id for text in texts]
    return Counter(Message.objects.filter(pk__in=ids).values_list("department_id", flat=True))


def test_a_claimed_text_is_in_one_hand_only():
    carrier = make_simulator()
    many(make_user(), 5)

    first, second = take(carrier, 3), take(carrier, 50)

    assert len(first) == 3
    assert sorted(t.message_id for t in first + second) == sorted(
        Message.objects.values_list("pk", flat=True)
    )
    assert take(carrier) == []
    assert set(Message.objects.values_list("state", "attempt_count", "carrier_id")) == {
        ("sending", 1, carrier.pk)
    }


def test_a_claimed_text_carries_what_is_said_and_by_whom():
    message = make_queued(make_user(), ["+447700900123"], body="Dear Ada")[0]
    plain = make_queued(make_user(), ["+447700900124"])[0]

    texts = {text.message_id: text for text in take(make_simulator())}

    told = texts[message.pk]
    assert (told.number, told.sender, told.body) == ("+447700900123", "PHYSICS", "Dear Ada")
    assert told.reference == message.uid.hex
    assert texts[plain.pk].body == "Hello"


def test_a_small_department_is_not_starved_by_a_big_one():
    big, small = make_user(), make_user()
    many(big, 100)
    many(small, 4)

    texts = take(make_simulator(window=100), 20)

    assert whose(texts) == {big.department_id: 16, small.department_id: 4}


@pytest.mark.parametrize(
    ("texts", "room", "shares"),
    [
        ({"a": [100], "b": [100]}, 20, {"a": [10], "b": [10]}),
        ({"a": [100], "b": [4]}, 20, {"a": [16], "b": [4]}),
        ({"a": [3, 100], "b": [100]}, 20, {"a": [3, 7], "b": [10]}),
        ({"a": [100], "b": [1], "c": [2]}, 6, {"a": [3], "b": [1], "c": [2]}),
        ({"a": [5], "b": [5], "c": [5]}, 2, {"a": [1], "b": [1], "c": []}),
        ({"a": [5]}, 0, {"a": []}),
        ({}, 20, {}),
    ],
)
def test_each_department_gets_its_share_and_what_the_others_leave(texts, room, shares):
    owners = {name: n for n, name in enumerate(texts)}
    waiting = [
        claims.Waiting(100 * owners[name] + n, "", Lane.BULK, owners[name], count)
        for name, batches in texts.items()
        for n, count in enumerate(batches)
    ]

    got = claims.fair_shares(waiting, room=room)

    assert got == {
        (100 * owners[name] + n, ""): count
        for name, batches in shares.items()
        for n, count in enumerate(batches)
    }


def test_a_message_stopped_since_it_was_looked_at_gives_nothing():
    carrier = make_simulator()
    [text] = many(make_user(), 1)
    plan = routes.plan(now=NOW)
    ready = claims._ready(carrier, plan, NOW)
    waiting = claims._waiting(ready, plan.paths_taken_by(carrier.pk), 50)
    shares = claims.fair_shares(waiting, room=50)

    Batch.objects.update(state="stopped")

    assert shares == {(text.batch_id, text.path): 1}
    assert claims._take_shares(ready, shares, carrier, NOW) == []


def test_a_department_with_very_many_messages_does_not_stand_in_front_of_another():
    busy, other = make_user(), make_user()
    for _ in range(claims.MOST_BATCHES + 1):
        make_queued(busy)
    many(other, 2)

    texts = take(make_simulator(window=1000), 600, most=600)

    assert whose(texts) == {busy.department_id: claims.MOST_BATCHES - 1, other.department_id: 2}


def test_what_is_paused_does_not_stand_in_front_of_what_runs():
    user = make_user()
    many(user, 30)
    Batch.objects.update(state="paused")
    many(user, 5)

    assert len(take(make_simulator(window=100), 5)) == 5


def test_departments_take_turns_at_being_first():
    users = [make_user() for _ in range(3)]
    for user in users:
        many(user, 2)
    carrier = make_simulator(window=100)

    first = [whose(take(carrier, 1, turn=turn)) for turn in range(3)]

    assert first == [{user.department_id: 1} for user in users]


def test_higher_lanes_go_first_and_bulk_leaves_them_room():
    user = make_user()
    many(user, 20, lane=Lane.BULK)
    many(user, 3, lane=Lane.INTERACTIVE)
    many(user, 2, lane=Lane.EMERGENCY)

    texts = take(make_simulator(window=10), 10, free_for_bulk=8)

    lanes = Message.objects.filter(pk__in=[t.message_id for t in texts])
    assert Counter(lanes.values_list("lane", flat=True)) == {
        Lane.EMERGENCY: 2,
        Lane.INTERACTIVE: 3,
        Lane.BULK: 3,
    }


def test_bulk_is_claimed_ahead_while_no_place_is_free():
    user = make_user()
    many(user, 9, lane=Lane.BULK)
    many(user, 1, lane=Lane.INTERACTIVE)

    texts = take(make_simulator(window=10), 0, free_for_bulk=5)

    assert [text.can_wait for text in texts] == [True] * 5


def test_the_one_text_that_tries_a_carrier_waits_for_nothing():
    many(make_user(), 3, lane=Lane.BULK)

    [text] = claims.take_one(make_simulator(), now=NOW)

    assert not text.can_wait


def test_a_slow_carrier_gets_bulk_as_slowly_as_it_asks():
    many(make_user(), 9, lane=Lane.BULK)

    assert len(take(make_simulator(window=100), 100, most=2)) == 2


def test_one_that_cannot_wait_is_claimed_for_the_last_place():
    many(make_user(), 9, lane=Lane.INTERACTIVE)

    assert len(take(make_simulator(window=100), 1)) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"next_at": NOW + dt.timedelta(seconds=1)},
        {"valid_until": NOW},
        {"state": "scheduled"},
        {"maybe_sent": True},
    ],
)
def test_a_text_that_may_not_go_now_is_left(fields):
    many(make_user(), 1, **fields)

    assert take(make_simulator()) == []


@pytest.mark.parametrize("field", ["frozen_at", "closed_at"])
def test_a_department_that_may_not_send_does_not(field):
    many(make_user(make_department(**{field: NOW})), 1)

    assert take(make_simulator()) == []


@pytest.mark.parametrize("state", ["paused", "stopped", "cancelled", "held"])
def test_a_batch_that_does_not_run_is_left(state):
    many(make_user(), 1)
    Batch.objects.update(state=state)

    assert take(make_simulator()) == []
