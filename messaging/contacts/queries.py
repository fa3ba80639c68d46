"""What the CONTACTS pages ask."""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Count, F, Prefetch, Q, QuerySet, Value
from django.db.models.functions import Concat, Lower, Trim

from accounts.people.models import Person
from messaging.contacts.models import Contact, Group, Membership
from messaging.contacts.names import join_groups
from messaging.senders.models import OptOut
from smsportal.lib.db import CHUNK
from smsportal.lib.exports import phone_cell
from smsportal.lib.phones import sought

CLUSTERS_SHOWN = 50
EXPORT_HEADINGS = ["Mobile", "FirstName", "LastName", "Groups"]


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to; the bulk actions and the export take the same."""

    words: str = ""
    group: uuid.UUID | None = None
    scope: str = ""  # "global", "personal" or both

    @property
    def is_set(self) -> bool:
        return bool(self.words or self.group or self.scope)


def find(person: Person, filters: Filters) -> QuerySet[Contact]:
    """Contacts that `person` may see, by name or by a number in any format."""
    contacts = Contact.objects.visible_to(person).live()
    if filters.scope:
        contacts = contacts.filter(owner__isnull=filters.scope == "global")
    if filters.group:
        groups = Group.objects.visible_to(person).live().filter(uid=filters.group)
        contacts = contacts.filter(memberships__group__in=groups)
    return contacts.filter(_matches(filters.words)).order_by("last_name", "first_name", "pk")


def _matches(words: str) -> Q:
    if digits := sought(words):
        return Q(number__contains=digits)
    wanted = Q()
    for word in words.split():
        wanted &= Q(first_name__icontains=word) | Q(last_name__icontains=word)
    return wanted


def with_groups(person: Person, contacts: QuerySet[Contact]) -> QuerySet[Contact]:
    """The contacts with `shown_groups`: those of their groups that `person` may see."""
    groups = Group.objects.visible_to(person).live().order_by("name")
    return contacts.prefetch_related(Prefetch("groups", groups, to_attr="shown_groups"))


def export_rows(person: Person, contacts: QuerySet[Contact]) -> Iterator[list[str]]:
    """Rows that import again unchanged: groups are those that `person` keeps."""
    own = Group.objects.editable_by(person).live()
    names: dict[int, list[str]] = {}
    pairs = Membership.objects.filter(group__in=own, contact__in=contacts.order_by())
    for contact_id, name in pairs.order_by("group__name").values_list("contact_id", "group__name"):
        names.setdefault(contact_id, []).append(name)
    fields = contacts.values_list("pk", "number", "first_name", "last_name")
    for pk, number, first_name, last_name in fields.iterator(chunk_size=CHUNK):
        yield [phone_cell(number), first_name, last_name, join_groups(names.get(pk, []))]


def with_opt_outs(department_id: int, contacts: Iterable[Contact]) -> list[Contact]:
    """The contacts, each with its `opt_out`: the first that stands, or None."""
    shown = list(contacts)
    standing = OptOut.objects.standing(department_id).select_related("department")
    among = standing.filter(number__in={contact.number for contact in shown})
    first = {opt_out.number: opt_out for opt_out in among.order_by("-at")}
    for contact in shown:
        contact.opt_out = first.get(contact.number)
    return shown


def groups_of(person: Person) -> QuerySet[Group]:
    """Groups that `person` may see, with `people_count`: those who are in sight."""
    there = Q(memberships__contact__deleted_at__isnull=True) & (
        Q(memberships__contact__arrival__isnull=True)
        | Q(memberships__contact__arrival__at__isnull=False)
    )
    seen = Group.objects.visible_to(person).live()
    return seen.annotate(people_count=Count("memberships", filter=there)).order_by("name", "pk")


def deleted_together(person: Person, deleted_at: dt.datetime) -> QuerySet[Contact]:
    """What one deletion took: all of it has the same moment."""
    return Contact.objects.editable_by(person).filter(deleted_at=deleted_at)


def same_names(person: Person) -> list[list[Contact]]:
    """Contacts of one book with equal names: perhaps one person with two numbers.

    A number is in a book once, however it was typed, so that an equal name is what is left.
    """
    named = (
        Contact.objects.editable_by(person)
        .live()
        .annotate(key=Lower(Trim(Concat(F("first_name"), Value(" "), F("last_name")))))
        .exclude(key="")
    )
    twice = named.values("key").annotate(n=Count("pk")).filter(n__gt=1).order_by("key")
    keys = list(twice.values_list("key", flat=True)[:CLUSTERS_SHOWN])
    clusters: dict[str, list[Contact]] = {key: [] for key in keys}
    for contact in with_groups(person, named.filter(key__in=keys).order_by("-updated_at")):
        clusters[contact.key].append(contact)
    return list(clusters.values())
