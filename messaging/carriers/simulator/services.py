"""What a person does with a practice phone."""

import datetime as dt

from messaging.carriers.models import SimulatedText
from messaging.carriers.simulator import network, queries
from messaging.carriers.simulator.script import can_reply_to
from smsportal.lib.errors import Refused


class CannotReply(Refused):
    pass


def reply(*, number: str, to: str, body: str, now: dt.datetime) -> SimulatedText:
    """Send a text from a practice phone to whoever texted it. Raises CannotReply."""
    if not can_reply_to(to):
        raise CannotReply("This sender cannot receive replies", field="body")
    if not body.strip():
        raise CannotReply("Type the reply first", field="body")
    carrier = queries.networks().usable().first()
    if carrier is None:
        raise CannotReply("The practice network is switched off", field="body")
    text = network.from_phone(carrier.pk, number, to, body, now)
    text.save()
    return text
