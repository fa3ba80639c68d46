"""Whom a user's texts can come from."""

from dataclasses import dataclass

from accounts.people.models import Person
from messaging.senders.models import Sender


@dataclass(frozen=True)
class Choice:
    kind: str  # "alpha" or "number"
    value: str  # PHYSICS, or E.164
    takes_replies: bool


def sender_choices(person: Person) -> list[Choice]:
    """A rented number first, since who rents one wants replies (T8); the alpha tag always."""
    numbers = Sender.objects.filter(person=person, released_at__isnull=True)
    choices = [
        Choice("number", number, takes_replies=True)
        for number in numbers.values_list("number", flat=True)
    ]
    return [*choices, Choice("alpha", person.department.alpha_tag, takes_replies=False)]
