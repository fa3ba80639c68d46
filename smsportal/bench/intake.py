"""Texts from phones over SMPP, brought as fast as promised: how long until each is acted on?

The carrier is node-smpp, in a process of its own. Eight of ten texts are for a keyword that keeps
them in the portal, one for a keyword that mails a copy, one is a reply to a virtual number.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from django.conf import settings
from django.db import connection

from accounts.mail.models import OutgoingMail
from inbound.keywords.models import Keyword
from inbound.keywords.reading import skeleton
from inbound.sorting.meaning import Place
from inbound.sorting.models import Sorting
from inbound.twoway.models import Conversation
from messaging.incoming.models import IncomingText
from messaging.senders.models import Sender
from smsportal.bench import smpp
from smsportal.bench.sending import bench_person

A_SECOND = 500
SECONDS = 20
LOOK_SECONDS = 0.05
GIVE_UP_SECONDS = 120
NUMBER = "+447700900950"
PHONES = Path(__file__).with_name("phones.js")


@dataclass(frozen=True)
class IntakeFigure:
    """Seconds from the moment that the carrier brought a text."""

    texts: int
    a_second: int
    taken: int
    stored: int
    mails: int
    conversations: int
    middle: float
    p95: float
    slowest: float

    def __str__(self) -> str:
        return (
            f"intake: {self.texts:,} texts from phones over SMPP, {self.a_second} a second "
            f"(promised: 500): {self.taken:,} answered, {self.stored:,} stored once, "
            f"{self.mails:,} copies by mail, {self.conversations:,} conversations; acted on after "
            f"{self.middle:.2f} s at the median (promised: 1 s), p95 {self.p95:.2f} s, slowest "
            f"{self.slowest:.2f} s"
        )


def figures() -> Iterator[IntakeFigure | str]:
    if not smpp.is_possible():
        yield f"intake: {smpp.LEFT_OUT}"
        return
    person = bench_person()
    for word, emails in (("HELP", []), ("MAILED", ["copies@example.ac.uk"])):
        Keyword.objects.create(
            department=person.department, word=word, skeleton=skeleton(word), emails=emails
        )
    Sender.objects.create(department=person.department, person=person, number=NUMBER)
    with smpp.peer(PHONES) as carrier, smpp.worker():
        smpp.add_carrier(carrier.port)
        with smpp.sender():
            yield _brought(carrier, A_SECOND * SECONDS)


def _brought(carrier: smpp.Peer, texts: int) -> IntakeFigure:
    with _watched(texts) as seen:
        said = carrier.ledger(f"{texts} {A_SECOND} {settings.SHORT_CODE} {NUMBER[1:]}")
    waits = _waits(said["sent"], seen)
    return IntakeFigure(
        texts=texts,
        a_second=A_SECOND,
        taken=said["taken"],
        stored=IncomingText.objects.count(),
        mails=OutgoingMail.objects.count(),
        conversations=Conversation.objects.count(),
        middle=median(waits),
        p95=quantiles(waits, n=20)[-1],
        slowest=max(waits),
    )


@contextmanager
def _watched(texts: int) -> Iterator[list[tuple[int, float]]]:
    """How many were acted on, and when, until all are; looked at from outside."""
    seen: list[tuple[int, float]] = []

    def look() -> None:
        give_up_at = time.monotonic() + GIVE_UP_SECONDS
        count = 0
        while count < texts and time.monotonic() < give_up_at:
            count = Sorting.objects.exclude(place=Place.WAITING).count()
            seen.append((count, time.time()))
            time.sleep(LOOK_SECONDS)
        connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    yield seen
    thread.join()


def _waits(sent: list[tuple[int, float]], seen: list[tuple[int, float]]) -> list[float]:
    """Of each text, in the order in which they came: they are acted on in that order."""
    waits = []
    looks = iter(seen)
    acted, at = next(looks)
    n = 0
    for until, brought_at in sent:
        while n < until:
            while acted <= n:
                acted, at = next(looks)
            waits.append(at - brought_at)
            n += 1
    return waits
