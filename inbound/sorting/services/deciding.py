"""Texts for nobody that we know: the messaging team says whose they are."""

import datetime as dt
from typing import Final

from django.db import transaction

from accounts.audit.actors import Actor
from accounts.audit.services import record
from accounts.people.access import require
from inbound.keywords.models import Keyword
from inbound.sorting.meaning import Place
from inbound.sorting.models import Sorting
from inbound.sorting.queries import Known
from inbound.sorting.services import effects
from inbound.sorting.signals import texts_sorted
from smsportal.lib.errors import Refused
from smsportal.lib.phones import mask

TEAM: Final = "manage_inbound"


@transaction.atomic
def assign(*, sorting: Sorting, keyword: Keyword, by: Actor, now: dt.datetime) -> None:
    """All follows as if it had come there, once. Raises Refused."""
    mine = _still_unmatched(sorting, by)
    known = Known()
    live = known.keywords.get(keyword.word)
    if live is None or live.pk != keyword.pk:
        raise Refused(f"{keyword} has been taken back. Choose another keyword.", field="id_keyword")
    mine.keyword = live
    _place(mine, Place.KEYWORD, by, now)
    _record(mine, f"for the keyword {live}", "unmatched.assigned", by, now)
    effects.copy(mine, known, now=now)
    effects.answer(mine, known, now=now)


@transaction.atomic
def dismiss(*, sorting: Sorting, by: Actor, now: dt.datetime) -> None:
    """It was for nobody. Raises Refused."""
    mine = _still_unmatched(sorting, by)
    _place(mine, Place.DISMISSED, by, now)
    _record(mine, "for nobody", "unmatched.dismissed", by, now)


def _still_unmatched(sorting: Sorting, by: Actor) -> Sorting:
    """The row, locked, so that two of the team do not both act on it."""
    require(by, TEAM)
    mine = Sorting.objects.select_for_update().get(pk=sorting.pk)
    if mine.place != Place.UNMATCHED:
        who = f" by {mine.sorted_by_name}" if mine.sorted_by_name else ""
        raise Refused(f"This text has been sorted already{who}. Nothing was done again.")
    return mine


def _place(mine: Sorting, place: Place, by: Actor, now: dt.datetime) -> None:
    mine.place, mine.sorted_at, mine.sorted_by_name = place, now, by.audit_name
    mine.save(update_fields=["place", "keyword", "sorted_at", "sorted_by_name"])
    texts_sorted.send(Sorting, texts=[mine.text])


def _record(mine: Sorting, whom: str, verb: str, by: Actor, now: dt.datetime) -> None:
    department_id = mine.keyword.department_id if mine.keyword else None
    record(
        by=by,
        verb=verb,
        words=f"{by.audit_name} sorted a text from a {mask(mine.text.from_number)}: {whom}.",
        department_id=department_id,
        now=now,
    )
