"""Mails by the second that the relay stores, beside aiosmtpd with nothing behind it.

In the last run the database hangs up on the relay: the client hands in again what was answered
with 451, and the rows are counted as after every other.
"""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from accounts.people.models import Person
from messaging.carriers.models import Carrier
from messaging.relay.models import RelayReceipt
from messaging.sending.models import Message
from smsportal.bench.mailer import SENDERS, sender
from smsportal.bench.sending import bench_person

MAILS = 6_000
SESSIONS = 10
MANY = 100  # mails in a connection
START_SECONDS = 30
HANG_UP_AFTER_SECONDS = 2.0
HERE = Path(__file__).parent
LIMITLESS = {
    "RELAY_PROOFS": "network",
    "RELAY_TRUSTED_NETS": "127.0.0.1/32",
    "RELAY_TEXTS_A_SECOND": "1000000",
    "RELAY_TEXTS_A_MINUTE": "1000000",
    "RELAY_TEXTS_A_DAY": "1000000",
}


@dataclass(frozen=True)
class RelayFigure:
    what: str
    mails: int
    seconds: float
    heard: dict[str, int]
    stored: int
    twice: int
    beside: float  # seconds that aiosmtpd alone takes for as many

    def __str__(self) -> str:
        heard = ", ".join(f"{count:,} × {code}" for code, count in sorted(self.heard.items()))
        return (
            f"relay, {SESSIONS} sessions, {self.what}: {self.mails:,} mails in "
            f"{self.seconds:.1f} s ({self.mails / self.seconds:,.0f}/s; promised: 500); heard "
            f"{heard}; {self.stored:,} stored, {self.twice} twice; aiosmtpd alone "
            f"{self.mails / self.beside:,.0f}/s, ratio {self.beside / self.seconds:.2f} "
            "(promised: 0.3)"
        )


def figures() -> Iterator[RelayFigure]:
    Carrier.objects.create(name="simulator", kind="simulator", is_sandbox=True)
    people = [bench_person(n) for n in range(SENDERS)]
    for n, person in enumerate(people):
        Person.objects.filter(pk=person.pk).update(allow_relay=True, email=sender(n))
    with (
        process(["manage.py", "relay", "--skip-checks"]) as relay,
        process([str(HERE / "sink.py")], gets_port=True) as sink,
    ):
        for what, each in (("one in a connection", 1), (f"{MANY} in a connection", MANY)):
            yield _run(what, relay, sink, each)
        yield _run("the database gone once meanwhile", relay, sink, MANY, hang_up=True)


def _run(what: str, relay: int, sink: int, each: int, *, hang_up: bool = False) -> RelayFigure:
    Message.objects.all().delete()
    RelayReceipt.objects.all().delete()
    beside = _hand_in(sink, each)
    connection.close()  # it would be hung up on, too
    stop = threading.Timer(HANG_UP_AFTER_SECONDS, _hang_up)
    if hang_up:
        stop.start()
    done = _hand_in(relay, each)
    stop.cancel()
    numbers = Message.objects.values_list("number", flat=True)
    return RelayFigure(
        what=what,
        mails=MAILS,
        seconds=done["seconds"],
        heard=done["heard"],
        stored=len(set(numbers)),
        twice=len(numbers) - len(set(numbers)),
        beside=beside["seconds"],
    )


def _hand_in(port: int, each: int) -> dict[str, Any]:
    command = [str(HERE / "mailer.py"), port, MAILS, SESSIONS, each]
    said = subprocess.run(
        [sys.executable, *map(str, command)], check=True, capture_output=True, text=True
    )
    return json.loads(said.stdout)


def _hang_up() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    connection.close()


@contextmanager
def process(command: Sequence[str], *, gets_port: bool = False) -> Iterator[int]:
    """Python, with a script that listens on a port of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    log = (settings.VAR_DIR / f"{port}.log").open("wb")
    running = subprocess.Popen(
        [sys.executable, *command, *([str(port)] if gets_port else [])],
        cwd=settings.BASE_DIR,
        env={**os.environ, **LIMITLESS, "RELAY_PORT": str(port)},
        stdout=log,
        stderr=log,
    )
    try:
        _wait_for(port, running)
        yield port
    finally:
        running.terminate()
        running.wait(20)


def _wait_for(port: int, running: subprocess.Popen) -> None:
    give_up_at = time.monotonic() + START_SECONDS
    while True:
        with socket.socket() as caller:
            if caller.connect_ex(("127.0.0.1", port)) == 0:
                return
        if running.poll() is not None or time.monotonic() > give_up_at:
            raise RuntimeError(f"port {port} is not listened on: see {settings.VAR_DIR}")
        time.sleep(0.1)
