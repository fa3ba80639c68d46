"""Recording that a person does not want to be texted."""

import datetime as dt

from django.db import transaction

from accounts.audit import services as audit
from accounts.audit.actors import Actor
from messaging.senders.models import OptOut


def add_opt_out(
    *, number: str, department_id: int | None, words: str, by: Actor, now: dt.datetime
) -> OptOut:
    """From now on nobody of the department (None: nobody at all) texts this number."""
    with transaction.atomic():
        opt_out, is_new = OptOut.objects.get_or_create(
            number=number,
            department_id=department_id,
            lifted_at=None,
            defaults={"words": words, "at": now},
        )
        if is_new:
            audit.record(
                by=by,
                verb="opt_outs.added",
                words=f"The number ending {number[-3:]} opted out.",
                on=opt_out,
                department_id=department_id,
                now=now,
            )
    return opt_out
