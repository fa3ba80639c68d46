"""How a person wants emailed texts to go: chosen under My profile."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from accounts.audit import services as audit
from accounts.people.access import require
from accounts.people.models import Person
from messaging.relay.services import summaries
from messaging.senders.queries import sender_choices
from smsportal.lib.errors import Refused


@dataclass(frozen=True)
class Wishes:
    relays_from_number: bool
    groups_alarms: bool
    wants_relay_summary: bool


SAID = {
    "relays_from_number": ("come from the virtual number", "come from the Alpha tag"),
    "groups_alarms": ("repeated alarms are grouped", "every alarm is sent"),
    "wants_relay_summary": ("a summary is mailed", "no summary is mailed"),
}


def has_number(person: Person) -> bool:
    return any(choice.kind == "number" for choice in sender_choices(person))


@transaction.atomic
def set_wishes(*, wishes: Wishes, by: Person, now: dt.datetime) -> None:
    """Raises Refused for a number that the person does not have."""
    require(by, "send_by_email")
    if wishes.relays_from_number and not has_number(by):
        words = "You have no virtual number. Texts come from the Alpha tag of your department."
        raise Refused(words, field="sender")
    wanted = vars(wishes)
    changed = [name for name in SAID if getattr(by, name) != wanted[name]]
    if not changed:
        return
    for name in changed:
        setattr(by, name, wanted[name])
    by.save(update_fields=changed)
    if "wants_relay_summary" in changed and wishes.wants_relay_summary:
        summaries.begin(by, now=now)
    said = [SAID[name][0 if wanted[name] else 1] for name in changed]
    words = f"Chose for texts that {by.audit_name} sends by email: {', '.join(said)}."
    audit.record(by=by, verb="profile.changed", words=words, on=by, now=now)
