"""Saved answers: words of a user for the reply box."""

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.audit.services import record
from accounts.people.access import require
from accounts.people.models import Person
from inbound.twoway.models import SavedAnswer
from messaging.sending.services import MOST_PARTS
from messaging.text.repair import with_plain_line_ends
from messaging.text.segments import measure
from smsportal.lib.errors import Refused

MAY = "send_texts"
LONGEST_NAME = 60


@transaction.atomic
def add_saved(*, name: str, words: str, by: Person, now: dt.datetime) -> SavedAnswer:
    """Raises Refused."""
    require(by, MAY)
    name, words = _checked(name, words)
    saved = _kept(SavedAnswer(person=by, name=name, words=words))
    _record("added", by, now)
    return saved


@transaction.atomic
def change_saved(
    *, saved: SavedAnswer, name: str, words: str, by: Person, now: dt.datetime
) -> SavedAnswer:
    """Raises Refused."""
    _require_own(saved, by)
    saved.name, saved.words = _checked(name, words)
    saved = _kept(saved)
    _record("changed", by, now)
    return saved


@transaction.atomic
def delete_saved(*, saved: SavedAnswer, by: Person, now: dt.datetime) -> None:
    _require_own(saved, by)
    saved.delete()
    _record("deleted", by, now)


def _require_own(saved: SavedAnswer, by: Person) -> None:
    require(by, MAY)
    if saved.person_id != by.pk:
        raise PermissionDenied("This is not your saved answer.")


def _checked(name: str, words: str) -> tuple[str, str]:
    name, words = " ".join(name.split()), with_plain_line_ends(words).strip()
    if not name:
        raise Refused("Give the answer a name, so that it can be picked.", field="id_name")
    if len(name) > LONGEST_NAME:
        raise Refused(
            f"This name has {len(name)} characters. It can have {LONGEST_NAME}.", field="id_name"
        )
    if not words:
        raise Refused("Write the words of the answer.", field="id_words")
    parts = measure(words).parts
    if parts > MOST_PARTS:
        raise Refused(
            f"This is {parts} texts long. The longest message is {MOST_PARTS} texts.",
            field="id_words",
        )
    return name, words


def _kept(saved: SavedAnswer) -> SavedAnswer:
    try:
        with transaction.atomic():
            saved.save()
    except IntegrityError as error:
        words = f"You have an answer called {saved.name} already. Choose another name."
        raise Refused(words, field="id_name") from error
    return saved


def _record(deed: str, by: Person, now: dt.datetime) -> None:
    # The administrator reads the activity, and what is personal is nobody else's business.
    words = f"{by.audit_name} {deed} a saved answer."
    record(words=words, by=by, verb=f"templates.answer_{deed}", now=now)
