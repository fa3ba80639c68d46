"""One click to 100,000 people over SMPP, until every text has its final state in the database.

The carrier is node-smpp, written by somebody else, in a process of its own and with its own
ledger: what it says it took, and took twice, is part of the figure. Beside it the same job without
models, `raw`: what this machine, this database and this peer can do at best.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.people.models import Person
from messaging.carriers.models import Carrier
from messaging.compose import services as compose
from messaging.compose.typed import Typed
from messaging.operations.models import Heartbeat
from messaging.sending.models import Message
from messaging.sending.states import FINAL
from smsportal.bench import memory, portal, raw
from smsportal.bench.sending import bench_person, fill_basket
from smsportal.lib import broker

WINDOW = 500
GIVE_UP_SECONDS = 600
POLL_SECONDS = 0.5
BETWEEN_PAGES_SECONDS = 0.2
PEERS = Path(settings.BASE_DIR) / "smsportal/tests/peers/node_modules"
LEFT_OUT = "left out, it needs node-smpp (npm install --prefix smsportal/tests/peers)"
SMSC = Path(__file__).with_name("smsc.js")


@dataclass(frozen=True)
class SmppFigure:
    """Seconds from the click; ledger: what the carrier says itself; pages: of others meanwhile."""

    people: int
    answered: float
    last_submit: float
    final: float
    ledger: dict[str, Any]
    pages: list[float]
    memory: str
    raw: raw.RawFigure

    def __str__(self) -> str:
        taken, twice, again = (self.ledger[name] for name in ("taken", "twice", "again"))
        pages = [seconds * 1000 for seconds in self.pages]
        return (
            f"SMPP, one click to {self.people:,} people: the page answered in {self.answered:.2f} "
            f"s, last submit after {self.last_submit:.1f} s "
            f"({self.people / self.last_submit:,.0f}/s), all final after {self.final:.1f} s "
            f"({self.people / self.final:,.0f}/s); the carrier took {taken:,}, {twice} of them "
            f"twice, and brought {again:,} reports again; {len(pages)} pages of others meanwhile: "
            f"median {median(pages):,.0f} ms, slowest {max(pages):,.0f} ms; at most {self.memory}; "
            f"{self.raw}"
        )


def figures(people: int = 100_000) -> Iterator[SmppFigure | str]:
    if not is_possible():
        yield f"SMPP: {LEFT_OUT}"
        return
    person = bench_person()
    address = _written(person, people)
    with peer() as carrier:
        at_best = raw.figure(carrier.port, people=people, window=WINDOW)
    with peer() as carrier, portal.server() as port, worker():
        add_carrier(carrier.port)
        with sender():
            browser = portal.Browser(port, person)
            yield _one_click(browser, address, people, carrier, at_best)


def is_possible() -> bool:
    return shutil.which("node") is not None and (PEERS / "smpp").is_dir()


def _one_click(
    browser: portal.Browser, address: str, people: int, carrier: "Peer", at_best: raw.RawFigure
) -> SmppFigure:
    form = browser.form(address)
    with _others(browser.connection.port, bench_person(2)) as pages:
        clicked_at, start = time.time(), time.monotonic()
        browser.post(address, {**form, "sure": "on"})
        answered = time.monotonic() - start
        while Message.objects.filter(state__in=FINAL).count() < people:
            if time.monotonic() - start > GIVE_UP_SECONDS:
                raise TimeoutError(f"not every text became final: {carrier.ledger()}")
            time.sleep(POLL_SECONDS)
        final = time.monotonic() - start
    ledger, undo = carrier.ledger(), settings.SEND_UNDO_SECONDS
    last = ledger["last_at"] - clicked_at - undo  # from the moment that Undo is over
    return SmppFigure(
        people, answered, last, final - undo, ledger, pages, memory.in_words(), at_best
    )


def _written(person: Person, people: int) -> str:
    """The check page of a message that only has to be sent."""
    typed = Typed(body="The lecture is in room 2.")
    draft = compose.save(uid=uuid.uuid4(), typed=typed, by=person, now=timezone.now())
    fill_basket(draft.basket, people)
    return reverse("compose:check", args=[draft.uid])


@contextmanager
def _others(port: int, person: Person) -> Iterator[list[float]]:
    """Somebody else who looks at pages all the while; the seconds that each took."""
    took: list[float] = []
    is_over = threading.Event()
    cookie = portal.signed_in(person)

    def look() -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        for name in cycle(("history:list", "contacts:list", "compose:new", "wording:list")):
            if is_over.wait(BETWEEN_PAGES_SECONDS):
                return
            began = time.monotonic()
            portal.get(connection, reverse(name), cookie)
            took.append(time.monotonic() - began)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield took
    finally:
        is_over.set()
        thread.join()


class Peer:
    def __init__(self, process: subprocess.Popen) -> None:
        self.process = process
        self.port: int = self._line()["port"]

    def ledger(self, digits: str = "") -> dict[str, Any]:
        """Of the numbers that begin with these digits."""
        self.process.stdin.write(f"{digits}\n")  # type: ignore[union-attr]
        self.process.stdin.flush()  # type: ignore[union-attr]
        return self._line()

    def _line(self) -> dict[str, Any]:
        return json.loads(self.process.stdout.readline())  # type: ignore[union-attr]


@contextmanager
def peer(script: Path = SMSC, *options: str) -> Iterator[Peer]:
    process = subprocess.Popen(
        ["node", str(script), *options],
        env={**os.environ, "NODE_PATH": str(PEERS)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Peer(process)
    finally:
        process.kill()
        process.wait()


@contextmanager
def worker() -> Iterator[None]:
    """A broker and a worker of its own, which rings no bell of anybody else."""
    with (settings.VAR_DIR / "worker.log").open("wb") as log:
        celery = [sys.executable, "-m", "celery", "-A", "smsportal", "worker", "-c", "2"]
        commands = [broker.embedded_broker_command(settings.VAR_DIR), celery]
        processes = [
            subprocess.Popen(command, cwd=settings.BASE_DIR, stdout=log, stderr=log)
            for command in commands
        ]
        try:
            yield
        finally:
            for process in reversed(processes):
                process.terminate()
                process.wait(timeout=30)


@contextmanager
def sender() -> Iterator[subprocess.Popen]:
    log = (settings.VAR_DIR / "sender.log").open("wb")
    command = [sys.executable, "manage.py", "sender", "bench"]
    process = subprocess.Popen(
        command, cwd=settings.BASE_DIR, env=os.environ.copy(), stdout=log, stderr=log
    )
    try:
        while not Heartbeat.objects.filter(name="sender:bench").exists():
            if process.poll() is not None:
                raise RuntimeError((settings.VAR_DIR / "sender.log").read_text())
            time.sleep(POLL_SECONDS)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def add_carrier(port: int) -> Carrier:
    return Carrier.objects.create(
        name="bench",
        kind="smpp",
        window=WINDOW,
        settings={"host": "127.0.0.1", "port": port, "system_id": "bench"},
    )
