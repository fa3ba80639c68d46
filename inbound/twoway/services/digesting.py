"""A mail of the replies that its user has not read, every hour or each morning."""

import datetime as dt
from collections.abc import Iterator, Sequence
from textwrap import indent
from typing import Final

from django.conf import settings
from django.db import transaction

from accounts.mail import services as mail
from inbound.twoway.digests import SENT, Digest, last_due
from inbound.twoway.models import DigestLine, ReplyNumber
from inbound.twoway.queries.digests import due, unread
from inbound.twoway.queries.talks import contacts
from messaging.contacts.models import Contact
from messaging.incoming.models import IncomingText
from smsportal.lib.db import CHUNK
from smsportal.lib.phones import display
from smsportal.lib.words import long_when

AT_ONCE: Final = 200  # numbers in one round
MOST: Final = 50  # replies in one mail, in full
LONGEST: Final = 500  # characters of one of them


def send_digests(*, now: dt.datetime) -> int:
    """Mail those that are due; answers how many went. Harmless twice, and by many at once: whoever
    moves the number's clock on writes the mail, and no reply is in two.
    """
    sent = 0
    for digest in SENT:
        moment = last_due(digest, now=now)
        for number in due(digest, moment)[:AT_ONCE]:
            with transaction.atomic():
                mine = ReplyNumber.objects.filter(
                    pk=number.pk, digest=digest, digested_at__lt=moment
                )
                if mine.update(digested_at=now):
                    sent += _mail(number, now)
    return sent


def _mail(number: ReplyNumber, now: dt.datetime) -> bool:
    texts = list(unread(number.sender).order_by("received_at", "pk"))
    if not texts:
        return False
    DigestLine.objects.bulk_create(
        (DigestLine(text=text, at=now) for text in texts), batch_size=CHUNK
    )
    sender, count = number.sender, len(texts)
    noun = "1 unread reply" if count == 1 else f"{count:,} unread replies"
    mail.send(
        to=sender.person.email,
        subject=f"{noun} to {display(sender.number)}",
        body="\n\n".join(_paragraphs(number, texts, now)),
        department_id=sender.department_id,
        now=now,
    )
    return True


def _paragraphs(
    number: ReplyNumber, texts: Sequence[IncomingText], now: dt.datetime
) -> Iterator[str]:
    shown, left = texts[:MOST], len(texts) - MOST
    named = contacts(number.sender.person, {text.from_number for text in shown})
    for text in shown:
        yield f"{_who(text, named)}, {long_when(text.received_at, now=now)}:\n{_words(text)}"
    if left > 0:
        yield f"And {left:,} more."
    yield _end(number)


def _who(text: IncomingText, named: dict[str, Contact]) -> str:
    contact, shown = named.get(text.from_number), display(text.from_number)
    return f"{contact.name}, {shown}" if contact and contact.name else shown


def _words(text: IncomingText) -> str:
    """Indented, so that nothing in them passes for a line of ours."""
    words = text.body if len(text.body) <= LONGEST else f"{text.body[:LONGEST]}..."
    return indent("\n".join(words.splitlines()), "    ", lambda line: True)


def _end(number: ReplyNumber) -> str:
    often = "every hour" if number.digest == Digest.HOURLY else "each morning"
    return (
        f"-- \nRead and answer them in the portal: {settings.PORTAL_URL}/2way/\n"
        f"You get this mail {often} when somebody has written: see Edit Virtual Number.\n"
        "Answers to it reach nobody.\n"
    )
