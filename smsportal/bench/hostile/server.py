"""A client that sends everything but sense, against the simulator's SMPP server."""

import re
import socket
from collections.abc import Mapping
from pathlib import Path

from messaging.carriers.models import Carrier, SimulatedKind, SimulatedText
from messaging.carriers.smpp.pdu import Address, Bind, Command, Pdu, ShortMessage
from smsportal.bench.hostile import parts, unchanged
from smsportal.bench.hostile.parts import HostileFigure, Wire
from smsportal.bench.hostile.units import TO_SERVER

ACCOUNT = Bind("hostile", "secret")
GOOD = "447700900123"


class Client:
    """Binds, and binds again whenever it was shown the door."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.answers: dict[int, Pdu] = {}
        self.wire = self._connect()

    def _connect(self) -> Wire:
        wire = Wire(socket.create_connection(("127.0.0.1", self.port)), self._take)
        wire.say(Pdu(Command.BIND_TRANSCEIVER, 0, 1, ACCOUNT.encode()).encode())
        parts.wait_for(
            "a bind is answered", lambda: wire.is_bound.is_set() or wire.is_over.is_set()
        )
        return wire

    def _take(self, wire: Wire, pdu: Pdu) -> None:
        if pdu.command == Command.BIND_TRANSCEIVER | 0x80000000 and pdu.status == 0:
            wire.is_bound.set()
        elif pdu.command == Command.SUBMIT_SM_RESP:
            self.answers[pdu.sequence] = pdu
        elif pdu.command == Command.DELIVER_SM:
            wire.say(Pdu(Command.DELIVER_SM_RESP, 0, pdu.sequence, b"\x00").encode())

    def say(self, data: bytes) -> None:
        if self.wire.is_over.is_set():
            self.wire.close()
            self.wire = self._connect()
        self.answers.clear()
        self.wire.say(data)

    def submit(self, number: int) -> float:
        """Seconds until a good text was taken."""
        body = ShortMessage(
            Address(5, 0, "BENCH"), Address(1, 1, GOOD), b"good", registered_delivery=1
        ).encode()
        self.say(Pdu(Command.SUBMIT_SM, 0, number, body).encode())
        seconds = parts.wait_for("a good text is answered", lambda: number in self.answers)
        if self.answers[number].status != 0:
            raise AssertionError(f"a good text was refused: {self.answers[number]}")
        return seconds

    def break_the_line(self, data: bytes) -> None:
        self.say(data)
        parts.wait_for("the line ends", self.wire.is_over.is_set)


def figure(count: int, environment: Mapping[str, str]) -> HostileFigure:
    """Raises AssertionError or TimeoutError when a good unit is not served."""
    Carrier.objects.create(name="played", kind="simulator", is_sandbox=True)
    was = unchanged.digests(but=[SimulatedText])
    slowest, held, number = 0.0, 0.0, 0
    log = parts.ROOT / environment["VAR_DIR"] / "hostile-simulator.log"
    arguments = ("simulator", "--smpp-port", "0", "--carrier", "played", "--system-id", "hostile")
    words = {**environment, "HOSTILE_PASSWORD": ACCOUNT.password}
    with parts.process(
        *arguments, "--password-env", "HOSTILE_PASSWORD", environment=words, log=log
    ) as server:
        port = _port(log)
        good, bad = Client(port), Client(port)

        def after(breaker: bytes) -> None:
            nonlocal slowest, held, number
            number += 1
            slowest = max(slowest, good.submit(number))
            bad.break_the_line(breaker)
            held = held or parts.megabytes(server)

        parts.think_up(TO_SERVER, count, bad.say, after)
        grown = parts.megabytes(server) - held
    now = unchanged.digests(but=[SimulatedText])
    changed = [table for table in was if was[table] != now[table]]
    carried = SimulatedText.objects.filter(number=f"+{GOOD}", body="good").count()
    if carried != number:
        changed.append(f"{carried} good texts carried, and {number} sent")
    others = SimulatedText.objects.filter(kind=SimulatedKind.TO_PHONE).count() - carried
    kept = f"{others:,} strange texts carried"
    return HostileFigure("the simulator's server", count, slowest, grown, kept, changed)


def _port(log: Path) -> int:
    parts.wait_for("the simulator listens", lambda: "is played at" in log.read_text())
    found = re.search(r"is played at 127\.0\.0\.1:(\d+)", log.read_text())
    return int(found[1]) if found else 0
