"""What each command of a session is answered: aiosmtpd calls, and this decides.

Whatever can differ between recipients is decided at RCPT, since SMTP has one answer after the mail.
No database work is done in the loop.
"""

import asyncio
import datetime as dt
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.db import Error, connections

from accounts.people.models import Person
from messaging.relay import alarms, answers, letter, limits, subject
from messaging.relay.answers import Answer, Unfit
from messaging.relay.gathering import Gathering
from messaging.relay.proofs import Peer, Proof, person_of, prove, prove_at_once
from messaging.relay.queries import Known, Question
from messaging.relay.recipients import OPERATOR, number_of
from messaging.relay.services import operator
from messaging.relay.services.refusals import Refusals
from messaging.relay.services.storing import Mail, Outcome
from messaging.relay.wire import Mailing, Session, names_in
from messaging.text.segments import measure
from smsportal.lib.db import database_now
from smsportal.lib.logs import Seldom

log = logging.getLogger(__name__)
log.addFilter(Seldom())
KNOWN_BY_ID = dt.timedelta(days=7)
KNOWN_BY_CONTENT = dt.timedelta(hours=1)
OPERATOR_MAILS = 20  # in an hour
NOBODY = 0  # a bucket of the pace that all share
PROVING = {
    Proof.FAILED: answers.NOT_PROVEN,
    Proof.TRY_LATER: answers.DNS_PROBLEM,
}


@dataclass
class Paces:
    a_second: limits.Pace
    a_minute: limits.Pace
    of_operator: limits.Pace

    def has_room(self, who: int, now: float) -> bool:
        return self.a_second.has_room(who, now) and self.a_minute.has_room(who, now)

    def spend(self, who: int, texts: int, now: float) -> None:
        self.a_second.spend(who, texts, now)
        self.a_minute.spend(who, texts, now)


def paces() -> Paces:
    return Paces(
        limits.Pace(settings.RELAY_TEXTS_A_SECOND, 1),
        limits.Pace(settings.RELAY_TEXTS_A_MINUTE, 60),
        limits.Pace(OPERATOR_MAILS, 3600),
    )


class Handler:
    """One for all sessions. prove_at_once, prover: say what is proven, the latter in a thread if
    the former cannot; signer: says whose password it is.
    """

    def __init__(
        self,
        *,
        look_up: Gathering[Question, Known],
        store: Gathering[Mail, Outcome],
        prove_at_once: Callable[..., Proof | None] = prove_at_once,
        prover: Callable[..., Proof] = prove,
        signer: Callable[..., Person | None] = person_of,
    ) -> None:
        self.look_up = look_up
        self.store = store
        self.prove_at_once, self.prover = prove_at_once, prover
        self.signer = signer
        # Name servers may take seconds, so as many may wait as there are sessions at a time.
        self.checks = ThreadPoolExecutor(max_workers=20, thread_name_prefix="relay-check")
        self.domains = {domain.lower() for domain in settings.RELAY_DOMAINS}
        self.paces = paces()
        self.locks = limits.Locks()
        self.refusals = Refusals()
        self.sessions: set[Session] = set()
        self.answering: set[Session] = set()

    def __dir__(self) -> list[str]:
        return names_in(type(self), "handle_")

    # -- Commands --------------------------------------------------------------------------

    async def handle_EHLO(
        self, server: Session, session: Any, envelope: Mailing, name: str, lines: list[str]
    ) -> list[str]:
        session.host_name = name
        lines = [*lines[:-1], "250-PIPELINING", "250-ENHANCEDSTATUSCODES", lines[-1]]
        return ["\r\n".join(lines)]  # aiosmtpd sends each in a packet of its own

    async def handle_MAIL(
        self, server: Session, session: Any, envelope: Mailing, address: str, options: list[str]
    ) -> Answer:
        envelope.mail_from = address
        return answers.SENDER_OK

    async def handle_AUTH(
        self, server: Session, session: Any, envelope: Mailing, args: list[str]
    ) -> Answer | None:
        said = await server.asked_password(args)
        if said is None:
            return None
        username = bytes(said.login).decode("utf-8", "replace")
        password = bytes(said.password).decode("utf-8", "replace")
        peer = ip_of(session)
        who: dict[str, Any] = {"username": username, "address": peer}
        clock = server.loop.time()
        if self.locks.is_locked(**who, now=clock):
            return self._refused(answers.LOCKED, server, username)
        # Counted before it is looked at: many at once get no more tries than one after the other.
        self.locks.count_wrong(**who, now=clock)
        person = await self.checked(self._sign_in, server, username, password)
        if person is None:
            return self._refused(answers.AUTH_WRONG, server, username)
        self.locks.forget(**who)
        session.authenticated, server.person = True, person
        return answers.SIGNED_IN

    async def handle_RCPT(
        self, server: Session, session: Any, envelope: Mailing, address: str, options: list[str]
    ) -> Answer:
        sender = envelope.mail_from or ""
        if len(envelope.rcpt_tos) >= limits.RECIPIENTS:
            return answers.TOO_MANY_RECIPIENTS
        signed_in = server.person.pk if server.person else None
        number, known = await self.may_text(sender, address, signed_in)
        if known.answer.is_refusal:
            return self._refused(known.answer, server, sender, known.person)
        if number != OPERATOR:
            envelope.person = known.person
        envelope.rcpt_tos.append(address)
        envelope.numbers.append(number)
        return known.answer

    async def handle_DATA(
        self, server: Session, session: Any, envelope: Mailing
    ) -> Answer | list[Answer]:
        self.answering.add(server)
        try:
            said = await self._data(server, envelope)
        except Exception as error:
            # Raised further, the mail would count as not ended, and the next one get 503 for good.
            said = [self.fault(error)] * len(envelope.numbers)
        finally:
            self.answering.discard(server)
        if not all(answer.is_refusal for answer in said):
            server.begin_anew()
        return said if server.answers_due() > 1 else _one_of(said)

    def fault(self, error: Exception) -> Answer:
        """Ours: never for good, and never with a word of what it was."""
        log.warning("answered 451: %s", type(error).__name__, exc_info=not isinstance(error, Error))
        return answers.SYSTEM_PROBLEM

    async def asked_by_front_server(self, sender: str, address: str, peer: str) -> Answer:
        """What a RCPT of its client would be answered here. peer: the address of that client."""
        _, known = await self.may_text(sender or "<>", address)
        if known.answer.is_refusal:
            self.refusals.note(known.answer, peer=peer, sender=sender, person=known.person)
        return known.answer

    # -- A mail ----------------------------------------------------------------------------

    async def may_text(
        self, sender: str, address: str, signed_in: int | None = None
    ) -> tuple[str, Known]:
        """The number of an address, "" for none, and whether this sender may text it."""
        try:
            number = number_of(address, domains=self.domains)
        except Unfit as unfit:
            return "", Known(unfit.answer)
        if number == OPERATOR:
            return number, Known(answers.RECIPIENT_OK)
        if sender == "<>":
            return number, Known(answers.AUTOMATIC)
        return number, await self.look_up.ask(Question(signed_in, sender, number))

    async def _data(self, server: Session, envelope: Mailing) -> list[Answer]:
        """An answer for each recipient."""
        numbers = [number for number in envelope.numbers if number != OPERATOR]
        said: dict[str, Answer] = {}
        if len(numbers) < len(envelope.numbers):
            said[OPERATOR] = await self._for_operator(server, envelope)
        if numbers:
            try:
                said |= await self._text(server, envelope, tuple(dict.fromkeys(numbers)))
            except Unfit as unfit:
                sender, person = envelope.mail_from or "", envelope.person
                refused = self._refused(unfit.answer, server, sender, person)
                said |= dict.fromkeys(numbers, refused)
        return [said[number] for number in envelope.numbers]

    async def _text(
        self, server: Session, envelope: Mailing, numbers: tuple[str, ...]
    ) -> dict[str, Answer]:
        found = letter.read(content_of(envelope))
        await self._prove(server, envelope, found)
        person = envelope.person
        text = _words(found, person)
        clock = server.loop.time()
        if not self.paces.has_room(person.pk, clock):
            raise Unfit(answers.SLOW_DOWN)
        self.paces.spend(person.pk, len(numbers), clock)
        known_for = KNOWN_BY_ID if found.message_id else KNOWN_BY_CONTENT
        mail = Mail(person.pk, numbers, text, found.key, known_for)
        outcome = await self.store.ask(mail)
        for answer in {answer for answer in outcome.said.values() if answer.is_refusal}:
            self._refused(answer, server, person.email, person, why=outcome.why)
        return outcome.said

    async def _prove(self, server: Session, envelope: Mailing, found: letter.Letter) -> None:
        """From is the person whom the recipients were asked for, and is proven. Raises Unfit."""
        person = envelope.person
        if letter.address_of(found.sender) != letter.address_of(person.email):
            raise Unfit(answers.NOT_PROVEN)
        asked: dict[str, Any] = {
            "header_from": found.sender,
            "envelope_from": envelope.mail_from,
            "peer": Peer(ip_of(server.session), str(getattr(server.session, "host_name", ""))),
            "raw": content_of(envelope),
            "signed_in": server.person,
        }
        proof = self.prove_at_once(**asked)
        if proof is None:
            proof = await self.checked(partial(self.prover, **asked))
        if proof is not Proof.PASSED:
            raise Unfit(PROVING[proof])

    async def _for_operator(self, server: Session, envelope: Mailing) -> Answer:
        clock = server.loop.time()
        if not self.paces.of_operator.has_room(NOBODY, clock):
            return answers.SLOW_DOWN
        self.paces.of_operator.spend(NOBODY, 1, clock)
        recipients = [
            address
            for address, number in zip(envelope.rcpt_tos, envelope.numbers, strict=True)
            if number == OPERATOR
        ]
        await self.checked(
            partial(
                operator.keep,
                recipients=recipients[0],
                envelope_from=str(envelope.mail_from),
                peer=ip_of(server.session),
                content=content_of(envelope),
            )
        )
        return answers.FOR_OPERATOR

    # -- What all of them need ---------------------------------------------------------------

    async def checked(self, ask: Callable[..., Any], *args: Any) -> Any:
        """In a thread that keeps no connection to the database."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.checks, _without_connection, partial(ask, *args))

    def _sign_in(self, server: Session, username: str, password: str) -> Person | None:
        return self.signer(username=username, password=password, now=database_now())

    def _refused(
        self,
        answer: Answer,
        server: Session,
        sender: str,
        person: Person | None = None,
        why: str = "",
    ) -> Answer:
        self.refusals.note(
            answer, peer=ip_of(server.session), sender=sender, person=person, why=why
        )
        return answer


def _without_connection(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    finally:
        connections.close_all()


def _words(found: letter.Letter, person: Person) -> str:
    """The subject, as this department wants it. Raises Unfit."""
    text = subject.text_of(found.subject)
    if person.department is not None and person.department.strips_subject_prefixes:
        text = subject.without_prefixes(text)
    parts = measure(alarms.readable(text)).parts
    if parts > settings.RELAY_MOST_PARTS:
        raise Unfit(answers.TOO_LONG.about(parts=parts, limit=settings.RELAY_MOST_PARTS))
    return text


def _one_of(said: list[Answer]) -> Answer:
    """SMTP has one answer for all: taken, if it was for anybody."""
    return next((answer for answer in said if not answer.is_refusal), said[0])


def content_of(envelope: Mailing) -> bytes:
    content = envelope.original_content
    return content if isinstance(content, bytes) else b""


def ip_of(session: Any) -> str:
    peer = session.peer
    return str(peer[0]) if isinstance(peer, tuple) else ""
