"""10,000 hostile mails against the relay: the test of a few hundred, made longer.

Each is answered by an answer of the table, none for good for a fault of ours, and without a
traceback.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings

MAILS = 10_000
TEST = "messaging/tests/relay/test_fuzz.py"


@dataclass(frozen=True)
class FuzzFigure:
    seconds: float
    said: str  # by pytest, at its end

    def __str__(self) -> str:
        return f"relay, {MAILS:,} hostile mails in {self.seconds:.0f} s: {self.said}"


def figures() -> Iterator[FuzzFigure]:
    start = time.perf_counter()
    environment = {**os.environ, "FUZZ": str(MAILS)}
    environment.pop("DJANGO_SETTINGS_MODULE")  # the tests have their own
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", TEST],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stdout[-4000:])
    yield FuzzFigure(time.perf_counter() - start, done.stdout.strip().splitlines()[-1])
