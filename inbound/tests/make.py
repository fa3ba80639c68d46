"""Keywords, numbers and texts from phones, for tests."""

import itertools
from typing import Any

from accounts.departments.models import Department
from accounts.people.models import Person
from accounts.tests.make import make_department
from inbound.keywords.models import Keyword
from inbound.keywords.reading import skeleton
from inbound.sorting.models import Sorting
from inbound.sorting.services import sort_waiting
from inbound.twoway.models import ReplyNumber
from messaging.carriers.base import TextFromPhone
from messaging.carriers.models import Carrier
from messaging.incoming import services as incoming
from messaging.senders.models import Sender
from messaging.tests.make import NOW, make_simulator

PHONE, NUMBER, CODE = "+447700900123", "+447700900950", "81025"
_refs = itertools.count(1)


def make_keyword(
    word: str = "CHORUS", department: Department | None = None, **fields: Any
) -> Keyword:
    return Keyword.objects.create(
        department=department or make_department(),
        word=word,
        skeleton=skeleton(word),
        **{"created_at": NOW, **fields},
    )


def make_number(person: Person, number: str = NUMBER, **handling: Any) -> Sender:
    """Rented, with what happens to its texts."""
    sender = Sender.objects.create(
        department_id=person.department_id, person=person, number=number, created_at=NOW
    )
    ReplyNumber.objects.create(sender=sender, **handling)
    return sender


def from_phone(body: str, *, to: str = CODE, phone: str = PHONE, ref: str = "") -> TextFromPhone:
    return TextFromPhone("key", ref or f"R{next(_refs)}", phone, to, body)


def come_in(*texts: TextFromPhone, now: Any = NOW, sort: bool = True) -> list[Sorting]:
    """Stored and sorted, as the sender and the worker do; answers what became of each."""
    carrier = Carrier.objects.first() or make_simulator()
    stored = incoming.store(carrier=carrier, texts=texts, now=now)
    if sort:
        sort_waiting(now=now)
    return list(Sorting.objects.filter(text__in=stored).order_by("pk"))
