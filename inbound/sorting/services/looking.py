"""A text that says STOP among other words may be about a bus: a person of the department says."""

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.audit.services import record
from accounts.people.models import Person
from inbound.sorting.models import Sorting
from inbound.sorting.queries import is_phone
from inbound.sorting.services.effects import number_texted
from messaging.senders.services import add_opt_out
from smsportal.lib.errors import Refused
from smsportal.lib.phones import mask


@transaction.atomic
def wants_no_more(*, sorting: Sorting, by: Person, now: dt.datetime) -> None:
    """Nobody of the keyword's department texts that number from now on. Raises Refused."""
    mine = _mine(sorting, by)
    text = mine.text
    if not is_phone(text.from_number):
        words = f"{text.from_number} is no phone number, so nothing is ever sent to it."
        raise Refused(words)
    if mine.keyword is None or mine.looked_at is not None:
        return
    add_opt_out(
        number=text.from_number,
        department_id=mine.keyword.department_id,
        words=text.body,
        came_to=number_texted(text).value,
        by=by,
        now=now,
    )
    _looked(mine, now)


@transaction.atomic
def is_something_else(*, sorting: Sorting, by: Person, now: dt.datetime) -> None:
    mine = _mine(sorting, by)
    if mine.looked_at is not None:
        return
    _looked(mine, now)
    words = f"{by.audit_name} read a text to {mine.keyword} from a {mask(mine.text.from_number)}"
    record(by=by, verb="keywords.looked_at", words=f"{words}: it asks for nothing to end.", now=now)


def _mine(sorting: Sorting, by: Person) -> Sorting:
    """The row, locked. Raises PermissionDenied for a text that is none of theirs to read."""
    if not Sorting.objects.visible_to(by).filter(pk=sorting.pk).exists():
        raise PermissionDenied("This text is not yours to read.")
    return Sorting.objects.select_for_update().get(pk=sorting.pk)


def _looked(mine: Sorting, now: dt.datetime) -> None:
    mine.looked_at = now
    mine.save(update_fields=["looked_at"])
