"""What a person does about opt-outs: add one that came in another way, lift one (with a reason)."""

import datetime as dt

from django.core.exceptions import PermissionDenied

from accounts.people.access import require
from accounts.people.models import Person
from messaging.optouts.errors import InAgainAlready, OutAlready
from messaging.senders import services as senders
from messaging.senders.models import Asked, OptOut
from smsportal.lib.phones import display
from smsportal.lib.words import day

KEEP, KEEP_EVERYWHERE = "keep_opt_outs", "keep_opt_outs_everywhere"


def add(*, number: str, asked: Asked, words: str, by: Person, now: dt.datetime) -> None:
    """The department of `by` leaves the number out from now on; for the messaging team, everybody
    does. number: E.164; words: what they said, and when. Raises OutAlready.
    """
    require(by, KEEP, KEEP_EVERYWHERE)
    department_id = None if by.may(KEEP_EVERYWHERE) else by.department_id
    earlier = OptOut.objects.visible_to(by).in_force().filter(number=number).order_by("at").first()
    if earlier is None and senders.add_opt_out(
        number=number, department_id=department_id, words=words, asked=asked, by=by, now=now
    ):
        return
    raise OutAlready(
        display(number),
        day(earlier.at if earlier else now),
        is_everywhere=earlier.is_everywhere if earlier else department_id is None,
    )


def require_keeper(*, opt_out: OptOut, by: Person) -> None:
    """Raises PermissionDenied for whoever may see it and not lift it."""
    require(by, KEEP_EVERYWHERE if opt_out.is_everywhere else KEEP)


def lift(*, opt_out: OptOut, why: str, by: Person, now: dt.datetime) -> None:
    """The person may be texted again. One for everywhere is the messaging team's to lift.

    Raises InAgainAlready.
    """
    require_keeper(opt_out=opt_out, by=by)
    mine = OptOut.objects.visible_to(by).filter(pk=opt_out.pk)
    if not mine.exists():
        raise PermissionDenied("This opt-out is of another department.")
    if not senders.lift_opt_outs(standing=mine, why=why, by=by, now=now):
        raise InAgainAlready(display(opt_out.number))
