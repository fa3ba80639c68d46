"""Hands in mails over some sessions as fast as it is answered: mailer.py PORT MAILS SESSIONS EACH.

EACH: mails in a connection. What is answered with 4 is handed in again, as every mail server does,
after a connection that broke too. Prints how long it took and how often each code was heard.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

import uvloop

SENDERS = 40
BODY = b"Nothing of this goes out, as long as it is.\r\n" * 16
FIRST_MOBILE = 7_400_000_000
AGAIN_SECONDS = 0.2


def sender(n: int) -> str:
    return f"bench{n % SENDERS:04d}@example.ac.uk"


def _mail(n: int) -> tuple[bytes, bytes]:
    envelope = f"MAIL FROM:<{sender(n)}>\r\nRCPT TO:<0{FIRST_MOBILE + n}@oxsms.co.uk>\r\nDATA\r\n"
    head = (
        f"From: Bench <{sender(n)}>\r\nTo: 0{FIRST_MOBILE + n}@oxsms.co.uk\r\n"
        f"Subject: Lecture {n} moved to 2pm\r\nMessage-ID: <{n}@example.ac.uk>\r\n"
        "Date: Tue, 12 May 2026 14:00:00 +0100\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n\r\n"
    )
    return envelope.encode(), head.encode() + BODY + b".\r\n"


class Mailer:
    def __init__(self, port: int, mails: int, each: int) -> None:
        self.port, self.each = port, each
        self.left: Iterator[int] = iter(range(mails))
        self.again: list[int] = []
        self.heard: Counter[str] = Counter()

    async def session(self) -> None:
        while mails := self._next():
            try:
                await self._connection(mails)
            except (OSError, asyncio.IncompleteReadError):
                self.heard["lost"] += 1
                await asyncio.sleep(AGAIN_SECONDS)
            self.again += mails  # those that have had no answer yet

    def _next(self) -> list[int]:
        chosen: list[int] = []
        while len(chosen) < self.each:
            n = self.again.pop() if self.again else next(self.left, None)
            if n is None:
                break
            chosen.append(n)
        return chosen

    async def _connection(self, mails: list[int]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        with suppress(OSError):
            try:
                await _answer(reader)
                await _say(reader, writer, b"EHLO bench\r\n")
                while mails:
                    code = await self._hand_in(reader, writer, mails[-1])
                    self.heard[code] += 1
                    n = mails.pop()
                    if code.startswith("4"):
                        self.again.append(n)
                        await asyncio.sleep(AGAIN_SECONDS)
                await _say(reader, writer, b"QUIT\r\n")
            finally:
                writer.close()

    async def _hand_in(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, n: int
    ) -> str:
        envelope, content = _mail(n)
        for line in envelope.splitlines(keepends=True):
            code = await _say(reader, writer, line)
            if code[:1] in "45":
                await _say(reader, writer, b"RSET\r\n")
                return code
        return await _say(reader, writer, content)


async def _say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, data: bytes) -> str:
    writer.write(data)
    return await _answer(reader)


async def _answer(reader: asyncio.StreamReader) -> str:
    while True:
        line = await reader.readuntil(b"\r\n")
        if line[3:4] != b"-":
            return line[:3].decode()


async def main(port: int, mails: int, sessions: int, each: int) -> None:
    mailer = Mailer(port, mails, each)
    start = time.perf_counter()
    await asyncio.gather(*(mailer.session() for _ in range(sessions)))
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "heard": mailer.heard}))


if __name__ == "__main__":
    uvloop.run(main(*map(int, sys.argv[1:])))
