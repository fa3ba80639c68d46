"""What the pages of opt-outs ask."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Concat, Trim

from accounts.people.models import Person
from messaging.contacts.models import Contact
from messaging.senders.models import Asked, OptOut
from smsportal.lib.db import CHUNK
from smsportal.lib.exports import Cell, phone_cell
from smsportal.lib.phones import sought
from smsportal.lib.walltime import LONDON

HEADINGS = (
    "Mobile",
    "Name",
    "Out of",
    "How they asked",
    "What they said",
    "Texted to",
    "Since",
    "Added by",
    "Lifted",
    "Lifted by",
    "Why",
)


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to; the download takes the same."""

    words: str = ""
    out_of: str = ""  # "department", "everywhere" or both
    show: str = ""  # "lifted", "all" or those in force

    @property
    def is_set(self) -> bool:
        return bool(self.words or self.out_of or self.show)


def find(person: Person, filters: Filters) -> QuerySet[OptOut]:
    """Opt-outs that `person` may see, newest first, each with its `name`: None for somebody who is
    not in the contacts that `person` sees.
    """
    found = OptOut.objects.visible_to(person).select_related("department")
    if filters.show != "all":
        found = found.filter(lifted_at__isnull=filters.show != "lifted")
    if filters.out_of:
        found = found.filter(department__isnull=filters.out_of == "everywhere")
    found = found.filter(_matches(person, filters.words))
    return named(person, found).order_by("-at", "-pk")


def named(person: Person, found: QuerySet[OptOut]) -> QuerySet[OptOut]:
    """With the `name` in the global contacts, else in the person's own."""
    contacts = _contacts(person).order_by(F("owner_id").asc(nulls_first=True))
    whole = Trim(Concat("first_name", Value(" "), "last_name"), output_field=CharField())
    return found.annotate(name=Subquery(contacts.annotate(whole=whole).values("whole")[:1]))


def _contacts(person: Person) -> QuerySet[Contact]:
    return Contact.objects.visible_to(person).live().filter(number=OuterRef("number"))


def _matches(person: Person, words: str) -> Q:
    """A number in any format; or words of the name, or of what they said."""
    if digits := sought(words):
        return Q(number__contains=digits) | Q(came_to=words.strip()) | Q(words__icontains=words)
    wanted = Q()
    for word in words.split():
        is_named = Q(first_name__icontains=word) | Q(last_name__icontains=word)
        wanted &= Exists(_contacts(person).filter(is_named)) | Q(words__icontains=word)
    return wanted


def export_rows(found: QuerySet[OptOut]) -> Iterator[tuple[Cell, ...]]:
    """All that was found, as a table to take away; times are London's."""
    for each in found.iterator(chunk_size=CHUNK):
        lifted = f"{each.lifted_at.astimezone(LONDON):%Y-%m-%d %H:%M}" if each.lifted_at else ""
        yield (
            phone_cell(each.number),
            each.name,
            each.out_of,
            Asked(each.asked).label,
            each.words,
            phone_cell(each.came_to),
            f"{each.at.astimezone(LONDON):%Y-%m-%d %H:%M}",
            each.added_by,
            lifted,
            each.lifted_by,
            each.lifted_why,
        )
