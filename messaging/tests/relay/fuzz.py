"""Mails that nobody would write: from a seed, so that each can be played again."""

import random
from collections.abc import Iterator

from messaging.tests.relay.talking import Client

ANN = b"ann@ox.ac.uk"
OF_THE_PROTOCOL = ("220 oxsms.co.uk", "250-", "250 HELP", "250 oxsms.co.uk", "334 ", "354 ")
PIECES = [
    b"=?utf-8?Q?caf=C3=A9?=", b"=?x?B?!!?=", b"=?utf-7?Q?+2AA-?=", b"\x00", b"\xff\xfe", b"\r",
    b"\n",
    b"\r\n", b"\r\n ", b"\r\n.\r\n", b"\r\n..\r\n", b"<ann@ox.ac.uk>", b",", b";", b":",
    b"\"", b"(",
    "\u202e\u200b".encode(), b"\x1b[2J", b"x" * 1100, b" ", b"\t", b"STOP", b"((name))", b"%s{0}",
]  # fmt: skip
FIELDS = [
    b"From", b"from", b"Subject", b"Subject ", b"Message-ID", b"Date", b"Received", b"List-Id",
    b"Auto-Submitted", b"Precedence", b"Content-Type", b"X-OxSMS-Id", b"", b"\xc3\xa9", b"To",
]  # fmt: skip
LOCALS = [
    b"07700900001", b"+447700900002", b"postmaster", b"x", b"", b"077\xc3\xa9", b"a b",
    b"@a:07700900001",
    b"07700900001;ext=1", b"0" * 70, b"999", b"\x00",
]  # fmt: skip


def junk(dice: random.Random, most: int = 6) -> bytes:
    return b"".join(
        dice.choice(PIECES) if dice.random() < 0.5 else dice.randbytes(dice.randrange(8))
        for _ in range(dice.randrange(most))
    )


def a_mail(dice: random.Random) -> bytes:
    """Now and then one that is almost right."""
    lines = [b"From: Ann <" + ANN + b">", b"Subject: " + junk(dice) + str(dice.random()).encode()]
    for _ in range(dice.randrange(4)):
        lines.append(dice.choice(FIELDS) + b": " + junk(dice))
    dice.shuffle(lines)
    if dice.random() < 0.3:
        lines.pop()
    body = b"\r\n".join(junk(dice, 4) for _ in range(dice.randrange(4)))
    content = b"\r\n".join(lines) + dice.choice([b"\r\n\r\n", b"\r\n", b""]) + body
    return content.replace(b"\r\n.\r\n", b"\r\n..\r\n")  # the client ends it itself


def commands(dice: random.Random) -> Iterator[bytes]:
    """Before DATA: mostly what a client says, with something wrong in it."""
    if dice.random() < 0.1:
        yield dice.choice([b"GET / HTTP/1.1", b"HELP", b"VRFY x", b"AUTH PLAIN AAA=", b"RSET", b""])
    yield dice.choice([b"EHLO x", b"EHLO x", b"HELO x", b"LHLO x"])
    sender = (
        ANN if dice.random() < 0.8 else dice.choice([b"", b"b@x", b"a\xff@x", b"\x00@ox.ac.uk"])
    )
    yield b"MAIL FROM:<" + sender + b">" + dice.choice([b"", b"", b" SIZE=1", b" X=1", b" SIZE=a"])
    for _ in range(dice.randrange(1, 4)):
        local = LOCALS[0] if dice.random() < 0.6 else dice.choice(LOCALS)
        yield (
            b"RCPT TO:<"
            + local
            + dice.choice([b"@oxsms.co.uk", b"@oxsms.co.uk.", b"", b"@x"])
            + b">"
        )


def play(port: int, dice: random.Random) -> list[str]:
    """Everything that was heard while one mail was handed in."""
    with Client(port) as client:
        for command in commands(dice):
            if not client.say(command):
                return client.heard
        if client.say("DATA").startswith("354"):
            client.send(a_mail(dice) + b"\r\n")
            client.say(".")
        return client.heard
