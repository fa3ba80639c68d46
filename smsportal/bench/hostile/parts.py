"""What both programmes need: a process of ours, its memory, and a connection to it."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings

from messaging.carriers.smpp.pdu import Malformed, Pdu, Stream
from smsportal.bench.hostile.units import BREAKERS, Octets

ROOT = Path(__file__).resolve().parents[3]
EVERY = 1000  # units, and then a good one
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class HostileFigure:
    """slowest: seconds until a good unit was answered; grown: megabytes since the first thousand;
    changed: the tables that are not what they were.
    """

    against: str
    units: int
    slowest: float
    grown: float
    kept: str
    changed: list[str]

    def __str__(self) -> str:
        what = f"changed besides: {', '.join(self.changed)}" if self.changed else "nothing else"
        return (
            f"hostile, {self.units:,} units against {self.against}: the slowest good one of each "
            f"thousand was answered after {self.slowest:.2f} s; memory grew by {self.grown:.1f} MB;"
            f" what changed: {self.kept}, {what}"
        )


def think_up(
    strategy: Octets, count: int, say: Callable[[bytes], None], after: Callable[[bytes], None]
) -> None:
    """Say `count` hostile units, and call `after` with one that breaks a line each thousand."""
    said = 0

    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy, BREAKERS)
    def go_on(unit: bytes, breaker: bytes) -> None:
        nonlocal said
        say(unit)
        said += 1
        if said % EVERY == 0:
            after(breaker)

    go_on()
    while said < count:  # it ends early when it has nothing new to say
        go_on()


def wait_for(what: str, happens: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> float:
    """Seconds until it happened. Raises TimeoutError."""
    start = time.monotonic()
    while not happens():
        if time.monotonic() - start > seconds:
            raise TimeoutError(f"waited in vain: {what}")
        time.sleep(0.005)
    return time.monotonic() - start


@contextmanager
def process(
    *arguments: str, environment: Mapping[str, str], log: Path
) -> Iterator[subprocess.Popen]:
    with log.open("wb") as output:
        child = subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT, env=dict(environment), stdout=output, stderr=output,
        )  # fmt: skip
        try:
            yield child
        finally:
            child.terminate()
            child.wait(30)


def megabytes(child: subprocess.Popen) -> float:
    """What a process holds now, as Linux counts it. Raises RuntimeError when it has ended."""
    for line in Path(f"/proc/{child.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("it has ended")


class Wire:
    """One connection, read in the background: `take` is called with each unit that comes."""

    def __init__(self, connection: socket.socket, take: Callable[["Wire", Pdu], None]) -> None:
        self.connection = connection
        self.take = take
        self.is_over = threading.Event()
        self.is_bound = threading.Event()
        threading.Thread(target=self._read, daemon=True).start()

    def say(self, data: bytes) -> None:
        with suppress(OSError):
            self.connection.sendall(data)

    def close(self) -> None:
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
        self.connection.close()

    def _read(self) -> None:
        stream = Stream()
        try:
            while data := self.connection.recv(65536):
                for pdu in stream.feed(data):
                    self.take(self, pdu)
        except (OSError, Malformed):
            pass
        finally:
            self.is_over.set()
