"""Whom a user's texts can come from."""

from dataclasses import dataclass

from accounts.people.models import Person
from messaging.senders.models import Sender


@dataclass(frozen=True)
class Choice:
    kind: str  # "alpha" or "number"
    value: str  # PHYSICS, or E.164
    takes_replies: bool

    @property
    def key(self) -> str:
        """As a form says it: "alpha", or which of the numbers."""
        return self.number or self.kind

    @property
    def number(self) -> str:
        return self.value if self.kind == "number" else ""


def sender_choices(person: Person) -> list[Choice]:
    """A rented number first, since who rents one wants replies (T8); the alpha tag always."""
    numbers = Sender.objects.filter(person=person, released_at__isnull=True).order_by("pk")
    choices = [
        Choice("number", number, takes_replies=True)
        for number in numbers.values_list("number", flat=True)
    ]
    return [*choices, Choice("alpha", person.department.alpha_tag, takes_replies=False)]


def chosen(person: Person, key: str) -> Choice:
    """What `key` means today: a number that is theirs no more, another of theirs, or the tag.
    Without a key, the first.
    """
    choices = sender_choices(person)
    if not key:
        return choices[0]
    kind = "alpha" if key == "alpha" else "number"
    alike = [choice for choice in choices if choice.kind == kind]
    return next((each for each in alike if each.value == key), [*alike, choices[-1]][0])
