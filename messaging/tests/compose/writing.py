"""Somebody at the New message page, for tests."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.people.models import Person
from messaging.compose.models import Draft
from messaging.contacts.models import Contact, Group, Membership
from messaging.sending.models import BasketRow, Batch, RowState
from messaging.tests.make import drama


class Writer:
    """A signed-in person with one page open; `press` sends what is typed, as a browser does."""

    def __init__(self, person: Person, **typed: Any) -> None:
        self.person = person
        self.client = Client()
        self.client.force_login(person)
        self.uid = uuid.uuid4()
        self.typed: dict[str, Any] = typed

    @property
    def address(self) -> str:
        return reverse("compose:draft", args=[self.uid])

    @property
    def draft(self) -> Draft:
        return Draft.objects.get(uid=self.uid)

    def press(self, action: str = "add", *, htmx: bool = False, **typed: Any) -> HttpResponse:
        """A button named `action`, or remove=, fix=.. among what is typed."""
        self.typed |= typed
        sent = {"action": action, "writer": str(self.person.uid), **self.typed}
        headers = {"HX-Request": "true"} if htmx else {}
        return self.client.post(self.address, sent, headers=headers)

    def page(self) -> str:
        return self.client.get(self.address).content.decode()

    def numbers(self, state: RowState = RowState.OK) -> list[str]:
        rows = BasketRow.objects.filter(basket__drafts__uid=self.uid, state=state)
        return list(rows.order_by("row_no").values_list("number", flat=True))


def make_contacts(person: Person, count: int, *, start: int = 0, **fields: Any) -> list[Contact]:
    """Global contacts of the person's department, unless owner= is among the fields."""
    Contact.objects.bulk_create(
        Contact(
            **{
                "department": person.department,
                "number": drama(n) if start + count <= 900 else f"+4474{n:08d}",
                "first_name": f"Name{n}",
                "last_name": "Example",
                **fields,
            }
        )
        for n in range(start, start + count)
    )
    return list(Contact.objects.order_by("-pk")[:count])[::-1]


def make_group(person: Person, contacts: list[Contact], name: str = "Year 2", **fields) -> Group:
    group = Group.objects.create(department=person.department, name=name, **fields)
    Membership.objects.bulk_create(
        (Membership(group=group, contact=contact) for contact in contacts), batch_size=1000
    )
    return group


def seal(writer: Writer) -> str:
    """What the check page shows, as its form sends it back."""
    return writer.client.get(reverse("compose:check", args=[writer.uid])).context["seal"]


def toasts(response: HttpResponse) -> list[str]:
    return [str(message) for message in response.wsgi_request._messages]


def batch_page(batch: Batch) -> str:
    return reverse("history:batch", args=[batch.uid])
