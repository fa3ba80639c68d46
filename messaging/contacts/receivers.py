"""What becomes of personal contacts when their owner leaves."""

import datetime as dt
from typing import Any

from django.dispatch import receiver

from accounts.people.models import Person
from accounts.people.signals import person_left, what_leaving_touches
from messaging.contacts import services
from messaging.contacts.models import Contact, Group


@receiver(person_left)
def hand_over_contacts(
    *, person: Person, now: dt.datetime, heir: Person | None = None, **_: Any
) -> None:
    """Nobody else may see them, so without an heir who keeps contacts they are deleted."""
    takes = heir is not None and heir.may("keep_personal_contacts")
    services.hand_over(person=person, heir=heir if takes else None, now=now)


@receiver(what_leaving_touches)
def count_contacts(*, person: Person, **_: Any) -> list[tuple[str, int]]:
    return [
        ("personal contacts", Contact.objects.filter(owner=person).live().count()),
        ("personal groups", Group.objects.filter(owner=person).live().count()),
    ]
