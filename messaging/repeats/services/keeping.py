"""Pausing a repeat, going on with it, ending it, and dates to leave out."""

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.audit import services as audit
from accounts.audit.actors import Actor
from accounts.people.access import require
from messaging.compose.models import Draft
from messaging.compose.repeating import read_dates
from messaging.compose.services.drafts import MAY
from messaging.repeats import engine
from messaging.repeats.models import LIVE, Repeat, RepeatState
from messaging.repeats.services.starting import lines
from smsportal.lib import walltime
from smsportal.lib.errors import Refused

ENDED = "It has ended already, so nothing was changed."


def pause(*, repeat: Repeat, by: Actor, now: dt.datetime, why: str = "") -> Repeat:
    """Times that come while it is paused are left out. Raises Refused when it has ended."""
    with transaction.atomic():
        found = _own(repeat, by)
        if found.state == RepeatState.ACTIVE:
            why = why or f"Paused by {_name(by)}."
            Repeat.objects.filter(pk=found.pk).update(state=RepeatState.PAUSED, why=why[:300])
            _record(found, "repeats.paused", f"Paused what repeats {found}.", by, now)
    return _fresh(repeat)


def resume(*, repeat: Repeat, by: Actor, now: dt.datetime) -> Repeat:
    """Go on from its next date. Raises Refused when it has ended."""
    with transaction.atomic():
        found = _own(repeat, by)
        if found.state == RepeatState.PAUSED:
            engine.open_due(found.pk, now=now)  # what came until now came while it was paused
            Repeat.objects.filter(pk=found.pk).update(state=RepeatState.ACTIVE, why="")
            _record(found, "repeats.resumed", f"Went on with what repeats {found}.", by, now)
    return _fresh(repeat)


def end(*, repeat: Repeat, by: Actor, now: dt.datetime, why: str = "") -> Repeat:
    """For good. A second press changes nothing."""
    with transaction.atomic():
        found = _own(repeat, by, may_be_ended=True)
        if found.state in LIVE:
            Repeat.objects.filter(pk=found.pk).update(
                state=RepeatState.ENDED,
                why=(why or f"Ended by {_name(by)}.")[:300],
                ended_at=now,
                next_wall=None,
                next_at=None,
            )
            _record(found, "repeats.ended", f"Ended what repeats {found}.", by, now)
    return _fresh(repeat)


def leave_out(*, repeat: Repeat, text: str, by: Actor, now: dt.datetime) -> Repeat:
    """The dates ahead that are left out are those of `text`. Raises Unready, line by line."""
    today = walltime.day_of(now)
    wanted = read_dates(text, first=today)
    with transaction.atomic():
        found = _own(repeat, by)
        past = {day for day in found.pattern.left_out if day < today}
        found.left_out = [day.isoformat() for day in sorted(past | wanted)]
        if not any(found.pattern.ahead(now)):
            raise Refused("No date would be left. End it instead.", field="skip")
        found.save(update_fields=["left_out"])
        _tell_open_drafts(found)
        words = f"Changed the dates left out of what repeats {found}."
        _record(found, "repeats.changed", words, by, now)
    return _fresh(repeat)


def _tell_open_drafts(repeat: Repeat) -> None:
    """What somebody is changing just now would bring back the dates of before."""
    for draft in Draft.objects.open().filter(repeat_uid=repeat.uid):
        skip = lines(map(dt.date.fromisoformat, repeat.left_out))
        Draft.objects.filter(pk=draft.pk).update(repeat={**draft.repeat, "skip": skip})


def _own(repeat: Repeat, by: Actor, *, may_be_ended: bool = False) -> Repeat:
    """Locked until the end of the transaction: the worker waits, or has been."""
    require(by, MAY)
    found = Repeat.objects.select_for_update().get(pk=repeat.pk)
    if by.pk is not None and found.person_id != by.pk:
        raise PermissionDenied("This is not your message.")
    if found.state not in LIVE and not may_be_ended:
        raise Refused(ENDED)
    return found


def _fresh(repeat: Repeat) -> Repeat:
    repeat.refresh_from_db()
    return repeat


def _name(by: Actor) -> str:
    return by.audit_name.partition(" (")[0]


def _record(repeat: Repeat, verb: str, words: str, by: Actor, now: dt.datetime) -> None:
    department_id = repeat.department_id
    audit.record(by=by, verb=verb, words=words, on=repeat, department_id=department_id, now=now)
