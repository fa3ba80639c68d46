"""The one switch: no sender takes a text in hand while it is off, whatever the department."""

import datetime as dt

from django.db import transaction

from accounts.audit import services as audit
from accounts.people.access import require
from accounts.people.models import Person
from messaging.sending.models import Halt
from messaging.sending.queries import halt
from smsportal.lib.errors import Refused


@transaction.atomic
def stop_everything(*, reason: str, by: Person, now: dt.datetime) -> Halt:
    """Every claim reads it. What is in hand is finished; what waits, or comes in, is kept.

    Where two press at once the first reason stands. Raises Refused without one.
    """
    require(by, "stop_everything")
    reason = " ".join(reason.split()).rstrip(".")
    if not reason:
        raise Refused("Say why: everybody reads it.", field="reason")
    wanted = Halt(reason=reason, at=now, by_name=by.audit_name)
    Halt.objects.bulk_create([wanted], ignore_conflicts=True)
    if made := Halt.objects.filter(uid=wanted.uid).first():
        words = f"Stopped all sending: {reason}"
        audit.record(by=by, verb="sending.stopped", words=words, on=made, now=now)
        return made
    if there := halt():
        return there
    raise Refused("Sending was switched on again at this moment. Look at the page once more.")


@transaction.atomic
def start_again(*, by: Person, now: dt.datetime) -> bool:
    """What was kept goes now. Answers whether sending was stopped until then."""
    require(by, "stop_everything")
    stopped = halt()
    ended = stopped and Halt.objects.filter(pk=stopped.pk, is_on=True).update(
        is_on=False, ended_at=now, ended_by_name=by.audit_name
    )
    if not stopped or not ended:
        return False
    words = f"Started sending again. It had been stopped: {stopped.reason}"
    audit.record(by=by, verb="sending.started", words=words, on=stopped, now=now)
    return True
