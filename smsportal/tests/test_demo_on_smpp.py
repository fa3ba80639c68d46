"""The demo over SMPP: what a visitor does works the same, and kills lose and double nothing."""

from collections import Counter

import pytest

from smsportal.tests.processes import kill, within
from smsportal.tests.test_demo import COMMANDS, end, start

pytestmark = [
    pytest.mark.slow,
    pytest.mark.once,
    pytest.mark.xdist_group("demo"),
    pytest.mark.timeout(300),
]

LONG = "I cannot come to the practical in room 7, as the bus is late again 😀. " * 3
ON_PHONES = "SELECT number FROM messaging_simulatedtext WHERE kind = 'to_phone' AND body = ?"
TYPED = "SELECT body FROM messaging_incomingtext WHERE from_number = '+447700900111'"
SENT = "SELECT number, state FROM messaging_message WHERE batch_id = ?"
WORDS = "Are you there?"
WINDOW = 10
KILLS = ["simulator", "sender", "simulator", "sender"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    demo = start(tmp_path_factory.mktemp("smpp"), "--smpp")
    yield demo
    end(demo)


def typed(demo):
    return Counter(body for (body,) in demo.ask(TYPED))


def test_the_network_is_a_part_of_its_own_and_a_text_reaches_its_phone(demo):
    assert "Texts go by SMPP to the network at 127.0.0.1:" in demo.output.read_text()
    assert {name for name in COMMANDS if demo.part(name)} == set(COMMANDS)

    batch_id = demo.send_one_text()

    assert within(30, lambda: demo.states_of(batch_id) == ["delivered"])
    assert demo.ask(ON_PHONES, WORDS) == [("+447700900123",)]


def test_what_is_typed_on_a_phone_arrives_as_often_as_it_is_typed(demo):
    demo.do("smsportal.tests.one_reply", "On my way", "On my way", LONG)

    assert within(20, lambda: typed(demo) == {"On my way": 2, LONG: 1}), typed(demo)


def kill_and_wait_for_another(demo, name):
    killed = demo.part(name)
    kill([killed])
    assert within(10, lambda: demo.part(name) not in (None, killed)), demo.output.read_text()


def test_kills_of_the_network_and_of_its_sender_lose_nothing_and_double_nothing(demo):
    # Slow enough that each kill finds a window of texts without an answer.
    slow = "json_set(settings, '$.latency_ms', 200)"
    demo.ask(f"UPDATE messaging_carrier SET window = {WINDOW}, settings = {slow}")
    before = Counter(number for (number,) in demo.ask(ON_PHONES, WORDS))
    batch_id = demo.send_texts(800)

    for n, name in enumerate(KILLS):
        demo.do("smsportal.tests.one_reply", f"Reply {n}")
        assert within(60, lambda: "sending" in demo.states_of(batch_id)), "nothing is on its way"
        kill_and_wait_for_another(demo, name)

    # Nobody resolves doubt: an answer that was killed never comes.
    settled = {"delivered", "unknown"}
    assert within(120, lambda: set(demo.states_of(batch_id)) <= settled), Counter(
        demo.states_of(batch_id)
    )
    states = dict(demo.ask(SENT, batch_id))
    on_phones = Counter(number for (number,) in demo.ask(ON_PHONES, WORDS)) - before
    in_doubt = {number for number, state in states.items() if state == "unknown"}
    assert set(on_phones.values()) == {1}
    assert set(states) - in_doubt <= set(on_phones) <= set(states)
    assert 0 < len(in_doubt) <= WINDOW * len(KILLS)
    replies = {f"Reply {n}": 1 for n in range(4)}
    assert within(20, lambda: replies.items() <= typed(demo).items()), typed(demo)
