"""When a carrier is not worth a text, and how it is found that it is again."""

import pytest

from messaging.carriers.base import Answer, Outcome
from messaging.sending.engine.breaker import Allows, Breaker

GOOD = [Outcome.ACCEPTED, Outcome.DUPLICATE, Outcome.REFUSED, Outcome.SENDER_REFUSED]


def answer(outcome, key=(1, 1)):
    return Answer(*key, outcome)


def hear(breaker, *outcomes, at=0.0):
    breaker.heard([answer(outcome) for outcome in outcomes], at)


def opened(at=0.0):
    breaker = Breaker()
    hear(breaker, *[Outcome.AMBIGUOUS] * 10, at=at)
    return breaker


def test_ten_in_a_row_without_an_answer_open_it_and_nine_do_not():
    breaker = Breaker()

    hear(breaker, *[Outcome.AMBIGUOUS] * 9, Outcome.ACCEPTED, *[Outcome.AMBIGUOUS] * 9)
    assert breaker.allows(0.0) == Allows.ALL
    hear(breaker, Outcome.AMBIGUOUS)

    assert breaker.why == "10 texts in a row had no answer"
    assert breaker.allows(1.0) == Allows.NONE


def test_half_of_the_last_forty_open_it_from_twenty_on():
    breaker = Breaker()

    hear(breaker, *[Outcome.ACCEPTED, Outcome.NOT_SENT] * 9, Outcome.ACCEPTED)
    assert not breaker.is_open
    hear(breaker, Outcome.NOT_SENT)

    assert breaker.why == "10 of its last 20 texts did not go"


def test_what_is_a_minute_ago_is_forgotten():
    breaker = Breaker()

    hear(breaker, *[Outcome.NOT_SENT] * 19, at=0.0)
    hear(breaker, *[Outcome.NOT_SENT] * 19, at=61.0)

    assert not breaker.is_open


@pytest.mark.parametrize("outcome", [*GOOD, Outcome.THROTTLED, Outcome.NOT_TRIED])
def test_an_answer_about_the_text_or_our_haste_says_nothing_against_the_carrier(outcome):
    breaker = Breaker()

    hear(breaker, *[outcome] * 100)

    assert not breaker.is_open


def test_after_half_a_minute_one_text_goes_and_no_second_beside_it():
    breaker = opened()

    assert [breaker.allows(at) for at in (29.0, 30.0)] == [Allows.NONE, Allows.ONE]
    breaker.lets_one_go((7, 1))
    assert breaker.allows(31.0) == Allows.NONE


@pytest.mark.parametrize("outcome", GOOD)
def test_it_closes_when_that_one_goes_and_not_by_an_older_answer(outcome):
    breaker = opened()
    breaker.lets_one_go((7, 1))

    breaker.heard([answer(Outcome.ACCEPTED, (6, 1)), answer(Outcome.ACCEPTED, (7, 2))], 31.0)
    assert breaker.is_open
    breaker.heard([answer(outcome, (7, 1))], 32.0)

    assert breaker.allows(32.0) == Allows.ALL


def test_it_waits_twice_as_long_each_time_that_the_one_does_not_go_and_five_minutes_at_most():
    breaker, at, waits = opened(), 30.0, []
    for _ in range(6):
        breaker.lets_one_go((7, 1))
        breaker.heard([answer(Outcome.AMBIGUOUS, (7, 1))], at)
        waits.append(breaker.tries_at - at)
        at = breaker.tries_at

    assert waits == [60, 120, 240, 300, 300, 300]


def test_one_that_was_told_to_go_slower_or_never_left_is_tried_again_no_later():
    breaker = opened()

    breaker.lets_one_go((7, 1))
    breaker.heard([answer(Outcome.THROTTLED, (7, 1))], 30.0)
    assert breaker.tries_at == 60.0
    breaker.lets_one_go((8, 1))
    breaker.gone({(8, 1)}, 60.0)

    assert (breaker.tries_at, breaker.probe) == (90.0, None)


def line(breaker, is_ready, at, connected=1):
    breaker.line(is_ready=is_ready, connected_count=connected if is_ready else 0, at=at)


def test_a_line_that_is_down_for_half_a_minute_opens_it_and_one_text_goes_when_it_is_back():
    breaker = Breaker()

    line(breaker, False, 0.0)
    line(breaker, False, 30.0)
    assert not breaker.is_open
    line(breaker, False, 31.0)
    assert breaker.why == "it was not connected for 30 seconds"
    line(breaker, True, 32.0)

    assert breaker.allows(32.0) == Allows.ONE


def test_texts_that_a_broken_line_took_with_it_do_not_hold_up_the_line_that_is_open_again():
    breaker = Breaker()
    line(breaker, True, 0.0, connected=2)

    hear(breaker, *[Outcome.AMBIGUOUS] * 20, at=1.0)
    line(breaker, True, 1.5, connected=1)
    assert breaker.allows(2.0) == Allows.NONE
    line(breaker, True, 3.0, connected=2)

    assert breaker.allows(3.0) == Allows.ONE


def test_a_line_that_swallows_its_one_text_too_is_not_tried_at_once_again():
    breaker = opened()
    breaker.lets_one_go((7, 1))
    breaker.heard([answer(Outcome.AMBIGUOUS, (7, 1))], 5.0)

    line(breaker, False, 6.0)
    line(breaker, True, 7.0)

    assert breaker.allows(8.0) == Allows.NONE
