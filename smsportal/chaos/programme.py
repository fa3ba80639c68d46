"""The rounds: traffic, a fault in the middle of it, and the verdict when all has come to rest."""

import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import django
from django.core.management import call_command

django.setup()

from django.db import OperationalError, connection  # noqa: E402 (models need setup first)

from messaging.carriers.models import Carrier  # noqa: E402
from messaging.history.queries import progress  # noqa: E402
from messaging.operations.models import Heartbeat  # noqa: E402
from messaging.sending.models import Batch, Message  # noqa: E402
from messaging.sending.states import State  # noqa: E402
from smsportal.bench.portal import signed_in  # noqa: E402
from smsportal.bench.sending import bench_person  # noqa: E402
from smsportal.chaos.checker import MOVES, Findings, Kept, Verdict, judge, ledger  # noqa: E402
from smsportal.chaos.faults import FAULTS, NEEDS_POSTGRESQL, Fault  # noqa: E402
from smsportal.chaos.rig import CARRIER, WINDOW, Rig  # noqa: E402
from smsportal.chaos.traffic import Traffic  # noqa: E402

MESSAGES_BEFORE, MESSAGES_AFTER = 4, 4
SETTLE_SECONDS = 60.0
GLANCE_SECONDS = 0.2
FIRST_NUMBER = 447_400_000_000  # made here and now, to this machine only


@dataclass
class Tale:
    """What the rounds of one fault came to."""

    fault: Fault
    verdicts: Counter[str] = field(default_factory=Counter)
    text_count: int = 0
    most_unknown: int = 0
    not_sent_count: int = 0
    slowest: float = 0.0
    round_count: int = 0
    complaints: list[str] = field(default_factory=list)

    def add(self, found: Findings, traffic: Traffic, shown_unknown: int) -> None:
        self.round_count += 1
        self.text_count += found.text_count
        self.most_unknown = max(self.most_unknown, found.unknown_count)
        self.not_sent_count += found.not_sent_count
        self.slowest = max(self.slowest, traffic.slowest)
        for verdict, numbers in found.by_verdict.items():
            self.verdicts[verdict] += len(numbers)
            self.complaints += [f"{verdict}: {number}" for number in numbers[:5]]
        most, slow = self.fault.most_unknown, self.fault.slowest_page
        if most is not None and found.unknown_count > most:
            self.complaints.append(f"{found.unknown_count} in doubt, at most {most} may be")
        if shown_unknown != found.unknown_count:
            self.complaints.append(f"{found.unknown_count} in doubt, {shown_unknown} on screen")
        if slow is not None and traffic.slowest > slow:
            self.complaints.append(f"a page took {traffic.slowest:.1f} s")
        if traffic.given_up:
            self.complaints.append(f"{len(traffic.given_up)} texts were never accepted")

    def __str__(self) -> str:
        told = ", ".join(f"{verdict} {self.verdicts[verdict]}" for verdict in Verdict)
        line = (
            f"{self.fault.name:<15} {self.round_count} rounds, {self.text_count:,} texts: {told}; "
            f"in doubt at most {self.most_unknown} a round, not sent {self.not_sent_count}; "
            f"slowest page {self.slowest:.2f} s"
        )
        return "\n".join([line, *(f"    {complaint}" for complaint in self.complaints)])


class Programme:
    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.person = bench_person()
        self.cookie = signed_in(self.person)
        self.numbers: Iterator[str] = (f"+{n}" for n in count(FIRST_NUMBER))
        _make_carrier(rig)

    def run(self, fault: Fault, rounds: int) -> Tale:
        tale = Tale(fault)
        for _ in range(rounds):
            self._round(tale)
        return tale

    def _round(self, tale: Tale) -> None:
        before = Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        with Traffic(self.rig.web_port, self.cookie, self.numbers) as traffic:
            traffic.until(more=MESSAGES_BEFORE)
            tale.fault.do(self.rig)
            traffic.until(more=MESSAGES_AFTER)
        self._settle(before)
        self.rig.order(receipts="normal")
        tale.add(self._findings(before, traffic), traffic, self._shown_unknown(before))

    def _settle(self, after: int) -> None:
        """Until nothing moves any more, and every report that will come has come."""
        give_up_at = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < give_up_at:
            try:
                if self._is_at_rest(after):
                    return
            except OperationalError:
                connection.close()
            time.sleep(GLANCE_SECONDS)

    def _is_at_rest(self, after: int) -> bool:
        if Batch.objects.filter(expanded_at__isnull=True).exists():
            return False
        texts = Message.objects.filter(pk__gt=after)
        if texts.filter(state__in=MOVES).exists():
            return False
        kept = self._ledger()
        waiting = texts.filter(state=State.SUBMITTED).values_list("number", flat=True)
        return all(number in kept and kept[number].is_silent for number in waiting)

    def _ledger(self) -> dict[str, Kept]:
        return ledger(self.rig.ledger.read_text().splitlines())

    def _findings(self, after: int, traffic: Traffic) -> Findings:
        states = dict(Message.objects.filter(pk__gt=after).values_list("number", "state"))
        mine = {*states, *traffic.accepted, *traffic.given_up}
        kept = {number: what for number, what in self._ledger().items() if number in mine}
        return judge(traffic.accepted, states, kept)

    def _shown_unknown(self, after: int) -> int:
        """As the pages of their messages count them."""
        batches = Batch.objects.filter(messages__pk__gt=after).distinct()
        return sum(progress(batch)["unknown"] for batch in batches)


def _make_carrier(rig: Rig) -> Carrier:
    return Carrier.objects.create(
        name=CARRIER,
        kind="smpp",
        window=WINDOW,
        settings={
            "host": "127.0.0.1", "port": rig.carrier_port, "system_id": "chaos",
            "answer_seconds": 2, "enquire_seconds": 2, "connect_seconds": 2,
        },
    )  # fmt: skip


def main(folder: str, *words: str) -> int:
    ports, rounds, names = [int(word) for word in words[:3]], int(words[3]), words[4:]
    rig = Rig(Path(folder), ports)
    try:
        rig.start_database()
        call_command("migrate", verbosity=0)
        programme = Programme(rig)
        rig.start_all()
        rig.until(lambda rig: Heartbeat.objects.filter(name=f"sender:{CARRIER}").exists())
        tales = []
        for fault in FAULTS:
            if fault.name not in names:
                continue
            if fault.name in NEEDS_POSTGRESQL and not rig.has_postgresql:
                print(f"{fault.name:<15} left out: it needs PostgreSQL's programs", flush=True)
                continue
            tales.append(programme.run(fault, rounds))
            print(tales[-1], flush=True)
        return 1 if any(tale.complaints for tale in tales) else 0
    finally:
        rig.stop()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
