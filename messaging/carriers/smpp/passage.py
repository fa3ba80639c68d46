"""The way of one text over one bind: its pieces one after another, and one answer at the end.

A piece leaves when the one before it was taken, so a text that is refused or held back at its
first piece has surely not gone out, not even in part.
"""

import asyncio
import datetime as dt
from collections.abc import Callable, Sequence
from typing import Final

from messaging.carriers.base import Answer, Outcome, OutgoingText, PartAnswer
from messaging.carriers.smpp import status, words
from messaging.carriers.smpp.options import Options
from messaging.carriers.smpp.pdu import Address, Command, Pdu, ShortMessage, message_id
from messaging.carriers.smpp.receipts import Reports, plain
from messaging.carriers.smpp.session import Session

INTERNATIONAL, ALPHANUMERIC, NETWORK = (1, 1), (5, 0), (3, 0)  # ton and npi
LATER_SECONDS: Final = 1.0  # until a later piece is offered again to a carrier that is busy
MOST_TRIES: Final = 5
WAITS: Final = (Outcome.THROTTLED, Outcome.NOT_SENT)


class Passage:
    """tell: called once with the answer. tell_late: with one that comes after we gave it up."""

    def __init__(
        self,
        text: OutgoingText,
        options: Options,
        session: Session,
        *,
        tell: Callable[[Answer], None],
        tell_late: Callable[[Answer], None],
    ) -> None:
        self.text, self.options, self.session = text, options, session
        self.tell, self.tell_late = tell, tell_late
        self.bodies: list[bytes] = []
        self.taken: list[PartAnswer] = []
        self.tries = 0
        self.is_lost = False

    @property
    def at(self) -> int:
        return len(self.taken)

    def begin(self) -> None:
        try:
            self.bodies = [message.encode() for message in _messages(self.text, self.options)]
        except ValueError:
            self._end(Outcome.REFUSED, "encode", "its words cannot be sent by this network")
            return
        if not self.bodies:
            self._end(Outcome.REFUSED, "encode", "it has no words")
            return
        self._offer()

    def _offer(self) -> None:
        self.tries += 1
        if self.session.is_bound:
            self.session.send(Command.SUBMIT_SM, self.bodies[self.at], self._heard)
        elif self.at == 0:
            self._end(Outcome.NOT_TRIED, "not_bound", "the connection to the network broke")
        else:
            self._end_partly("not_bound", "the connection to the network broke before it left")

    def _heard(self, pdu: Pdu | None) -> None:
        if pdu is None:
            self.is_lost = True
            self._end_in_doubt()
        elif pdu.command == Command.GENERIC_NACK:
            self._refused(status.INVALID_LENGTH)
        elif pdu.status != status.OK:
            self._refused(pdu.status)
        else:
            self.taken.append(PartAnswer(Outcome.ACCEPTED, plain(message_id(pdu.body))[:64]))
            self._taken()

    def _taken(self) -> None:
        if self.at == len(self.bodies):
            self._end_accepted()
        elif self.is_lost:  # it was given up, so the parts after it never left
            self._end_partly("no_answer", "it was not sent, since the one before was in doubt")
        else:
            self.tries = 0
            self._offer()

    def _refused(self, command_status: int) -> None:
        said = status.verdict(command_status)
        code = status.code(command_status)
        if self.at == 0:
            self._end(said.outcome, code, said.words)
        elif said.outcome in WAITS and self.tries < MOST_TRIES and not self.is_lost:
            asyncio.get_running_loop().call_later(LATER_SECONDS, self._offer)
        else:
            self._end_partly(code, said.words, Outcome.REFUSED)

    # -- Ends: one of them, once; a second time only for an answer that came late -----------

    def _end_accepted(self) -> None:
        stands_for_all = self.options.reports == Reports.FIRST
        ref = self.taken[0 if stands_for_all else -1].carrier_ref
        is_each = self.options.reports == Reports.EACH and len(self.taken) > 1
        self._end(Outcome.ACCEPTED, ref=ref, parts=self.taken if is_each else [])

    def _end_partly(self, code: str, said: str, outcome: Outcome = Outcome.NOT_TRIED) -> None:
        number, total = self.at + 1, len(self.bodies)
        words_ = f"part {number} of {total} did not go: {said}"
        parts = [*self.taken, PartAnswer(outcome, words=said)]
        self._end(Outcome.PARTLY, code, words_, parts=self._with_rest(parts))

    def _end_in_doubt(self) -> None:
        parts = [*self.taken, PartAnswer(Outcome.AMBIGUOUS)]
        several = self._with_rest(parts) if len(self.bodies) > 1 else []
        self._end(Outcome.AMBIGUOUS, "no_answer", "the network never answered", parts=several)

    def _with_rest(self, parts: list[PartAnswer]) -> list[PartAnswer]:
        return parts + [PartAnswer(Outcome.NOT_TRIED)] * (len(self.bodies) - len(parts))

    def _end(
        self,
        outcome: Outcome,
        code: str = "",
        said: str = "",
        ref: str = "",
        parts: Sequence[PartAnswer] = (),
    ) -> None:
        text = self.text
        is_late = self.is_lost and outcome != Outcome.AMBIGUOUS
        tell = self.tell_late if is_late else self.tell
        tell(Answer(text.message_id, text.attempt, outcome, ref, code, said, tuple(parts)))


def _messages(text: OutgoingText, options: Options) -> list[ShortMessage]:
    """Raises ValueError for words that have no encoding."""
    # One byte of our reference: a phone tells long texts from one sender apart by it.
    reference = int(text.reference[-4:], 16)
    pieces = words.pieces(text.body, reference=reference, joining=options.joining)
    number = text.number if options.has_plus else text.number.removeprefix("+")
    return [
        ShortMessage(
            source=_source(text.sender, options),
            destination=Address(*INTERNATIONAL, number),
            words=piece.words,
            esm_class=piece.esm_class,
            data_coding=piece.data_coding,
            service_type=options.service_type,
            validity=text.valid_until.astimezone(dt.UTC).strftime("%y%m%d%H%M%S000+"),
            registered_delivery=int(_is_reported(n, len(pieces), options.reports)),
            tlvs=piece.tlvs,
        )
        for n, piece in enumerate(pieces, 1)
    ]


def _is_reported(number: int, total: int, reports: Reports) -> bool:
    if reports == Reports.EACH:
        return True
    return number == (1 if reports == Reports.FIRST else total)


def _source(sender: str, options: Options) -> Address:
    if sender.startswith("+"):
        digits = sender if options.has_plus else sender.removeprefix("+")
        return Address(*INTERNATIONAL, digits)
    if sender.isdecimal():
        return Address(*NETWORK, sender)  # a short code
    return Address(*ALPHANUMERIC, sender)
