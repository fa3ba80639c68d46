"""The relay in a thread of this process, and a client that says whatever it likes."""

import asyncio
import base64
import socket
import ssl
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import uvloop

from messaging.relay.answers import Unfit
from messaging.relay.services import Relay

ANSWER_SECONDS = 20


def outcome(work: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """What `work` answers, or the answer of a refusal."""
    try:
        return work(*args, **options)
    except Unfit as unfit:
        return unfit.answer


class Running:
    """A relay that listens. smtp, lmtp, policy: its ports."""

    def __init__(self, *, lmtp: int = 0, policy: int = 0, **handling: Any) -> None:
        self.loop = uvloop.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        self.relay = self.call(self._open(handling, lmtp, policy))
        self.smtp, self.lmtp, self.policy = self.relay.ports

    async def _open(self, handling: dict[str, Any], lmtp: int, policy: int) -> Relay:
        relay = Relay(**handling)
        await relay.open(host="127.0.0.1", port=0, local_port=lmtp, policy_port=policy)
        return relay

    def call(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(ANSWER_SECONDS)

    def write_down_refusals(self) -> None:
        self.call(self.relay._write_down())

    def close(self) -> None:
        self.call(self.relay.close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


@contextmanager
def running(**handling: Any) -> Iterator[Running]:
    relay = Running(**handling)
    try:
        yield relay
    finally:
        relay.close()


class Client:
    """One connection, by hand. `heard`: every line that came, in order."""

    def __init__(self, port: int, *, greeted: bool = True) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=ANSWER_SECONDS)
        self.rest = b""
        self.heard: list[str] = []
        if greeted:
            self.greeting = self.answer()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def line(self) -> str:
        """ "" when the other end has closed."""
        while b"\r\n" not in self.rest:
            try:
                more = self.socket.recv(65536)
            except ConnectionResetError:
                more = b""
            if not more:
                return ""
            self.rest += more
        line, _, self.rest = self.rest.partition(b"\r\n")
        self.heard.append(line.decode())
        return self.heard[-1]

    def answer(self) -> str:
        """The last line of an answer."""
        while (line := self.line())[3:4] == "-":
            pass
        return line

    def say(self, command: str | bytes) -> str:
        self.send((command.encode() if isinstance(command, str) else command) + b"\r\n")
        return self.answer()

    def start_tls(self) -> None:
        assert self.say("STARTTLS").startswith("220 ")
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.socket = context.wrap_socket(self.socket)

    def sign_in(self, username: str, password: str) -> str:
        said = base64.b64encode(f"\0{username}\0{password}".encode()).decode()
        return self.say(f"AUTH PLAIN {said}")

    def is_closed(self) -> bool:
        return self.line() == ""

    def close(self) -> None:
        self.socket.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- Whole mails -----------------------------------------------------------------------

    def begin(self, sender: str, *recipients: str, hello: str = "EHLO mail.example.ac.uk") -> str:
        """Up to the last RCPT, and its answer."""
        self.say(hello)
        said = self.say(f"MAIL FROM:<{sender}>")
        for recipient in recipients:
            said = self.say(f"RCPT TO:<{recipient}>")
        return said

    def data(self, content: bytes) -> str:
        """content: as it is; the last dot is added."""
        said = self.say("DATA")
        if not said.startswith("354"):
            return said
        self.send(content if content.endswith(b"\r\n") else content + b"\r\n")
        return self.say(".")

    def mail(self, sender: str, recipients: Sequence[str], content: bytes) -> str:
        said = self.begin(sender, *recipients)
        return self.data(content) if said.startswith("250") else said


def a_mail(sender: str, subject: str | bytes = "Lecture moved", *more: str | bytes) -> bytes:
    """more: further header lines, whole."""
    lines = [f"From: {sender}", b"Subject: " + _bytes(subject), *more]
    return b"\r\n".join(map(_bytes, lines)) + b"\r\n\r\nNothing of this goes out.\r\n"


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()
