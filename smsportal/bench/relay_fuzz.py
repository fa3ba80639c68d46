"""10,000 hostile mails against a relay process: each is answered, and by an answer of the table.

A refusal for good must never be for a fault of ours, and whatever came about is not in the log.
"""

import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from django.conf import settings

from accounts.people.models import Person
from messaging.carriers.models import Carrier
from messaging.relay import answers
from messaging.sending.models import Message
from messaging.tests.relay.fuzz import ANN, OF_THE_PROTOCOL, play
from smsportal.bench.relay import process
from smsportal.bench.sending import bench_person

MAILS = 10_000
SESSIONS = 8


@dataclass(frozen=True)
class FuzzFigure:
    codes: Counter[str]
    strange: dict[str, int]  # answers that are none of ours, and the seed that gave them
    stored: int
    told: list[str]  # lines of the log that warn of something

    def __str__(self) -> str:
        codes = ", ".join(f"{count:,} × {code}" for code, count in sorted(self.codes.items()))
        return (
            f"relay, {MAILS:,} hostile mails: {codes}; {self.stored:,} stored; "
            f"{self.codes['451']} answers 451, {len(self.strange)} that are not in the table "
            f"{self.strange or ''}, {len(self.told)} warnings {self.told[:3] or ''} "
            "(promised: none of all three)"
        )


def figures() -> Iterator[FuzzFigure]:
    Carrier.objects.create(name="simulator", kind="simulator", is_sandbox=True)
    person = bench_person()
    Person.objects.filter(pk=person.pk).update(allow_relay=True, email=ANN.decode())
    with (
        process(["manage.py", "relay", "--skip-checks"]) as port,
        ThreadPoolExecutor(SESSIONS) as sessions,
    ):
        heard = sessions.map(lambda seed: play(port, random.Random(seed)), range(MAILS))
        codes, strange = _sorted_out(heard)
    log = (settings.VAR_DIR / f"{port}.log").read_text()
    yield FuzzFigure(
        codes=codes,
        strange=strange,
        stored=Message.objects.count(),
        told=[line for line in log.splitlines() if '"warning"' in line or '"error"' in line],
    )


def _sorted_out(heard: Iterator[list[str]]) -> tuple[Counter[str], dict[str, int]]:
    codes: Counter[str] = Counter()
    strange: dict[str, int] = {}
    for seed, lines in enumerate(heard):
        for line in lines:
            if not line.startswith(OF_THE_PROTOCOL):
                codes[line[:3]] += 1
                if not answers.is_known(line):
                    strange.setdefault(line, seed)
    return codes, strange
