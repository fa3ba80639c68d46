"""Two hundred who are connected and say nothing, or a letter now and then, stop nobody."""

import socket
from contextlib import ExitStack

import pytest

from messaging.relay import limits
from messaging.tests.relay.stage import ANN, TO
from messaging.tests.relay.talking import Client, a_mail


def sit(port: int, stack: ExitStack) -> list[socket.socket]:
    """As many connections as there are seats, from ten addresses, all greeted."""
    seated = []
    for n in range(limits.CONNECTIONS):
        own = (f"127.0.0.{2 + n % 10}", 0)
        caller = socket.create_connection(("127.0.0.1", port), timeout=20, source_address=own)
        stack.enter_context(caller)
        assert caller.recv(100).startswith(b"220 ")
        seated.append(caller)
    return seated


def has_been_dropped(caller: socket.socket) -> bool:
    caller.settimeout(0.01)
    try:
        return caller.recv(100).startswith(b"421 4.3.2")
    except TimeoutError:
        return False


def test_whoever_comes_later_is_served_and_those_who_sat_longest_give_way(relay, ann, monkeypatch):
    monkeypatch.setattr(limits, "GIVES_WAY_SECONDS", 0.0)
    with ExitStack() as stack:
        seated = sit(relay.smtp, stack)
        for caller in seated[::2]:
            caller.sendall(b"E")  # of an EHLO that never comes

        for n in range(5):
            with Client(relay.smtp) as client:
                assert client.mail(ANN, [TO], a_mail(ANN, f"Lab {n}")).startswith("250 2.0.0 Acc")

        dropped = [n for n, caller in enumerate(seated) if has_been_dropped(caller)]

    assert 1 <= len(dropped) <= 5
    assert max(dropped) < 20  # its clock has milliseconds, and several came within one


@pytest.mark.usefixtures("ann")
def test_who_has_just_come_keeps_the_seat(relay):
    with ExitStack() as stack:
        seated = sit(relay.smtp, stack)

        with Client(relay.smtp) as client:
            assert client.greeting == "421 4.3.2 Too many connections"
        assert not any(map(has_been_dropped, seated))
