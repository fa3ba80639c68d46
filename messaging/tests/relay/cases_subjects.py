"""Cases 69 to 95: the subject line, and the text that it becomes."""

import base64

from messaging.history.queries import csv_rows
from messaging.sending.models import Batch
from messaging.tests.make import NOW
from messaging.tests.relay.stage import Stage, a_mail

STORED, REFUSED = "250 2.0.0", "554 5.6.0"


def q(text: str) -> str:
    return "=?utf-8?Q?" + "".join(f"={byte:02X}" for byte in text.encode()) + "?="


def b(data: bytes) -> str:
    return f"=?utf-8?B?{base64.b64encode(data).decode()}?="


# number: (the subject's value, the text; None: it is refused)
BY_SUBJECT = {
    70: (" \t ", None),
    71: ("Lecture moved to 2pm", "Lecture moved to 2pm"),
    72: (f"{q('Café')} {b('à 2€'.encode())}", "Caféà 2€"),
    73: ("Lecture\r\n moved\r\n\tto 2pm", "Lecture moved to 2pm"),
    74: (f"{b(b'a' + '€'.encode()[:2])}\r\n {b('€'.encode()[2:] + b'b')}", "a€b"),
    75: (q("Fire drill \U0001f525"), "Fire drill \U0001f525"),
    76: ("Café 2€", "Café 2€"),
    77: ("Café 2€".encode("cp1252"), "Café 2€"),
    78: ("=?x-nobody?Q?caf=E9?=", None),
    79: ("=?utf-8?B?!!!?=", None),
    80: ("=?utf-7?Q?+2AA-?=", None),
    81: ("nul \x00 here", None),
    82: (q("two\r\nlines"), "two lines"),
    83: (q("red \x1b[31m"), None),
    84: (q("abc \u202ereversed\u202c \u2066x\u2069"), "abc reversed x"),
    88: ("x" * 613, None),
    90: ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
    91: ("=?utf-7?Q?+ADw-script+AD4-?=", "<script>"),
    92: ("STOP", "STOP"),
    94: (b(b"\xff\xfe"), None),
    95: (q("\u200b\u200d\ufeff"), None),
}


def subjects(stage: Stage, *lines: str) -> str:
    head = ["From: ann@ox.ac.uk", *lines]
    return stage.mail("\r\n".join([*head, "", "words", ""]).encode())


def parts(stage: Stage, text: str) -> tuple[str, int]:
    said = stage.mail(a_mail("ann@ox.ac.uk", text))
    return said, Batch.objects.latest("pk").part_count


def too_long(stage: Stage) -> str:
    with stage.client() as client:
        return client.mail(
            "ann@ox.ac.uk", ["07700900123@oxsms.co.uk"], a_mail("ann@ox.ac.uk", "x" * 613)
        )


def huge(stage: Stage) -> list[str]:
    """Before it is parsed: over 32 kB of header, and over what a mail may have at all."""
    folded = "\r\n ".join(["x" * 900] * 40)
    mega = "\r\n ".join(["x" * 900] * 1200)
    return [stage.text(folded)[0], stage.text(mega)[0]]


def prefixes(stage: Stage) -> list[str | None]:
    typed = [stage.text(subject)[1] for subject in ("Re: Lab closed", "Fwd: [EXTERNAL] Lab closed")]
    department = stage.ann.department
    department.strips_subject_prefixes = True
    department.save()
    stripped = stage.text("RE: Fwd: [EXTERNAL] Lab closed")[1]
    only = stage.text("Re: [EXTERNAL]")[0]
    department.strips_subject_prefixes = False
    department.save()
    return [*typed, stripped, only]


def exported(stage: Stage) -> tuple[str, str | None, str]:
    subject, text = BY_SUBJECT[90]
    said, went = stage.text(subject)
    [row] = csv_rows(Batch.objects.latest("pk"), stage.ann, now=NOW)
    return said, went, str(row[-1])


CASES = {
    69: (lambda stage: subjects(stage, "Date: Tue, 12 May 2026 14:00:00 +0100"), REFUSED),
    **{
        n: (
            lambda stage, subject=subject: stage.text(subject),
            (STORED, text) if text is not None else (REFUSED, None),
        )
        for n, (subject, text) in BY_SUBJECT.items()
    },
    85: (lambda stage: subjects(stage, "Subject: one", "Subject: two"), REFUSED),
    86: (lambda stage: subjects(stage, "Subject : one"), REFUSED),
    87: (lambda stage: parts(stage, "x" * 161), (STORED, 2)),
    88: (too_long, "554 5.6.0 Subject makes 5 parts, limit is 4"),
    89: (huge, [REFUSED, "552 5.3.4"]),
    93: (
        prefixes,
        ["Re: Lab closed", "Fwd: [EXTERNAL] Lab closed", "Lab closed", REFUSED],
    ),
}
