"""A client that says exactly what a test wants to be said, right or wrong."""

import socket
import time

from messaging.carriers.smpp.pdu import (
    RESPONSE,
    Address,
    Bind,
    Command,
    Pdu,
    ShortMessage,
    Stream,
)

PATIENCE = 10.0


class Client:
    """heard: what the server said by itself, in order."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.stream = Stream()
        self.heard: list[Pdu] = []
        self.answers: dict[int, Pdu] = {}
        self.number = 0
        self.is_closed = False

    def bind(
        self,
        kind: Command = Command.BIND_TRANSCEIVER,
        *,
        name: str = "portal",
        word: str = "secret",
    ) -> int:
        return self.ask(kind, Bind(name, word).encode()).status

    def submit(self, to: str = "447700900100", words: bytes = b"Hello", **fields) -> Pdu:
        return self.ask(Command.SUBMIT_SM, submit_sm(to, words, **fields))

    def ask(self, command: int, body: bytes = b"") -> Pdu:
        number = self.send(command, body)
        answer = self.wait(lambda: self.answers.pop(number, None))
        assert answer is not None, "no answer came"
        return answer

    def send(self, command: int, body: bytes = b"") -> int:
        self.number += 1
        self.write(Pdu(command, 0, self.number, body).encode())
        return self.number

    def answer(self, to: Pdu, status: int = 0) -> None:
        self.write(Pdu(to.command | RESPONSE, status, to.sequence, b"\x00").encode())

    def write(self, data: bytes) -> None:
        self.socket.sendall(data)

    def hears(self, count: int = 1, seconds: float = PATIENCE) -> list[Pdu]:
        """The next `count` units that the server says by itself; fewer when it says no more."""
        self.wait(lambda: len(self.heard) >= count, seconds)
        said, self.heard = self.heard[:count], self.heard[count:]
        return said

    def wait(self, is_there, seconds: float = PATIENCE):
        give_up_at = time.monotonic() + seconds
        while not (found := is_there()) and not self.is_closed:
            left = give_up_at - time.monotonic()
            if left <= 0:
                return None
            self._read(left)
        return found

    def waits_for_the_end(self) -> bool:
        self.wait(lambda: self.is_closed)
        return self.is_closed

    def _read(self, seconds: float) -> None:
        self.socket.settimeout(seconds)
        try:
            data = self.socket.recv(65536)
        except TimeoutError:
            return
        except ConnectionError:
            data = b""
        self.is_closed = not data
        for pdu in self.stream.feed(data):
            if pdu.command & RESPONSE:
                self.answers[pdu.sequence] = pdu
            else:
                self.heard.append(pdu)

    def close(self) -> None:
        self.socket.close()


def submit_sm(to="447700900100", words=b"Hello", source=None, report=1, **fields) -> bytes:
    return ShortMessage(
        source=source or Address(5, 0, "PHYSICS"),
        destination=Address(1, 1, to),
        words=words,
        registered_delivery=report,
        **fields,
    ).encode()
