"""Texts to keywords and what was done with them, and texts for nobody."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from django.db.models import Q, QuerySet

from accounts.mail import queries as mail
from accounts.mail.models import OutgoingMail
from accounts.people.models import Person
from inbound.calling.models import WebhookCall
from inbound.handling.wishes import Wish
from inbound.keywords.models import Keyword
from inbound.sorting import keys
from inbound.sorting.meaning import Place
from inbound.sorting.models import Sorting
from messaging.contacts.models import Contact
from messaging.incoming.models import IncomingText
from messaging.senders.models import Sender
from messaging.sending.models import Batch
from smsportal.lib.exports import phone_cell
from smsportal.lib.walltime import LONDON

CSV_HEADER: Final = ["Received", "Keyword", "Name", "From", "Words", "What was done"]
CHUNK: Final = 500
WISHES: Final = {
    Wish.OUT: "Gets no more texts",
    Wish.OUT_EVERYWHERE: "Gets no more texts from anybody",
    Wish.BACK: "Gets texts again",
}
_NUMBER: Final = re.compile(r"[\s\d()+.\-]+")


@dataclass
class Row:
    """done: what followed, in words, each with the message that it made, where it made one."""

    sorting: Sorting
    text: IncomingText
    name: str = ""
    done: list[tuple[str, Batch | None]] = field(default_factory=list)


@dataclass(frozen=True)
class Counts:
    """What stands on the tabs of the messaging team's pages."""

    numbers: int
    keywords: int
    unmatched: int


def texts(person: Person, *, words: str = "", keyword: str = "", flagged: bool = False) -> QuerySet:
    """To keywords that the person reads, newest first; words: of the text, a name or a number."""
    found = Sorting.objects.visible_to(person).select_related("text", "keyword", "reply")
    if flagged:
        found = found.filter(_FLAGGED)
    if keyword:
        found = found.filter(keyword__word=keyword)
    if words:
        found = found.filter(_matches(person, words))
    return found.order_by("-pk")


def flagged_count(person: Person) -> int:
    """Texts that may ask for no more, at which nobody has looked."""
    return Sorting.objects.visible_to(person).filter(_FLAGGED).count()


_FLAGGED: Final = Q(wish=Wish.PERHAPS, looked_at__isnull=True, place=Place.KEYWORD)


def keywords_read(person: Person) -> list[str]:
    """For a filter: also those that were given back, since their texts stay."""
    words = Keyword.objects.visible_to(person).values_list("word", flat=True)
    return sorted(set(words))


def rows_of(sortings: Sequence[Sorting], person: Person) -> list[Row]:
    """As a page shows them; as many questions for many as for one."""
    names = _names({each.text.from_number for each in sortings}, person)
    forwards = _forwards(sortings)
    mails = mail.copies([each.text.uid for each in sortings])
    calls = {call.text_id: call for call in WebhookCall.objects.filter(text__sorting__in=sortings)}
    return [
        Row(
            sorting=each,
            text=each.text,
            name=names.get(each.text.from_number, ""),
            done=_done(
                each,
                mails.get(each.text.uid, []),
                forwards.get(each.pk),
                calls.get(each.text_id),
            ),
        )
        for each in sortings
    ]


def csv_rows(found: QuerySet, person: Person) -> Iterator[list[str]]:
    rows = found.iterator(chunk_size=CHUNK)
    while chunk := list(islice(rows, CHUNK)):
        for row in rows_of(chunk, person):
            at = row.text.received_at.astimezone(LONDON)
            yield [
                f"{at:%Y-%m-%d %H:%M}",
                str(row.sorting.keyword),
                row.name,
                phone_cell(row.text.from_number),
                row.sorting.words,
                ". ".join(words for words, _ in row.done),
            ]


def unmatched(*, words: str = "") -> QuerySet:
    """Texts for nobody, newest first. For the messaging team."""
    found = Sorting.objects.filter(place=Place.UNMATCHED).select_related("text")
    if words:
        found = found.filter(text__body__icontains=words)
    return found.order_by("-pk")


def was_unmatched() -> QuerySet:
    """Those, and what people have sorted of them."""
    for_nobody = Q(place=Place.UNMATCHED) | ~Q(sorted_by_name="")
    return Sorting.objects.filter(for_nobody).select_related("text", "keyword")


def unmatched_count() -> int:
    return Sorting.objects.filter(place=Place.UNMATCHED).count()


def counts() -> Counts:
    rented = Sender.objects.filter(released_at__isnull=True).count()
    return Counts(rented, Keyword.objects.live().count(), unmatched_count())


def _matches(person: Person, words: str) -> Q:
    if _NUMBER.fullmatch(words):
        digits = re.sub(r"^(0{0,2}44)?0*", "", re.sub(r"\D", "", words))
        return Q(text__from_number__contains=digits) | Q(words__icontains=words)
    named = _contacts(person)
    for word in words.split():
        named = named.filter(Q(first_name__icontains=word) | Q(last_name__icontains=word))
    return Q(words__icontains=words) | Q(text__from_number__in=named.values("number"))


def _contacts(person: Person) -> QuerySet:
    """The department's and the person's own: nobody reads a colleague's contacts."""
    return Contact.objects.live().filter(
        Q(owner__isnull=True) | Q(owner_id=person.pk), department_id=person.department_id
    )


def _names(numbers: set[str], person: Person) -> dict[str, str]:
    found = _contacts(person).filter(number__in=numbers).order_by("owner_id")
    return {contact.number: contact.name for contact in found}


def _forwards(sortings: Sequence[Sorting]) -> dict[int, Batch]:
    by_key = {keys.forward(each.text.uid): each.pk for each in sortings}
    found = Batch.objects.filter(request_key__in=list(by_key))
    return {by_key[batch.request_key]: batch for batch in found}


def _done(
    each: Sorting,
    mails: Sequence[OutgoingMail],
    forward: Batch | None,
    call: WebhookCall | None,
) -> list[tuple[str, Batch | None]]:
    done: list[tuple[str, Batch | None]] = []
    if each.wish in WISHES:
        done.append((WISHES[Wish(each.wish)], None))
    done += [(words, None) for words in mail.in_words(mails)]
    if forward:
        count = forward.person_count
        done.append((f"Texted to {count} mobile{'' if count == 1 else 's'}", forward))
    elif each.no_forward_why:
        done.append((f"Not texted on, because {_clause(each.no_forward_why)}", None))
    if call:
        done.append((_called(call), None))
    if each.reply:
        is_wish = each.wish in WISHES
        done.append(("Confirmed by text" if is_wish else "Automatic reply sent", each.reply))
    elif each.no_reply_why:
        done.append((f"No automatic reply, because {_clause(each.no_reply_why)}", None))
    return done


def _called(call: WebhookCall) -> str:
    if call.taken_at:
        return "Your system took it"
    if call.given_up_at:
        return f"Your system did not take it: {call.last_error}"
    return "Your system is being called"


def _clause(why: str) -> str:
    return why.rstrip(".")
