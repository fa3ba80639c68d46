"""Whom a person can choose: what the pick lists of the page show."""

import uuid
from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.people.models import Person
from messaging.compose.models import Draft
from messaging.contacts import queries as contact_queries
from messaging.contacts.models import Contact
from messaging.senders.models import OptOut
from messaging.sending.models import BasketRow, RowSource
from smsportal.lib.phones import display

PICKS_SHOWN = 200


@dataclass(frozen=True)
class Pick:
    """One line of a pick list."""

    uid: uuid.UUID
    name: str
    meta: str
    is_chosen: bool
    is_opted_out: bool = False
    is_global: bool = True


@dataclass(frozen=True)
class PickList:
    picks: list[Pick]
    scope: str
    find: str
    count: int  # of all that the search found

    @property
    def hidden_count(self) -> int:
        return self.count - len(self.picks)


def pickable(person: Person, scope: str, find: str) -> QuerySet[Contact]:
    """Contacts that a search shows in Global or Personal."""
    return contact_queries.find(person, contact_queries.Filters(words=find, scope=scope))


def contact_picks(draft: Draft, *, scope: str, find: str) -> PickList:
    found = pickable(draft.person, scope, find)
    shown = list(found[:PICKS_SHOWN])
    count = len(shown) if len(shown) < PICKS_SHOWN else found.count()
    numbers = [contact.number for contact in shown]
    opted_out = OptOut.objects.numbers(draft.person.department_id, numbers)
    chosen = chosen_contacts(draft, shown)
    picks = [
        Pick(
            uid=contact.uid,
            name=contact.name,
            meta=display(contact.number),
            is_chosen=contact.uid in chosen,
            is_opted_out=contact.number in opted_out,
            is_global=contact.is_global,
        )
        for contact in shown
    ]
    return PickList(picks, scope, find, count)


def group_picks(person: Person, chosen: set[uuid.UUID]) -> list[Pick]:
    return [
        Pick(
            uid=group.uid,
            name=group.name,
            meta=f"{group.people_count:,} {'person' if group.people_count == 1 else 'people'}",
            is_chosen=group.uid in chosen,
            is_global=group.is_global,
        )
        for group in contact_queries.groups_of(person)[:PICKS_SHOWN]
    ]


def chosen_contacts(draft: Draft, among: list[Contact]) -> set[uuid.UUID]:
    if not draft.pk:
        return set()
    rows = BasketRow.objects.filter(
        basket=draft.basket_id,
        source=RowSource.CONTACT,
        source_uid__in=[contact.uid for contact in among],
    )
    return set(rows.values_list("source_uid", flat=True))
