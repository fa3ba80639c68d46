"""The practice phones as their page shows them."""

import datetime as dt
from dataclasses import dataclass, field
from itertools import groupby

from django.db.models import QuerySet

from accounts.mail.models import OutgoingMail
from accounts.people.models import Person
from messaging.carriers.models import Carrier, SimulatedKind, SimulatedText
from messaging.carriers.simulator import queries
from messaging.carriers.simulator.script import SCRIPTED, can_reply_to
from messaging.contacts.models import Contact
from messaging.senders.models import Sender
from smsportal.lib import phones
from smsportal.templatetags.ui import STATUS

# (last digit of 07700 900900 to 900949, status key, words)
DIGITS = (
    ("0", "delivered", "after 1 to 3 seconds"),
    ("1", "dead", "the network says nobody has it"),
    ("2", "absent", "until the text's time runs out"),
    ("3", "delivered", "and answers YES"),
    ("4", "delivered", "and texts STOP"),
    ("5", "delivered", "after 30 to 45 seconds"),
    ("6", "unconfirmed", "nothing ever comes back"),
    ("7", "blocked", "the network lets nothing through"),
    ("8", "queued", "the network says “not now” twice, then delivers"),
    ("9", "delivered", "the receipt comes before the answer, and again later"),
)
DOES = {digit: f"{STATUS[key][0]} {words}" for digit, key, words in DIGITS}


@dataclass(frozen=True)
class Front:
    """One phone in the grid."""

    number: str
    name: str
    last: str
    at: dt.datetime

    @property
    def does(self) -> str:
        match = SCRIPTED.fullmatch(self.number)
        return DOES[match[1]] if match else "Delivered"


@dataclass(frozen=True)
class Thread:
    """The texts between a phone and one sender, oldest first."""

    peer: str
    whose: str
    texts: list[SimulatedText]

    @property
    def takes_replies(self) -> bool:
        return can_reply_to(self.peer)


@dataclass(frozen=True)
class Phone:
    number: str
    name: str
    threads: list[Thread] = field(default_factory=list)


def network() -> Carrier | None:
    """The carrier whose faults the demo can set."""
    return queries.networks().first()


def mail() -> QuerySet[OutgoingMail]:
    """What would have left, the newest first."""
    return OutgoingMail.objects.order_by("-pk")


def used(*, now: dt.datetime, limit: int = 12) -> list[Front]:
    """The phones used last."""
    found = queries.handsets(now=now, limit=limit)
    names = _names([handset.number for handset in found])
    return [
        Front(handset.number, names.get(handset.number, ""), _last_words(handset.number, now),
              handset.last_at)
        for handset in found
    ]  # fmt: skip


def one(number: str, *, now: dt.datetime) -> Phone | None:
    if not phones.is_drama(number):
        return None
    texts = queries.texts_of(number, now=now)
    owners = _owners({text.peer for text in texts})
    by_peer = groupby(sorted(texts, key=lambda text: text.peer), key=lambda text: text.peer)
    threads = [Thread(peer, owners.get(peer, ""), list(group)) for peer, group in by_peer]
    threads.sort(key=lambda thread: thread.texts[-1].got_at, reverse=True)
    return Phone(number, _names([number]).get(number, ""), threads)


def _last_words(number: str, now: dt.datetime) -> str:
    texts = queries.texts_of(number, now=now, limit=1)
    mine = "You: " if texts and texts[0].kind == SimulatedKind.FROM_PHONE else ""
    return mine + texts[0].body if texts else ""


def _names(numbers: list[str]) -> dict[str, str]:
    # Global contacts only: whom somebody keeps personally is nobody else's business.
    contacts = Contact.objects.live().filter(owner=None, number__in=numbers)
    return {contact.number: contact.name for contact in contacts}


def _owners(peers: set[str]) -> dict[str, str]:
    senders = Sender.objects.filter(number__in=peers).select_related("person")
    whose: dict[str, Person] = {sender.number: sender.person for sender in senders}
    return {number: f"{person.name}'s reply number" for number, person in whose.items()}
