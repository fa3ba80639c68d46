"""The last step of an emergency: a reason, and the number of people typed."""

import datetime as dt
import re

from accounts.people.access import require
from accounts.people.models import Person
from messaging.compose.errors import Unconfirmed
from messaging.compose.models import Draft
from messaging.compose.services import recipients
from messaging.compose.services.drafts import MAY, batch_of
from messaging.compose.services.send import ready, send_ready
from messaging.sending.models import Batch
from messaging.sending.services import emergency
from smsportal.lib.errors import Refused
from smsportal.lib.words import people

LONGEST_KEPT = 2_000  # far over what a reason may be, so that nothing typed is lost


def hurry(*, draft: Draft) -> None:
    """Whom a busy worker has yet to add is added here and now, unless it is just at it."""
    if draft.is_emergency and draft.waiting:
        recipients.fill_basket(draft)


def confirm(*, draft: Draft, reason: str, typed_count: str, by: Person, now: dt.datetime) -> Batch:
    """Sends it at once. The reason is kept with the draft whatever else is wrong.

    Raises Unconfirmed with what is missing here, Unready, or what sending refuses.
    """
    require(by, MAY)
    if earlier := batch_of(draft):
        return earlier
    draft.emergency_reason = reason.replace("\x00", "")[:LONGEST_KEPT]
    Draft.objects.filter(pk=draft.pk).update(emergency_reason=draft.emergency_reason)
    found = ready(draft=draft, now=now)
    refusals = [*_of_reason(draft, by), *_of_count(typed_count, found.person_count)]
    if refusals:
        raise Unconfirmed(refusals)
    return send_ready(draft=draft, by=by, now=now)


def _of_reason(draft: Draft, by: Person) -> list[Refused]:
    try:
        emergency.tidy_reason(draft.emergency_reason, is_scheduled=False, by=by)
    except Refused as refused:
        return [refused]
    return []


def _of_count(typed: str, count: int) -> list[Refused]:
    said = re.sub(r"[\s,.]", "", typed)  # also 1,240
    if said == str(count):
        return []
    if not said:
        words = "Type the number of people that it goes to."
    else:
        words = (
            f"You typed {typed.strip()[:20]}, and this goes to {people(count)}. Look once more at "
            "who gets it, then type that number. Nothing has been sent."
        )
    return [Refused(words, field="count")]
