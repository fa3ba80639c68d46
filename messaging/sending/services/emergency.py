"""What is other about an emergency: it goes at once, no cap stops it, and those who answer for the
department and for the money are told of it.
"""

import datetime as dt

from django.conf import settings
from django.db.models import Q

from accounts.audit import services as audit
from accounts.mail import services as mail
from accounts.people.access import require
from accounts.people.models import Person
from messaging.sending.engine import expand, release
from messaging.sending.errors import NoReason, NotLater
from messaging.sending.models import Batch
from messaging.sending.queries import opted_out_in
from smsportal.lib.words import money, people, said_when

VALID_FOR = dt.timedelta(hours=2)
LONGEST_REASON = 200
AT_ONCE = 5000  # people whose texts are made while the page waits; a sender makes more of them


def tidy_reason(reason: str, *, is_scheduled: bool, by: Person) -> str:
    """Why it is one, in one line. Raises PermissionDenied, NoReason, NotLater."""
    require(by, "send_emergency")
    if is_scheduled:
        raise NotLater("An emergency goes at once. Choose Send later without it.", field="when")
    tidied = " ".join(reason.replace("\x00", "").split())
    if not tidied:
        raise NoReason("Say why this is an emergency. It is kept with the message.", field="reason")
    if len(tidied) > LONGEST_REASON:
        raise NoReason(
            f"The reason has {len(tidied)} characters. Use {LONGEST_REASON} at most.",
            field="reason",
        )
    return tidied


def begin(batch: Batch, *, over: list[str], by: Person, now: dt.datetime) -> None:
    """Within the transaction that accepts it. over: the caps it went over, in words."""
    _record(batch, by, now)
    _tell(batch, over, now)
    if batch.person_count <= AT_ONCE:
        expand.expand(batch, now=now)
        release.start(batch, now=now)
        batch.refresh_from_db()


def _record(batch: Batch, by: Person, now: dt.datetime) -> None:
    assert batch.basket is not None
    count = opted_out_in(batch.basket).count()
    reached = f" {count:,} of them had opted out." if count else ""
    audit.record(
        by=by,
        verb="messages.emergency",
        words=f"Sent emergency {batch.reference} to {people(batch.person_count)}.{reached} "
        f"Reason: {batch.emergency_reason}",
        on=batch,
        now=now,
    )


def _tell(batch: Batch, over: list[str], now: dt.datetime) -> None:
    """The department's administrators, Finance and the messaging team. Its words are for the first
    alone.
    """
    theirs = Q(department_id=batch.department_id) | Q(department__isnull=True)
    listeners = Person.objects.live().having("hear_of_emergencies").filter(theirs)
    mail.send_many(
        [
            mail.letter(
                to=each.email,
                subject=f"Emergency text to {people(batch.person_count)} from {batch.department} "
                f"({batch.reference})",
                body=_letter(batch, over, each, now),
                department_id=batch.department_id,
                now=now,
            )
            for each in listeners.exclude(email="").order_by("pk")
        ]
    )


def _letter(batch: Batch, over: list[str], to: Person, now: dt.datetime) -> str:
    caps = "It is within every limit."
    if over:
        caps = f"It goes over a limit, as emergencies may: {'; '.join(over)}."
    lines = [
        f"{batch.person_name} of {batch.department} sent an emergency text to "
        f"{people(batch.person_count)} {said_when(batch.accepted_at, now=now)}.",
        "",
        f"Reason: {batch.emergency_reason}",
        f"Texts: {batch.part_count:,}, {money(batch.cost_tenths)} if all of them go",
        f"Charged to: {batch.cost_code}",
        f"Reference: {batch.reference}",
        "",
        caps,
    ]
    if to.may("see_department_messages"):
        link = f"{settings.PORTAL_URL}/messages/{batch.uid}/"
        lines += ["", "It says:", batch.wording, "", f"Each person's result: {link}"]
    return "\n".join(lines) + "\n"
