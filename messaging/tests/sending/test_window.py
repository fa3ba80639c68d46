"""Who is on the wire, and what is claimed ahead."""

import datetime as dt

import pytest

from messaging.carriers.base import OutgoingText
from messaging.sending.engine.window import AHEAD_SECONDS, Claimed, Window, kept_free

UNTIL = dt.datetime(2026, 5, 13, 13, 0, tzinfo=dt.UTC)


def claimed(*ids, can_wait=True):
    return [
        Claimed(
            OutgoingText(n, 1, f"ref{n}", "+447700900123", "PHYSICS", "Hello", 1, UNTIL, can_wait),
            epoch=1,
            at=0.0,
        )
        for n in ids
    ]


def ids(texts):
    return [each.text.message_id for each in texts]


def keys(*ids):
    return [(n, 1) for n in ids]


@pytest.mark.parametrize(
    ("size", "kept"), [(1, 0), (4, 0), (5, 1), (20, 1), (50, 2), (100, 5), (1000, 50)]
)
def test_a_few_places_are_kept_for_what_cannot_wait(size, kept):
    assert kept_free(size) == kept


def test_bulk_leaves_the_kept_places_to_what_cannot_wait():
    window = Window(10)
    window.put(claimed(*range(12)))
    window.put(claimed(90, 91, can_wait=False))

    assert ids(window.go()) == [90, 91, 0, 1, 2, 3, 4, 5, 6]
    assert window.go() == []
    assert window.free == 1

    window.put(claimed(92, 93, can_wait=False))

    assert ids(window.go()) == [92]


def test_a_place_that_frees_goes_to_what_cannot_wait_first():
    window = Window(5)
    window.put(claimed(*range(6)))
    window.put(claimed(90, can_wait=False))
    window.go()
    window.put(claimed(91, can_wait=False))

    window.leave(keys(0), at=1.0)

    assert ids(window.go()) == [91]


def test_nothing_is_claimed_ahead_of_a_wire_from_which_nothing_leaves():
    window = Window(100)
    window.put(claimed(*range(95)))
    window.go()

    assert window.free_for_bulk(at=10.0) == 0


def test_as_much_is_claimed_ahead_as_leaves_in_a_moment():
    window = Window(20)
    for turn in range(20):
        window.put(claimed(*range(19)))
        window.go()
        window.leave(keys(*range(19)), at=turn * 0.05)
    window.put(claimed(*range(19)))
    window.go()

    assert window.free_for_bulk(at=1.0) == int(380 * AHEAD_SECONDS) == 76

    window.put(claimed(*range(100, 139)))

    assert window.free_for_bulk(at=1.0) == 0  # less than half
    assert Window(20).free_for_bulk(at=1.0) == 19


def test_room_is_not_worth_a_claim_before_a_quarter_of_the_window_is_free():
    window = Window(100)
    window.put(claimed(*range(71)))
    window.go()

    assert window.free_for_bulk(at=10.0) == 0

    window.leave(keys(0), at=1.0)

    assert window.free_for_bulk(at=10.0) == 25


def test_after_a_claim_another_is_made_at_once_only_where_there_is_room_for_it():
    window = Window(100)
    window.put(claimed(*range(60)))
    window.go()

    assert window.wants_more(at=10.0)

    window.put(claimed(*range(60, 90)))
    window.go()

    assert not window.wants_more(at=10.0)

    window.put(claimed(90, can_wait=False))

    assert window.wants_more(at=10.0)  # there may be more of them, and they do not wait


def test_what_was_claimed_ahead_is_given_back_and_what_is_on_the_wire_is_not():
    window = Window(5)
    window.put(claimed(*range(6)))
    window.go()

    assert ids(window.give_back()) == [4, 5]
    assert window.go() == []
    assert window.on_wire == set(keys(0, 1, 2, 3))


def test_at_the_end_what_cannot_wait_is_given_back_too():
    window = Window(5)
    window.put(claimed(*range(5)))
    window.go()
    window.put(claimed(90, 91, can_wait=False))
    window.go()

    assert ids(window.give_all_back()) == [91, 4]
    assert window.go() == []
    assert window.on_wire == set(keys(0, 1, 2, 3, 90))


def test_who_leaves_twice_frees_one_place():
    window = Window(5)
    window.put(claimed(0, 1))
    window.go()

    window.leave(keys(0), at=1.0)
    window.leave(keys(0), at=1.0)

    assert window.free == 4
