"""What the sorter asks: whom a number and a word belong to, and what was sent before."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from django.conf import settings
from django.db.models import F, Q, QuerySet

from inbound.handling.wishes import is_question, plain
from inbound.keywords.models import Keyword
from inbound.sorting.models import AutoReply, Sorting
from inbound.twoway.models import ReplyNumber
from messaging.contacts.models import Contact
from messaging.incoming.models import IncomingText
from messaging.senders.models import OptOut, Sender
from messaging.sending.models import Message

LAST_TEXTED_WITHIN: Final = dt.timedelta(days=30)
MOST_COMPARED: Final = 50
A_DAY: Final = dt.timedelta(hours=24)


class Known:
    """Keywords and numbers as they are now, asked for once for many texts."""

    @cached_property
    def keywords(self) -> dict[str, Keyword]:
        live = Keyword.objects.live().select_related("department")
        return {keyword.word: keyword for keyword in live}

    @cached_property
    def numbers(self) -> dict[str, Sender]:
        live = Sender.objects.filter(released_at__isnull=True)
        return {sender.number: sender for sender in live.select_related("department", "person")}

    @cached_property
    def handlings(self) -> dict[int, ReplyNumber]:
        """By the sender's key."""
        return {each.sender_id: each for each in ReplyNumber.objects.all()}


def is_to_short_code(text: IncomingText) -> bool:
    return text.to_number.lstrip("+") == settings.SHORT_CODE


def waiting() -> QuerySet[Sorting]:
    return Sorting.objects.filter(place="waiting").order_by("pk")


def last_text_to(phone: str, *, now: dt.datetime, sender: str = "") -> Message | None:
    """The last one of any department, or from one number, within a month."""
    sent = Message.objects.filter(
        number=phone, batch__accepted_at__gte=now - LAST_TEXTED_WITHIN
    ).select_related("batch")
    if sender:
        sent = sent.filter(batch__sender=sender)
    return sent.order_by("-pk").first()


def was_asked(text: IncomingText, *, now: dt.datetime) -> bool:
    """Whether the last text to that phone, from that number, ended in a question mark."""
    sender = "" if is_to_short_code(text) else text.to_number
    last = last_text_to(text.from_number, now=now, sender=sender)
    return last is not None and is_question(last.body or last.batch.body)


@dataclass(frozen=True, slots=True)
class Limits:
    """Of automatic replies, so that two machines cannot text each other for ever."""

    of_one_source: int = 1  # to one phone in a day
    of_all: int = 3  # to one phone in a day
    of_the_source: int = 500  # to all phones in a day
    a_minute: int = 20  # of one source to all phones


LIMITS: Final = Limits()


def why_no_reply(text: IncomingText, *, source: str, department_id: int, now: dt.datetime) -> str:
    """Why the portal does not answer by itself, in words; empty where it does."""
    phone = text.from_number
    if not is_phone(phone):
        return "it did not come from a phone number"
    if Sender.objects.filter(number=phone).exists():
        return "it came from one of the portal's own numbers"
    if OptOut.objects.numbers(department_id, among=[phone]):
        return "the person has asked not to be texted"
    if plain(text.body) in _sent_lately(phone, now):
        return "it says what we have texted to that number"
    return _over_a_limit(phone, source, now)


def is_phone(number: str) -> bool:
    """Neither a name nor a short code, to which no text can go."""
    return number.startswith("+") and number[1:].isdecimal() and len(number) > 8


def _sent_lately(phone: str, now: dt.datetime) -> set[str]:
    sent = Message.objects.filter(number=phone, batch__accepted_at__gte=now - A_DAY)
    return {
        plain(own or same)
        for own, same in sent.order_by("-pk").values_list("body", "batch__body")[:50]
    }


def _over_a_limit(phone: str, source: str, now: dt.datetime) -> str:
    today = AutoReply.objects.filter(at__gt=now - A_DAY)
    to_phone = list(today.filter(to_number=phone).values_list("source", flat=True))
    if to_phone.count(source) >= LIMITS.of_one_source:
        return "that number had an automatic reply within a day"
    if len(to_phone) >= LIMITS.of_all:
        return f"that number had {LIMITS.of_all} automatic replies within a day"
    of_source = today.filter(source=source)
    if of_source.filter(at__gt=now - dt.timedelta(minutes=1)).count() >= LIMITS.a_minute:
        return f"there were {LIMITS.a_minute} automatic replies within a minute"
    if of_source.count() >= LIMITS.of_the_source:
        return f"there were {LIMITS.of_the_source} automatic replies within a day"
    return ""


def own_numbers(among: Iterable[str]) -> set[str]:
    """Those that would come back to us: a forward to one of them would go round for ever."""
    rented = Sender.objects.filter(number__in=list(among))
    return set(rented.values_list("number", flat=True))


def names_of(
    phone: str, *, department_id: int, person_id: int | None = None
) -> tuple[str, str] | None:
    """First and last name: the person's own contact before the department's."""
    theirs = Q(owner__isnull=True) | Q(owner_id=person_id) if person_id else Q(owner__isnull=True)
    known = Contact.objects.live().filter(theirs, department_id=department_id, number=phone)
    own_first = known.order_by(F("owner_id").asc(nulls_last=True))
    return own_first.values_list("first_name", "last_name").first()
