"""One connection to the mail server, one text over it at a time. It blocks, so it runs in a thread.

By smtplib and not by a client of the event loop, which would write into a buffer: what was lost
after the last dot may have been sent, and only here is it known whether that dot has left.
"""

import smtplib
import socket
import time
from contextlib import suppress
from typing import Final

from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend

from messaging.carriers.email.letters import Letter
from messaging.carriers.email.server import Server
from messaging.carriers.email.status import PASSED_BY, Reply, Step, verdict
from messaging.carriers.email.troubles import trouble
from messaging.carriers.http.exchange import Said
from messaging.carriers.verdicts import ACCOUNT, DOUBT, NO_LINE, TAKEN

LEAVE_SECONDS: Final = 2.0


class Courier:
    """seconds: for one text, all its steps together."""

    def __init__(self, server: Server, seconds: float) -> None:
        self.server = server
        self.seconds = seconds
        self.until = 0.0
        self.smtp: smtplib.SMTP | None = None
        self.last_used = 0.0

    @property
    def is_open(self) -> bool:
        return self.smtp is not None

    def open(self) -> None:
        """As EMAIL_URL says: encrypted and logged in. Raises OSError or ValueError."""
        self._begins()
        self._connect()

    def carry(self, letter: Letter) -> Said:
        """Answers for the text, whatever the line does. A server may close a connection that has
        been idle, so what a kept one does not take goes over a new one.
        """
        self._begins()
        while True:
            was_kept = self.is_open
            if not was_kept:
                try:
                    self._connect()
                except (OSError, ValueError) as why:
                    return self._not_open(why)
            said = self._hand_over(letter)
            if said.verdict != NO_LINE or not was_kept:
                return said

    def idle_for(self) -> float:
        return time.monotonic() - self.last_used

    def leave(self) -> None:
        """Take leave and close; no answer is waited for long."""
        self.until = time.monotonic() + LEAVE_SECONDS
        with suppress(OSError):
            self._ask("QUIT")
        self._drop()

    def _begins(self) -> None:
        self.last_used = time.monotonic()
        self.until = self.last_used + self.seconds

    def _connect(self) -> None:
        backend = EmailBackend(timeout=min(self._left(), settings.EMAIL_TIMEOUT))
        try:
            backend.open()
            smtp: smtplib.SMTP = backend.connection
            smtp.ehlo_or_helo_if_needed()
            if isinstance(smtp.sock, socket.socket):
                # The dot goes in a packet of its own, and must not wait for the one before it.
                smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except (OSError, ValueError):
            with suppress(OSError):
                backend.close()
            raise
        self.smtp = smtp

    def _hand_over(self, letter: Letter) -> Said:
        """Over an open connection, which is closed where it is NO_LINE or in doubt."""
        steps = (
            (Step.MAIL, f"MAIL FROM:<{letter.sender}>"),
            (Step.RCPT, f"RCPT TO:<{letter.recipient}>"),
            (Step.DATA, "DATA"),
        )
        has_left = False
        try:
            for step, command in steps:
                reply = self._ask(command)
                if not reply.goes_on(step):
                    return self._after(step, reply, letter)
            self._send(letter.content)
            self._send(b".\r\n")  # a write that fails keeps the end of it here
            has_left = True
            reply = self._reply()
        except OSError as why:
            self._drop()
            if has_left:
                return Said(DOUBT, code="no_answer")
            return Said(NO_LINE, code="broken_off", problem=trouble(why, self.server).words)
        return self._after(Step.DOT, reply, letter)

    def _after(self, step: Step, reply: Reply, letter: Letter) -> Said:
        """What the reply means, and the connection as the next text wants it."""
        if reply.ends_the_line:
            self._drop()
        elif step != Step.DOT:
            self._reset()
        found = verdict(step, reply)
        if found == TAKEN:
            return Said(TAKEN, ref=letter.reference)
        problem = ""
        if found in (ACCOUNT, PASSED_BY):
            gateway = letter.recipient.partition("@")[2]
            problem = f"{self.server.place} takes no mail from {letter.sender} to {gateway}"
        elif found == NO_LINE:
            problem = f"{self.server.place} closes the connection"
        problem = f"{problem} ({reply.named})" if problem else ""
        return Said(found, code=f"smtp {reply.named}", problem=problem)

    def _not_open(self, why: Exception) -> Said:
        found = trouble(why, self.server)
        kind = ACCOUNT if found.is_refused else NO_LINE
        return Said(kind, code="not_reached", problem=found.words)

    def _reset(self) -> None:
        try:
            is_well = self._ask("RSET").goes_on(Step.MAIL)
        except OSError:
            is_well = False
        if not is_well:
            self._drop()

    def _ask(self, command: str) -> Reply:
        self._send(f"{command}\r\n".encode("ascii"))
        return self._reply()

    def _send(self, content: bytes) -> None:
        self._open_smtp().send(content)

    def _reply(self) -> Reply:
        code, words = self._open_smtp().getreply()
        return Reply(code, words.decode("ascii", "replace"))

    def _open_smtp(self) -> smtplib.SMTP:
        """With the time that is left. Raises OSError where there is none, or no connection."""
        if self.smtp is None or self.smtp.sock is None:
            raise smtplib.SMTPServerDisconnected("closed")
        self.smtp.sock.settimeout(self._left())
        return self.smtp

    def _left(self) -> float:
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def _drop(self) -> None:
        if self.smtp is not None:
            with suppress(OSError):
                self.smtp.close()
        self.smtp = None
