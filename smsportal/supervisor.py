"""Runs the parts of the demo in one terminal, and leaves none of them behind.

Each child has a process group of its own, so that Ctrl-C reaches the supervisor alone and a child's
own children can be stopped with it. An undertaker, a tiny process that holds the other end of a
pipe, stops every group when the supervisor is gone without a word (`kill -9`).
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

STOP_SECONDS = 8.0  # for all children together, the stubborn ones killed
CHILD_STOP_SECONDS = 3.0
UNDERTAKER_SECONDS = 2.5
STEADY_SECONDS = 10.0  # a child that lived so long is restarted without delay
LONGEST_BACK_OFF = 2.0
GLANCE_SECONDS = 0.1

PR_SET_PDEATHSIG = 1
_prctl = getattr(ctypes.CDLL(None), "prctl", None)  # Linux only; elsewhere the undertaker suffices


class ChildFailed(RuntimeError):
    """A child did not become ready; the message ends with the last lines of its log."""


@dataclass
class Child:
    """One part of the product: `is_ready` tells whether it does its work yet."""

    name: str
    command: list[str]
    is_ready: Callable[[], bool] = lambda: True
    env: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    fall_count: int = 0


class Supervisor:
    """Starts children, starts them again when they fall, and stops them in reverse order."""

    def __init__(self, log_dir: Path, say: Callable[[str], None]) -> None:
        self.log_dir = log_dir
        self.say = say
        self.children: list[Child] = []
        self.is_stopping = False
        self.undertaker: subprocess.Popen[bytes] | None = None
        log_dir.mkdir(parents=True, exist_ok=True)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        self._call_undertaker()

    def start(self, *children: Child, seconds: float = 60.0) -> None:
        """Start `children` together and wait until all are ready. Raises ChildFailed."""
        for child in children:
            self.children.append(child)
            self._launch(child, "wb")
        give_up_at = time.monotonic() + seconds
        for child in children:
            while not self.is_stopping and not child.is_ready():
                if _exit_code(child) is not None or time.monotonic() > give_up_at:
                    raise ChildFailed(f"{child.name} did not start.\n{self._last_words(child)}")
                time.sleep(GLANCE_SECONDS)

    def watch(self) -> None:
        """Keep every child alive until somebody asks to stop."""
        while not self.is_stopping:
            if self.undertaker is not None and self.undertaker.poll() is not None:
                self._call_undertaker()
            for child in self.children:
                if not self.is_stopping and _exit_code(child) is not None:
                    self._heal(child)
            time.sleep(GLANCE_SECONDS)

    def stop(self) -> None:
        """Stop the children, the last started first: politely, then by force."""
        self.is_stopping = True
        give_up_at = time.monotonic() + STOP_SECONDS
        for child in reversed(self.children):
            if child.process is None:
                continue
            _signal_group(child.process.pid, signal.SIGTERM)
            patience = max(0.1, min(CHILD_STOP_SECONDS, give_up_at - time.monotonic()))
            with suppress(subprocess.TimeoutExpired):
                child.process.wait(timeout=patience)
            self._bury(child)
        if self.undertaker is not None and self.undertaker.stdin is not None:
            self.undertaker.stdin.close()
            self.undertaker.wait()

    def _ask_to_stop(self, *_: object) -> None:
        self.is_stopping = True

    def _launch(self, child: Child, mode: str) -> None:
        with (self.log_dir / f"{child.name}.log").open(mode) as log:
            child.process = subprocess.Popen(
                child.command,
                env={**os.environ, **child.env},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,
                preexec_fn=_die_with_parent if _prctl else None,
            )
        child.started_at = time.monotonic()
        self._tell_undertaker("+", child)

    def _heal(self, child: Child) -> None:
        lived = time.monotonic() - child.started_at
        child.fall_count = 0 if lived > STEADY_SECONDS else child.fall_count + 1
        back_off = min(LONGEST_BACK_OFF, 0.25 * 2**child.fall_count) if child.fall_count else 0.0
        if lived < back_off:
            return
        self.say(f"{child.name} stopped ({_exit_code(child)}): starting it again")
        self._bury(child)
        self._launch(child, "ab")

    def _bury(self, child: Child) -> None:
        """Kill whatever is left of a child and of its own children."""
        if child.process is not None:
            _signal_group(child.process.pid, signal.SIGKILL)
            child.process.wait()
            self._tell_undertaker("-", child)
            child.process = None

    def _last_words(self, child: Child) -> str:
        lines = (self.log_dir / f"{child.name}.log").read_text(errors="replace").splitlines()
        return "\n".join(lines[-20:])

    def _call_undertaker(self) -> None:
        self.undertaker = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__], stdin=subprocess.PIPE, process_group=0
        )
        for child in self.children:
            self._tell_undertaker("+", child)

    def _tell_undertaker(self, sign: str, child: Child) -> None:
        if self.undertaker is None or self.undertaker.stdin is None or child.process is None:
            return
        # Where it has just been killed, the next one is told everything.
        with suppress(BrokenPipeError):
            self.undertaker.stdin.write(f"{sign}{child.process.pid}\n".encode())
            self.undertaker.stdin.flush()


def _exit_code(child: Child) -> int | None:
    return child.process.poll() if child.process is not None else None


def _die_with_parent() -> None:
    if _prctl is not None:
        _prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _signal_group(group: int, number: int) -> bool:
    """Whether anybody of the group was there to hear it."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    except PermissionError:  # macOS says so of a group that holds nothing but the dead
        return False
    return True


def undertake(orders: BinaryIO) -> None:
    """Remember the groups named by `orders`, one `+pid` or `-pid` a line; when it ends, stop
    those that are left.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for line in orders:
        group = int(line[1:])
        groups.add(group) if line[:1] == b"+" else groups.discard(group)
    for group in groups:
        _signal_group(group, signal.SIGTERM)
    give_up_at = time.monotonic() + UNDERTAKER_SECONDS
    while time.monotonic() < give_up_at:
        groups = {group for group in groups if _signal_group(group, 0)}
        if not groups:
            return
        time.sleep(GLANCE_SECONDS)
    for group in groups:
        _signal_group(group, signal.SIGKILL)


if __name__ == "__main__":
    undertake(sys.stdin.buffer)
