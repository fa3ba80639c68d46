"""Looking at real processes, for the tests that kill them."""

import os
import signal
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path


def within(seconds: float, happens: Callable[[], object]) -> bool:
    """Whether `happens` becomes true in time."""
    give_up_at = time.monotonic() + seconds
    while not happens():
        if time.monotonic() > give_up_at:
            return False
        time.sleep(0.05)
    return True


def is_alive(pid: int) -> bool:
    """A dead process whom nobody has waited for is dead."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def alive(pids: Iterable[int]) -> list[int]:
    return [pid for pid in pids if is_alive(pid)]


def children_of(pid: int) -> dict[int, str]:
    """The living children of a process: {pid: command line}."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, IndexError):
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == pid and is_alive(int(folder.name)):
                words = (folder / "cmdline").read_bytes().split(b"\0")
                found[int(folder.name)] = b" ".join(words).decode(errors="replace").strip()
    return found


def family_of(pid: int) -> dict[int, str]:
    """The living descendants of a process: {pid: command line}."""
    found = children_of(pid)
    for child in list(found):
        found |= family_of(child)
    return found


def kill(pids: Iterable[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
