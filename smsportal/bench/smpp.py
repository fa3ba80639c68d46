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
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.people.models import Person
from messaging.carriers.models import Carrier
from messaging.operations.models import Heartbeat
from messaging.sending.engine import expand
from messaging.sending.models import Basket, Message
from messaging.sending.states import FINAL
from smsportal.bench import raw
from smsportal.bench.sending import bench_basket, bench_person, click

WINDOW = 500
GIVE_UP_SECONDS = 600
POLL_SECONDS = 0.5
PEERS = Path(settings.BASE_DIR) / "smsportal/tests/peers/node_modules"
SMSC = Path(__file__).with_name("smsc.js")


@dataclass(frozen=True)
class SmppFigure:
    """Seconds from the click; ledger: what the carrier says itself."""

    people: int
    accepted: float
    last_submit: float
    final: float
    ledger: dict[str, Any]
    sender_mb: float
    raw: raw.RawFigure

    def __str__(self) -> str:
        taken, twice, again = (self.ledger[name] for name in ("taken", "twice", "again"))
        return (
            f"SMPP, one click to {self.people:,} people: accepted in {self.accepted:.2f} s, last "
            f"submit after {self.last_submit:.1f} s ({self.people / self.last_submit:,.0f}/s), all "
            f"final after {self.final:.1f} s ({self.people / self.final:,.0f}/s); the carrier took "
            f"{taken:,}, {twice} of them twice, and brought {again:,} reports again; sender "
            f"{self.sender_mb:.0f} MB; {self.raw}"
        )


def figures(people: int = 100_000) -> Iterator[SmppFigure | str]:
    if not shutil.which("node") or not (PEERS / "smpp").is_dir():
        yield "SMPP: left out, it needs node-smpp (npm install --prefix smsportal/tests/peers)"
        return
    person = bench_person()
    basket = bench_basket(person, people)
    with _peer() as carrier:
        at_best = raw.figure(carrier.port, people=people, window=WINDOW)
    with _peer() as carrier:
        _row(carrier.port)
        with _sender() as process:
            yield _one_click(person, basket, people, carrier, process, at_best)


def _one_click(
    person: Person,
    basket: Basket,
    people: int,
    carrier: "Peer",
    process: subprocess.Popen,
    at_best: raw.RawFigure,
) -> SmppFigure:
    clicked_at, start = time.time(), time.monotonic()
    batch = click(basket, person)
    accepted = time.monotonic() - start
    expand.expand(batch, now=timezone.now())  # what the worker does when its bell rings
    while Message.objects.filter(batch=batch, state__in=FINAL).count() < people:
        if time.monotonic() - start > GIVE_UP_SECONDS:
            raise TimeoutError(f"not every text became final: {carrier.ledger()}")
        time.sleep(POLL_SECONDS)
    final = time.monotonic() - start
    ledger = carrier.ledger()
    return SmppFigure(
        people, accepted, ledger["last_at"] - clicked_at, final, ledger, _peak_mb(process), at_best
    )


class Peer:
    def __init__(self, process: subprocess.Popen) -> None:
        self.process = process
        self.port: int = self._line()["port"]

    def ledger(self) -> dict[str, Any]:
        self.process.stdin.write("?\n")  # type: ignore[union-attr]
        self.process.stdin.flush()  # type: ignore[union-attr]
        return self._line()

    def _line(self) -> dict[str, Any]:
        return json.loads(self.process.stdout.readline())  # type: ignore[union-attr]


@contextmanager
def _peer() -> Iterator[Peer]:
    process = subprocess.Popen(
        ["node", str(SMSC)],
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
def _sender() -> Iterator[subprocess.Popen]:
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


def _row(port: int) -> Carrier:
    return Carrier.objects.create(
        name="bench",
        kind="smpp",
        window=WINDOW,
        settings={"host": "127.0.0.1", "port": port, "system_id": "bench"},
    )


def _peak_mb(process: subprocess.Popen) -> float:
    """The most memory that a process held, as Linux counts it."""
    for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0
