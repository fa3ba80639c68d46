"""What the page says when a message has been accepted."""

import datetime as dt

from messaging.sending.models import Batch
from messaging.sending.states import BatchState
from smsportal.lib.words import clock, long_when, money, people


def accepted(batch: Batch, now: dt.datetime) -> str:
    """Count, parts, cost, time and reference (S102)."""
    texts = f"{batch.part_count:,} text{'' if batch.part_count == 1 else 's'}"
    facts = f"{texts}, {money(batch.cost_tenths)}. Reference {batch.reference}."
    if batch.state == BatchState.SCHEDULED:
        when = long_when(batch.send_at, now=now)
        return (
            f"Scheduled for {when}, to {people(batch.person_count)}\n"
            f"{facts}\nYou can change or cancel it until then."
        )
    return f"Sending to {people(batch.person_count)} at {clock(batch.send_at)}\n{facts}"
