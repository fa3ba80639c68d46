"""The relay and its database killed at any moment: a client that tries again sends each text once.

KILLS makes it longer.
"""

import os
import threading
import time

import pytest
from django.db import connection

from messaging.sending.models import Message
from messaging.tests.relay.processes import Process, relay_process
from messaging.tests.relay.stage import ANN
from messaging.tests.relay.talking import Client, a_mail

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
KILLS = int(os.environ.get("KILLS", "3"))
MAILS_A_KILL = 30


def hand_in(port: int, n: int, heard: list[str]) -> None:
    """As a mail server does: again and again until it is taken."""
    content = a_mail(ANN, f"Mail {n}", f"Message-ID: <{n}@ox.ac.uk>")
    give_up_at = time.monotonic() + 60
    while time.monotonic() < give_up_at:
        try:
            with Client(port) as client:
                said = client.mail(ANN, [f"0770090{n % 900:04d}@oxsms.co.uk"], content)
        except OSError:
            said = ""
        heard.append(said[:3])
        if said.startswith("250"):
            return
        time.sleep(0.05)
    raise TimeoutError(f"mail {n} was never taken")


def hand_in_all(port: int, mails: range, heard: list[str]) -> None:
    for n in mails:
        hand_in(port, n, heard)


def words() -> list[str]:
    return sorted(Message.objects.values_list("batch__body", flat=True))


def while_mails_come(port: int, count: int, disturb) -> list[str]:
    """Codes that were heard; "" for a connection that broke."""
    heard: list[str] = []
    sessions = [
        threading.Thread(target=hand_in_all, args=(port, range(first, count, 4), heard))
        for first in range(4)
    ]
    for session in sessions:
        session.start()
    disturb()
    for session in sessions:
        session.join()
    return heard


def fall(relay: Process) -> None:
    for _ in range(KILLS):
        time.sleep(0.5)  # the client's mails are under way meanwhile
        relay.kill()
        relay.start()


def test_a_relay_that_is_killed_sends_each_text_once(ann):
    with relay_process() as relay:
        count = KILLS * MAILS_A_KILL
        heard = while_mails_come(relay.port, count, lambda: fall(relay))

    assert words() == sorted(f"Mail {n}" for n in range(count))
    assert set(heard) - {""} == {"250"}


def hang_up() -> None:
    """The database ends every connection but ours, in the middle of whatever it does."""
    with connection.cursor() as cursor:
        for _ in range(KILLS * 3):
            time.sleep(0.2)
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.mark.postgresql
def test_a_database_that_hangs_up_costs_451_and_no_text(ann):
    with relay_process() as relay:
        count = KILLS * MAILS_A_KILL
        heard = while_mails_come(relay.port, count, hang_up)

    assert words() == sorted(f"Mail {n}" for n in range(count))
    assert set(heard) <= {"250", "451"}


def test_a_relay_that_is_told_to_end_says_so(ann):
    with relay_process() as relay:
        idle = Client(relay.port)
        code = relay.end()
        said = idle.answer()
        idle.close()

    assert (code, said) == (0, "421 4.3.2 Shutting down, try again in a moment")
