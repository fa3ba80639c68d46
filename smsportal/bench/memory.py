"""The most memory that each of our processes has held, as Linux counts it."""

import os
from contextlib import suppress
from pathlib import Path

# What a process is for, by a word of its command line; the first that fits.
NAMES = {"gunicorn": "web", "celery": "worker", "sender": "sender", "smsc.js": "carrier"}


def peaks() -> dict[str, float]:
    """Megabytes by name, of the largest process of each name that descends from this one."""
    found: dict[str, float] = {}
    for folder in _descendants(os.getpid()):
        with suppress(OSError, StopIteration):
            command = (folder / "cmdline").read_text()
            name = next(name for word, name in NAMES.items() if word in command)
            found[name] = max(found.get(name, 0.0), peak_mb(folder))
    return found


def in_words() -> str:
    return ", ".join(f"{name} {megabytes:.0f} MB" for name, megabytes in sorted(peaks().items()))


def _descendants(pid: int) -> list[Path]:
    children: dict[int, list[Path]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, IndexError):
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(folder)
    found, left = [], [pid]
    while left:
        theirs = children.get(left.pop(), [])
        found += theirs
        left += [int(folder.name) for folder in theirs]
    return found


def peak_mb(folder: Path) -> float:
    """folder: of the process, in /proc. What wait4 answers counts its parent in."""
    for line in (folder / "status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0
