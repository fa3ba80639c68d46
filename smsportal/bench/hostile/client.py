"""A carrier that sends everything but sense, against our own client and the sender behind it."""

import datetime as dt
import socket
import threading
import uuid
from collections.abc import Mapping

from django.utils import timezone

from accounts.people.models import Person
from inbound.sorting.models import Sorting
from messaging.carriers.models import Carrier, CarrierHealth
from messaging.carriers.smpp.pdu import (
    RESPONSE,
    Address,
    Command,
    Pdu,
    ShortMessage,
    Tlv,
    c_string,
)
from messaging.incoming.models import IncomingPart, IncomingText
from messaging.operations.models import Heartbeat, Trouble
from messaging.routes.models import PlanInUse
from messaging.sending.models import Batch, Message, Receipt, Watermark
from messaging.sending.states import BatchState, Lane, State
from smsportal.bench.hostile import parts, unchanged
from smsportal.bench.hostile.parts import EVERY, HostileFigure, Wire
from smsportal.bench.hostile.units import TO_CLIENT

# Texts and their batches are looked at one by one; the last ones are the sender's own pulse, and
# what it has to say of such a carrier.
MAY_CHANGE = (
    Receipt, IncomingText, IncomingPart, Sorting, Batch, Message, CarrierHealth, Heartbeat,
    PlanInUse, Trouble, Watermark,
)  # fmt: skip
BINDS = {1: "receiver", 2: "transmitter"}


class HostileCarrier:
    """Lets our client bind, and answers nothing until it is told to."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.wires: dict[str, Wire] = {}
        self.submits: list[Pdu] = []
        self.answered: dict[int, int] = {}  # number of a deliver_sm -> status
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            Wire(connection, self._take)

    def _take(self, wire: Wire, pdu: Pdu) -> None:
        if pdu.command in BINDS:
            self.wires[BINDS[pdu.command]] = wire
            self._answer(wire, pdu, c_string("carrier"))
            wire.is_bound.set()
        elif pdu.command == Command.SUBMIT_SM:
            self.submits.append(pdu)
        elif pdu.command in (Command.ENQUIRE_LINK, Command.UNBIND):
            self._answer(wire, pdu)
        elif pdu.command == Command.DELIVER_SM_RESP:
            self.answered[pdu.sequence] = pdu.status

    def _answer(self, wire: Wire, to: Pdu, body: bytes = b"") -> None:
        wire.say(Pdu(to.command | RESPONSE, 0, to.sequence, body).encode())

    def is_bound(self) -> bool:
        wires = [self.wires.get(kind) for kind in BINDS.values()]
        return all(w and w.is_bound.is_set() and not w.is_over.is_set() for w in wires)

    def say(self, data: bytes) -> None:
        """Each line in its turn hears it."""
        wires = list(self.wires.values())
        wires[len(data) % len(wires)].say(data)

    def break_the_receiver(self, data: bytes) -> None:
        """The other line has a text on its way, which would rightly be in doubt."""
        wire = self.wires["receiver"]
        wire.say(data)
        parts.wait_for("the line ends", wire.is_over.is_set)
        wire.close()
        parts.wait_for("it connects again", self.is_bound)

    def take_the_text(self, ref: str) -> None:
        wire, submit = self.wires["transmitter"], self.submits.pop()
        self._answer(wire, submit, c_string(ref))

    def report(self, named: int) -> float:
        """Seconds until it was answered."""
        number = 0x70000000 + len(self.answered)
        self.answered.pop(number, None)
        body = ShortMessage(
            source=Address(1, 1, "447700900100"),
            destination=Address(5, 0, "BENCH"),
            words=b"stat:DELIVRD",
            esm_class=4,
            tlvs={
                Tlv.RECEIPTED_MESSAGE_ID: str(named).encode() + b"\x00",
                Tlv.MESSAGE_STATE: b"\x02",
            },
        ).encode()
        self.wires["receiver"].say(Pdu(Command.DELIVER_SM, 0, number, body).encode())
        seconds = parts.wait_for("a good report is answered", lambda: number in self.answered)
        if self.answered[number] != 0:
            raise AssertionError(f"a good report was refused with {self.answered[number]}")
        return seconds

    def close(self) -> None:
        self.listener.close()
        for wire in self.wires.values():
            wire.close()


def figure(person: Person, count: int, environment: Mapping[str, str]) -> HostileFigure:
    """Raises AssertionError or TimeoutError when a good unit is not served."""
    hostile = HostileCarrier()
    row = _carrier(hostile.port)
    bystanders = _texts(row, person, "bystanders", state=State.SUBMITTED)
    # One at a time is on its way, and hears a thousand hostile units before its answer.
    good = _texts(row, person, "good", 1 + count // EVERY)
    was, mine = unchanged.digests(but=MAY_CHANGE), _rows(bystanders)
    slowest, held = 0.0, 0.0
    log = parts.ROOT / environment["VAR_DIR"] / "hostile-sender.log"
    with parts.process("sender", row.name, environment=environment, log=log) as sender:
        parts.wait_for("the sender binds", hostile.is_bound)

        def after(breaker: bytes) -> None:
            nonlocal slowest, held
            slowest = max(slowest, _one_good_text(hostile, good))
            hostile.break_the_receiver(breaker)
            held = held or parts.megabytes(sender)

        parts.wait_for("a text leaves", lambda: hostile.submits)
        parts.think_up(TO_CLIENT, count, hostile.say, after)
        grown = parts.megabytes(sender) - held
        now = unchanged.digests(but=MAY_CHANGE)
        changed = [table for table in was if was[table] != now[table]]
        if _rows(bystanders) != mine:
            changed.append("the other texts")
        hostile.close()
    unmatched = Receipt.objects.filter(applied_at=None).count()
    texts = IncomingText.objects.count()
    kept = f"{unmatched:,} receipts without a match and {texts:,} texts from phones"
    return HostileFigure("our client", count, slowest, grown, kept, changed)


def _one_good_text(hostile: HostileCarrier, good: Batch) -> float:
    """The answer and the report of the text that has waited through a thousand hostile units."""
    texts = Message.objects.filter(batch=good)
    delivered_count = texts.filter(state=State.DELIVERED).count()
    parts.wait_for("a text is on its way", lambda: hostile.submits)
    named = uuid.uuid4().int
    seconds = hostile.report(named + 1)  # of no text of ours
    hostile.take_the_text(f"{named:X}")
    taken = texts.filter(carrier_ref=f"{named:x}", state=State.SUBMITTED)
    seconds = max(seconds, parts.wait_for("its answer is kept", taken.exists))
    seconds = max(seconds, hostile.report(named))
    if texts.filter(state=State.DELIVERED).count() != delivered_count + 1:
        raise AssertionError("a good report changed nothing")
    return seconds


def _carrier(port: int) -> Carrier:
    return Carrier.objects.create(
        name="hostile",
        kind="smpp",
        is_sandbox=True,
        window=1,
        settings={
            "host": "127.0.0.1",
            "port": port,
            "system_id": "bench",
            "bind": "pair",
            "answer_seconds": 300,
            "receipt_ids": "decimal",
        },
    )


def _texts(row: Carrier, person: Person, words: str, count: int = 20, **fields: object) -> Batch:
    now = timezone.now()
    until = now + dt.timedelta(hours=6)
    batch = Batch.objects.create(
        request_key=uuid.uuid4(), department_id=person.department_id, person=person,
        person_name=person.name, cost_code="BB0001", price_tenths=35, sender="BENCH",
        sender_kind="alpha", wording=words, body=words, state=BatchState.RUNNING, send_at=now,
        valid_until=until, person_count=count, part_count=count, reserved_on=now.date(),
        accepted_at=now, expanded_at=now, released_at=now, changed_at=now,
    )  # fmt: skip
    is_sent = fields.get("state") == State.SUBMITTED
    Message.objects.bulk_create(
        Message(
            batch=batch, department_id=person.department_id, row_no=n,
            number=f"+447700900{n % 900:03d}", part_count=1, lane=Lane.INTERACTIVE,
            next_at=now, valid_until=until, carrier=row if is_sent else None,
            carrier_ref=uuid.uuid4().hex if is_sent else None,
            accepted_at=now if is_sent else None, accepted_part_count=int(is_sent),
            **{"state": State.QUEUED, **fields},
        )
        for n in range(count)
    )  # fmt: skip
    return batch


def _rows(batch: Batch) -> list[tuple]:
    return list(Message.objects.filter(batch=batch).order_by("pk").values_list())
