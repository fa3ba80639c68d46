"""Cases 44 to 68: who sends it."""

import datetime as dt

from accounts.tests.make import make_user
from messaging.relay.proofs import Proof
from messaging.tests.relay.stage import ANN, TO, Stage, a_mail, short

NOT_AUTHORISED, NOT_PROVEN, BAD_FROM = "550 5.7.1", "550 5.7.26", "554 5.6.0"
TAKEN, STORED = "250 2.1.5", "250 2.0.0"
CYRILLIC = "\u0430nn@ox.ac.uk"


def whole_answers(stage: Stage) -> list[str]:
    """To somebody unknown, with relay off, and who has left: the same, so nobody learns which."""
    make_user(stage.ann.department, email="off@ox.ac.uk")
    left = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
    make_user(stage.ann.department, email="left@ox.ac.uk", allow_relay=True, left_at=left)
    said = []
    for sender in ("nobody@ox.ac.uk", "off@ox.ac.uk", "left@ox.ac.uk"):
        with stage.client() as client:
            said.append(client.begin(sender, TO))
    return said


REFUSED = "550 5.7.1 Sender not authorised for SMS relay"


def written(stage: Stage, *lines: str | bytes) -> str:
    """A mail of Ann's envelope with these header lines and no others."""
    raw = [line if isinstance(line, bytes) else line.encode() for line in lines]
    return stage.mail(b"\r\n".join([*raw, b"", b"words", b""]))


def from_line(stage: Stage, line: str | bytes) -> str:
    return written(stage, line, f"Subject: {stage.subject()}")


def untrusted(stage: Stage, *headers: str) -> str:
    with stage.untrusted():
        return stage.says(*headers)


def names_are_silent(stage: Stage) -> str:
    with stage.untrusted(), stage.another(prover=lambda **_: Proof.TRY_LATER):
        return stage.mail()


def sign_in_unsafely(stage: Stage) -> object:
    with stage.client() as client:
        client.say("EHLO here")
        is_offered = any("AUTH" in line for line in client.heard)
        return is_offered, short(client.sign_in(stage.ann.username, stage.password))


def guessed(stage: Stage) -> object:
    with stage.another(), stage.client() as client:
        client.start_tls()
        client.say("EHLO here")
        said = [short(client.sign_in(stage.ann.username, f"wrong-{n}")) for n in range(5)]
        said.append(short(client.sign_in(stage.ann.username, stage.password)))
        is_closed = client.is_closed()
        with stage.client() as other:
            other.start_tls()
            other.say("EHLO here")
            said.append(short(other.sign_in(stage.ann.username, stage.password)))
    return said, is_closed


def signed_in_as_another(stage: Stage) -> list[str]:
    with stage.untrusted(), stage.client() as client:
        client.start_tls()
        client.say("EHLO here")
        said = [short(client.sign_in(stage.ann.username, stage.password))]
        said.append(short(client.mail("bob@ox.ac.uk", [TO], a_mail("bob@ox.ac.uk"))))
        return [*said, short(client.mail(ANN, [TO], stage.any()))]


FORGED = "Authentication-Results: mx.oxsms.co.uk; dmarc=pass header.from=ox.ac.uk"
BROKEN = "DKIM-Signature: v=1; a=rsa-sha256; d=ox.ac.uk; s=x; h=from:subject; bh=AAAA; b=AAAA"

CASES = {
    44: (lambda stage: whole_answers(stage)[0], REFUSED),
    45: (lambda stage: stage.rcpt(TO, sender="off@ox.ac.uk"), NOT_AUTHORISED),
    46: (lambda stage: stage.rcpt(TO, sender="left@ox.ac.uk"), NOT_AUTHORISED),
    47: (lambda stage: stage.rcpt(TO, sender=""), NOT_AUTHORISED),
    48: (
        lambda stage: stage.mail(a_mail("Ann@OX.AC.UK", stage.subject()), sender="ANN@OX.ac.uk"),
        STORED,
    ),
    49: (lambda stage: stage.rcpt(TO, sender="ann+tag@ox.ac.uk"), NOT_AUTHORISED),
    50: (
        lambda stage: [
            stage.rcpt(TO, sender=CYRILLIC),
            stage.mail(a_mail(CYRILLIC)),
        ],
        [NOT_AUTHORISED, NOT_PROVEN],
    ),
    51: (lambda stage: stage.mail(a_mail("bob@ox.ac.uk")), NOT_PROVEN),
    52: (lambda stage: stage.mail(a_mail(ANN), sender="bob@ox.ac.uk"), NOT_PROVEN),
    53: (lambda stage: stage.says(f"From: {ANN}"), BAD_FROM),
    54: (lambda stage: from_line(stage, f"From: {ANN}, bob@ox.ac.uk"), BAD_FROM),
    55: (lambda stage: from_line(stage, f'From: "{ANN}" <b@evil.example>'), NOT_PROVEN),
    56: (lambda stage: from_line(stage, "From: undisclosed: ;"), BAD_FROM),
    57: (lambda stage: from_line(stage, "From: =?utf-8?Q?ann=40ox=2Eac=2Euk?="), BAD_FROM),
    58: (lambda stage: from_line(stage, f"From: \x00 <{ANN}>"), BAD_FROM),
    59: (lambda stage: written(stage, f"Subject: {stage.subject()}"), BAD_FROM),
    60: (lambda stage: stage.says("Sender: bob@ox.ac.uk"), STORED),
    61: (lambda stage: stage.says("Reply-To: bob@ox.ac.uk"), STORED),
    62: (lambda stage: [stage.says(FORGED), untrusted(stage, FORGED)], [STORED, NOT_PROVEN]),
    63: (lambda stage: untrusted(stage, BROKEN), NOT_PROVEN),
    64: (
        lambda stage: untrusted(stage, "Received-SPF: softfail (example.com: 127.0.0.1)"),
        NOT_PROVEN,
    ),
    65: (names_are_silent, "451 4.4.3"),
    66: (sign_in_unsafely, (False, "538 5.7.11")),
    67: (guessed, (["535 5.7.8"] * 5 + ["421 4.7.0"] * 2, True)),
    68: (signed_in_as_another, ["235 2.7.0", NOT_PROVEN, STORED]),
}
