"""Mails about what did not go. Each is one commit with the mark that it did not: told once."""

import datetime as dt
from collections.abc import Sequence

from django.conf import settings

from accounts.mail import services as mail
from accounts.people.models import Person
from messaging.repeats.models import Occurrence, Repeat, RepeatState
from smsportal.lib.words import long_when

SHOWN = 10  # dates in one mail


def tell_not_sent(occurrence: Occurrence, *, why: str, now: dt.datetime) -> None:
    when = long_when(occurrence.due_at, now=now)
    _tell(
        occurrence.repeat,
        subject=f"Not sent: your repeating message of {when}",
        happened=f"was not sent on {when}.\n\n{why}",
        now=now,
    )


def tell_missed(repeat: Repeat, missed: Sequence[Occurrence], *, now: dt.datetime) -> None:
    """One mail, however many times the portal was not there."""
    times = [long_when(each.due_at, now=now) for each in missed]
    others = len(times) - SHOWN
    listed = "\n".join(f"- {time}" for time in times[:SHOWN])
    more = f"\n- and {others:,} more" if others > 0 else ""
    _tell(
        repeat,
        subject=f"Missed: your repeating message {repeat}",
        happened=(
            f"was not sent at these times:\n\n{listed}{more}\n\nThe portal could not send it then. "
            "What is more than two hours late is not sent, since it may be night by then."
        ),
        now=now,
    )


def _tell(repeat: Repeat, *, subject: str, happened: str, now: dt.datetime) -> None:
    """The person whose it is; where nobody reads their mail, the department's administrators."""
    repeat.refresh_from_db(fields=["state", "why", "next_at"])
    body = (
        f"The message “{_short(repeat.body)}”, which repeats {repeat.words}, {happened}\n\n"
        f"Nothing of it was sent, and nothing was charged.\n\n{_goes_on(repeat, now)}\n\n"
        f"See it, or send this one yourself: "
        f"{settings.PORTAL_URL}/messages/repeating/{repeat.uid}/\n"
    )
    for address in _addresses(repeat):
        department_id = repeat.department_id
        mail.send(to=address, subject=subject, body=body, department_id=department_id, now=now)


def _goes_on(repeat: Repeat, now: dt.datetime) -> str:
    if repeat.state == RepeatState.PAUSED:
        return f"It is paused: {repeat.why} It goes again once it is resumed."
    if repeat.state == RepeatState.ENDED or repeat.next_at is None:
        return "It does not go any more: that was its last date, or it has ended."
    return f"It goes again {long_when(repeat.next_at, now=now)}."


def _addresses(repeat: Repeat) -> list[str]:
    person = repeat.person
    if person.is_active and person.email:
        return [person.email]
    admins = Person.objects.admins().live().filter(department_id=repeat.department_id)
    return list(admins.exclude(email="").values_list("email", flat=True))


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 80 else f"{plain[:79]}…"
