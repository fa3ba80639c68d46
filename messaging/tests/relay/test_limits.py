import pytest

from messaging.relay import answers
from messaging.relay.answers import Answer
from messaging.relay.limits import LOCKED_SECONDS, Locks, Pace, Seats

pytestmark = pytest.mark.once


def test_two_hundred_connections_and_twenty_of_one_address():
    seats = Seats()

    assert [seats.take("10.0.0.1") for _ in range(21)].count(True) == 20
    assert [seats.take(f"10.0.1.{n % 50}") for n in range(200)].count(True) == 180
    assert not seats.take("10.0.2.1")

    seats.give_back("10.0.0.1")
    assert not seats.take("10.0.1.0") or seats.taken.total() == 200


def test_our_own_front_server_has_as_many_as_there_are():
    seats = Seats()

    assert all(seats.take("") for _ in range(200))
    assert not seats.take("")


def test_a_seat_that_is_given_back_is_free():
    seats = Seats(most=1, most_of_one=1)
    assert seats.take("10.0.0.1")
    assert not seats.take("10.0.0.2")

    seats.give_back("10.0.0.1")

    assert seats.take("10.0.0.2")
    assert dict(seats.taken) == {"10.0.0.2": 1}


def test_five_texts_a_second():
    pace = Pace(5, 1)

    sent = []
    for tenth in range(100):
        if pace.has_room(1, tenth / 10):
            pace.spend(1, 1, tenth / 10)
            sent.append(tenth)

    assert 50 <= len(sent) <= 55


def test_one_mail_to_many_goes_and_the_next_waits_for_it():
    pace = Pace(60, 60)
    pace.spend(1, 50, 0)
    assert pace.has_room(1, 0)
    pace.spend(1, 50, 0)

    assert not pace.has_room(1, 40)
    assert pace.has_room(1, 41)
    assert pace.has_room(2, 0)


def test_five_wrong_passwords_lock_for_a_quarter_of_an_hour():
    locks = Locks()
    ann = {"username": "ann", "address": "10.0.0.1"}
    for second in range(5):
        assert not locks.is_locked(**ann, now=second)
        locks.count_wrong(**ann, now=second)

    assert locks.is_locked(**ann, now=5)
    assert locks.is_locked(username="ANN", address="10.0.0.1", now=5)
    assert not locks.is_locked(username="ann", address="10.0.0.2", now=5)
    assert locks.is_locked(**ann, now=LOCKED_SECONDS - 1)
    assert not locks.is_locked(**ann, now=LOCKED_SECONDS + 1)


def test_whoever_tries_many_names_is_locked_for_all():
    locks = Locks()
    for n in range(20):
        locks.count_wrong(username=f"user{n}", address="10.0.0.1", now=n)

    assert locks.is_locked(username="ann", address="10.0.0.1", now=20)


def test_who_signs_in_begins_anew_and_old_tries_are_forgotten():
    locks = Locks()
    ann = {"username": "ann", "address": "10.0.0.1"}
    locks.count_wrong(**ann, now=0)
    locks.forget(**ann)
    locks.forget_old(LOCKED_SECONDS + 1)

    assert locks.wrong == {}


def test_every_answer_says_three_times_the_same():
    """The code and the first number behind it are of one class: RFC 3463."""
    odd = [str(each) for each in answers.ALL if str(each.code)[0] != each.enhanced[0]]

    assert odd == ["354"][:0]


def test_no_refusal_for_good_is_given_for_a_fault_of_ours():
    ours = [answers.SYSTEM_PROBLEM, answers.FULL, answers.SHUTTING_DOWN, answers.DNS_PROBLEM]

    assert [each for each in ours if each.code >= 500] == []


@pytest.mark.parametrize(
    ("line", "is_known"),
    [
        ("250 2.0.0 OK", True),
        ("250 2.0.0 Accepted as message M-7K2F9A", True),
        ("550 5.1.1 'x' is not a mobile number", True),
        ("500 Error: (RuntimeError) password=hunter2", False),
        ("250 OK", False),
        ("451 4.3.0 Temporary system problem, try again later at host db1", False),
    ],
)
def test_any_other_answer_is_told_apart(line, is_known):
    assert answers.is_known(line) == is_known


@pytest.mark.parametrize(
    ("stock", "ours"),
    [
        ('500 Error: command "FOO" not recognized', answers.UNKNOWN_COMMAND),
        ("500 Error: bad syntax", answers.BAD_SYNTAX),
        ("500 Line too long (see RFC5321 4.5.3.1.6)", answers.LINE_TOO_LONG),
        ("552 Error: Too much mail data", answers.TOO_LARGE),
        ("250 OK", answers.OK),
        ("471 what nobody has thought of", answers.SYSTEM_PROBLEM),
        ("no code at all", answers.SYSTEM_PROBLEM),
    ],
)
def test_what_the_library_says_is_said_in_our_words(stock, ours):
    assert answers.spoken(stock) == ours


def test_what_a_client_said_comes_back_harmless():
    answer = Answer(550, "5.1.1", "'{typed}' is not a mobile number").about(typed="a\r\n250 é")

    assert str(answer) == "550 5.1.1 'a??250 ?' is not a mobile number"
