"""A carrier that speaks SMPP 3.4, as the sender sees it: several binds, kept open."""

import asyncio
import hashlib
import logging
from collections import deque
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

from messaging.carriers.base import (
    Answer,
    Capabilities,
    DeliveryReceipt,
    Event,
    LineState,
    Outcome,
    OutgoingText,
    TextFromPhone,
)
from messaging.carriers.lines import gathered, wait_before
from messaging.carriers.models import Carrier
from messaging.carriers.smpp import receipts, status, troubles, words
from messaging.carriers.smpp.options import Options, options
from messaging.carriers.smpp.passage import Passage
from messaging.carriers.smpp.pdu import Malformed, Pdu, ShortMessage, Tlv
from messaging.carriers.smpp.session import BindRefused, Session

log = logging.getLogger(__name__)

MOST_UNHEARD = 10_000  # what the carrier has said and we have not stored, and its bytes
MOST_UNHEARD_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Said:
    """Whom to answer when it is stored."""

    session: Session
    pdu: Pdu


class SmppAdapter:
    """Reconnects by itself; `is_ready` says whether texts can leave now."""

    def __init__(self, carrier: Carrier, database: Executor) -> None:
        self.options: Options = options(carrier.settings)
        sending = sum(1 for kind in self.options.kinds if kind != "receiver")
        self.window = max(1, carrier.window // sending)
        self.sessions: list[Session | None] = [None] * len(self.options.kinds)
        self.problems: list[str] = [""] * len(self.options.kinds)
        self.last_problem, self.problem_count = "", 0
        self.unheard: deque[Event] = deque()
        self.unheard_bytes = 0
        self.keepers: list[asyncio.Task] = []
        self.is_closing = asyncio.Event()
        self.turn = 0
        self.capabilities = Capabilities(
            receives=True, answer_seconds=self.options.line.answer_seconds
        )

    @property
    def is_ready(self) -> bool:
        return any(session and session.sends and session.is_bound for session in self.sessions)

    @property
    def line(self) -> LineState:
        """The problem of the first connection that has one."""
        connected = sum(1 for session in self.sessions if session and session.is_bound)
        problem = next(filter(None, self.problems), "")
        return LineState(
            connected, len(self.sessions), problem, self.last_problem, self.problem_count
        )

    async def open(self) -> None:
        self.keepers = [asyncio.create_task(self._keep(n)) for n in range(len(self.sessions))]

    async def close(self) -> None:
        self.is_closing.set()
        open_sessions = [session for session in self.sessions if session]
        await asyncio.gather(*(session.close() for session in open_sessions))
        for keeper in self.keepers:
            keeper.cancel()
        await asyncio.gather(*self.keepers, return_exceptions=True)

    # -- Binds -----------------------------------------------------------------------------

    async def _keep(self, n: int) -> None:
        """One bind, opened again whenever it breaks, each time after a longer wait."""
        failures = 0
        while not self.is_closing.is_set():
            session = Session(
                self.options.line,
                self.options.bind,
                self.options.kinds[n],
                window=self.window,
                heard=self._hear,
            )
            try:
                await session.open()
            except (OSError, ValueError) as why:
                log.warning("no bind to %s: %s", self.options.line.host, why)
                self._has_problem(n, troubles.words(why, self.options.line))
                await self._pause(wait_before(failures, is_refused=isinstance(why, BindRefused)))
                failures += 1
                continue
            failures = 0
            self.sessions[n], self.problems[n] = session, ""
            log.info("bound to %s as %s", self.options.line.host, session.kind)
            await session.is_over.wait()
            self.sessions[n] = None
            self._has_problem(n, troubles.BROKEN_OFF)
            await self._pause(wait_before(0, is_refused=False))

    def _has_problem(self, n: int, words_: str) -> None:
        """One that goes on, try after try, is one."""
        if words_ != self.problems[n]:
            self.problem_count += 1
        self.problems[n] = self.last_problem = words_

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.is_closing.wait(), seconds)
        except TimeoutError:
            return

    # -- Out -------------------------------------------------------------------------------

    async def submit(self, texts: Sequence[OutgoingText]) -> AsyncIterator[list[Answer]]:
        answers: asyncio.Queue[Answer] = asyncio.Queue()
        writing = asyncio.create_task(self._write(texts, answers))
        try:
            async for heard in gathered(answers, len(texts)):
                yield heard
        finally:
            writing.cancel()

    async def _write(self, texts: Sequence[OutgoingText], answers: asyncio.Queue[Answer]) -> None:
        """Every text gets one answer, whatever happens."""
        for text in texts:
            session = await self._session_with_room()
            if session is None:
                words_ = "the connection to the network was not open"
                answers.put_nowait(_answer(text, Outcome.NOT_TRIED, "not_bound", words_))
                continue
            passage = Passage(
                text,
                self.options,
                session,
                tell=answers.put_nowait,
                tell_late=self.unheard.append,
            )
            passage.begin()
            await session.drained()

    async def _session_with_room(self) -> Session | None:
        """The next in turn; waits while all windows are full. None: no bind is open."""
        while True:
            sending = [s for s in self.sessions if s and s.sends and s.is_bound]
            if not sending:
                return None
            self.turn += 1
            for n in range(len(sending)):
                session = sending[(self.turn + n) % len(sending)]
                if session.free > 0:
                    return session
            waits = [asyncio.create_task(session.has_room.wait()) for session in sending]
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()

    # -- In --------------------------------------------------------------------------------

    def _hear(self, session: Session, pdu: Pdu) -> None:
        """A deliver_sm: kept until the sender has stored it, and answered only then."""
        try:
            message = ShortMessage.decode(pdu.body)
        except Malformed as why:
            log.warning("a deliver_sm that cannot be read: %s", why)
            session.respond(pdu, status.NEVER_AGAIN)
            return
        is_full = len(self.unheard) >= MOST_UNHEARD or self.unheard_bytes >= MOST_UNHEARD_BYTES
        if is_full:
            session.respond(pdu, status.TRY_AGAIN)
            return
        event = self._event(Said(session, pdu), message)
        if event is None:
            session.respond(pdu)  # a report of no consequence: "on its way"
        else:
            self.unheard.append(event)
            self.unheard_bytes += len(pdu.body)

    def _event(self, key: Said, message: ShortMessage) -> Event | None:
        if not receipts.is_receipt(message):
            return text_from(key, message)
        named, state, reason = receipts.read(message)
        if not state:
            return None
        ref = receipts.as_answered(named, self.options.ids)[:64]
        raw = message.words.decode("latin-1").replace("\x00", "")
        return DeliveryReceipt(key, ref, state, reason, raw=raw)

    async def events(self, limit: int) -> list[Event]:
        return [self.unheard[n] for n in range(min(limit, len(self.unheard)))]

    async def acknowledge(self, events: Sequence[Event]) -> None:
        for event in events:
            if self.unheard and self.unheard[0] is event:
                self.unheard.popleft()
            if not isinstance(event, Answer) and isinstance(event.key, Said):
                self.unheard_bytes -= len(event.key.pdu.body)
                event.key.session.respond(event.key.pdu)


def _answer(text: OutgoingText, outcome: Outcome, code: str, said: str) -> Answer:
    return Answer(text.message_id, text.attempt, outcome, code=code, words=said)


def text_from(key: object, message: ShortMessage) -> TextFromPhone:
    """SMPP gives a text from a phone no id, so it is known by what it says."""
    body, part = words.read(message)
    said = f"{message.source.digits}|{message.destination.digits}|{part}|".encode()
    # Where the phone numbers its texts, the same words under another number are another text.
    number = message.tlvs.get(Tlv.USER_MESSAGE_REFERENCE, b"")
    written = message.tlvs.get(Tlv.MESSAGE_PAYLOAD, message.words)
    digest = hashlib.sha256(said + number + written).hexdigest()[:40]
    return TextFromPhone(
        key,
        "",
        fingerprint=digest,
        from_number=_number(message.source.digits, message.source.ton),
        to_number=_number(message.destination.digits, message.destination.ton),
        body=body.replace("\x00", ""),
        part=part,
    )


def _number(digits: str, ton: int) -> str:
    """E.164 of an international number; anything else as the carrier writes it, cut to fit."""
    plain = digits.replace("\x00", "").strip()[:16]
    if plain.isdecimal() and (ton == 1 or len(plain) > 10):
        return f"+{plain[:15]}"
    return plain
