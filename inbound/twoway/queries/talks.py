"""The list of conversations: whose they are, who it is, and which one is looked for."""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import BigIntegerField, BooleanField, Case, F, Q, QuerySet, Value, When

from accounts.people.models import Person
from inbound.twoway.days import in_a_list
from inbound.twoway.models import Conversation, ReplyNumber
from messaging.contacts.models import Contact
from messaging.incoming.models import IncomingText
from messaging.senders.models import Sender
from messaging.sending.models import Message
from smsportal.lib import db
from smsportal.lib.phones import display

_NUMBER: Final = re.compile(r"[\s\d()+.\-]*\d[\s\d()+.\-]*")


_A_NUMBER: Final = db.Ready[int](
    lambda: Sender.objects.filter(person_id=db.Given("person", BigIntegerField())).values_list(
        "pk", flat=True
    )[:1]
)


@dataclass(frozen=True)
class Listed:
    """A conversation as the list shows it."""

    talk: Conversation
    name: str  # empty for a number that is in no book
    time: str

    @property
    def who(self) -> str:
        return self.name or display(self.talk.number)


def has_or_had_a_number(person: Person) -> bool:
    return bool(_A_NUMBER(person=person.pk))


def unread_count(person: Person) -> int:
    """How many conversations have something new."""
    return Conversation.objects.filter(person_id=person.pk, unread_count__gt=0).count()


def numbers_of(person: Person) -> QuerySet[Sender]:
    """Those that are theirs now, in the order in which they can be chosen to send from."""
    return Sender.objects.filter(person_id=person.pk, released_at__isnull=True).order_by("pk")


def handling_of(sender: Sender) -> ReplyNumber:
    """What happens to its texts; nothing besides being kept, where nobody has said anything."""
    return ReplyNumber.objects.filter(sender=sender).first() or ReplyNumber(sender=sender)


def find(person: Person, *, words: str = "", done: bool = False) -> QuerySet[Conversation]:
    """Unread ones first. A search looks at those that are done, too."""
    talks = Conversation.objects.visible_to(person).select_related("sender")
    if words:
        talks = talks.filter(_about(person, words))
    else:
        talks = talks.filter(done_at__isnull=not done)
    is_read = Case(
        When(unread_count=0, then=Value(True)), default=Value(False), output_field=BooleanField()
    )
    return talks.order_by(is_read, F("last_at").desc(), "-pk")


def done_count(person: Person) -> int:
    return Conversation.objects.visible_to(person).filter(done_at__isnull=False).count()


def _about(person: Person, words: str) -> Q:
    """By a number in any format, by the name in CONTACTS, or by what either of them wrote."""
    theirs = IncomingText.objects.filter(person_id=person.pk, body__icontains=words)
    in_own_words = Q(body__icontains=words) | Q(body="", batch__body__icontains=words)
    mine = Message.objects.filter(
        in_own_words, batch__person_id=person.pk, batch__sender_kind="number"
    )
    wanted = Q(number__in=theirs.values("from_number")) | Q(number__in=mine.values("number"))
    if _NUMBER.fullmatch(words):
        digits = re.sub(r"\D", "", words)
        wanted |= Q(number__contains=re.sub(r"^(0{0,2}44)?0*", "", digits))
    named = Contact.objects.visible_to(person).live()
    for word in words.split():
        named = named.filter(Q(first_name__icontains=word) | Q(last_name__icontains=word))
    return wanted | Q(number__in=named.values("number"))


def contacts(person: Person, numbers: Iterable[str]) -> dict[str, Contact]:
    """By their number: the person's own contact before the department's."""
    found = Contact.objects.visible_to(person).live().filter(number__in=set(numbers))
    # Later ones take the place of earlier ones, so one's own come last.
    return {each.number: each for each in sorted(found, key=lambda each: not each.is_global)}


def listed(
    talks: Sequence[Conversation], person: Person, *, now: dt.datetime, named: dict[str, Contact]
) -> list[Listed]:
    """One page of them."""
    return [
        Listed(
            talk,
            named[talk.number].name if talk.number in named else "",
            in_a_list(talk.last_at, now=now),
        )
        for talk in talks
    ]
