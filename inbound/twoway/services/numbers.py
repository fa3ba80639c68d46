"""What happens to the texts that come to one's virtual number."""

import datetime as dt
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.audit.services import record
from accounts.people.access import require
from accounts.people.models import Person
from inbound.twoway.digests import Digest
from inbound.twoway.models import ReplyNumber
from messaging.senders.models import Sender
from smsportal.lib.errors import Refused
from smsportal.lib.phones import display

MAY: Final = "send_texts"
HANDLING: Final = (
    "emails", "mobiles", "replies", "reply", "has_hours", "opens_at", "closes_at", "days",
    "reply_outside", "digest",
)  # fmt: skip
DIGEST: Final = {Digest.HOURLY: "every hour", Digest.MORNING: "each morning"}


@transaction.atomic
def change_number(*, number: ReplyNumber, by: Person, now: dt.datetime) -> None:
    """Keep what was put into `number`. Raises Refused."""
    require(by, MAY)
    sender = number.sender
    if sender.person_id != by.pk:
        raise PermissionDenied("This is not your number.")
    if not Sender.objects.filter(pk=sender.pk, released_at__isnull=True).exists():
        raise Refused(f"{display(sender.number)} is not your number any more.")
    if number.digest != Digest.NONE and not by.email:
        raise Refused(
            "My profile has no email address to send a digest to. Ask your department's admin to "
            "add one, or choose None.",
            field="id_digest",
        )
    wanted = {name: getattr(number, name) for name in HANDLING}
    was = ReplyNumber.objects.filter(sender=sender).values_list("digest", flat=True).first()
    if was != number.digest:
        wanted["digested_at"] = now  # the first one comes when the next is due
    ReplyNumber.objects.update_or_create(sender=sender, defaults=wanted)
    record(by=by, verb="numbers.changed", words=_said(number, by), on=sender, now=now)


def _said(number: ReplyNumber, by: Person) -> str:
    """Addresses and numbers are people's own; how many there are is enough for the activity."""
    digest = f", mail digest {DIGEST[number.digest]}" if number.digest in DIGEST else ""
    copies = f"{len(number.emails)} by email, {len(number.mobiles)} by text"
    return (
        f"{by.audit_name} set up the virtual number {display(number.sender.number)}: copies "
        f"{copies}, automatic reply {'on' if number.replies else 'off'}{digest}."
    )
