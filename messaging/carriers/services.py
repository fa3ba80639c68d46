"""Setting up carriers."""

import datetime as dt

from django.db import transaction

from accounts.audit import services as audit
from accounts.audit.actors import Actor
from messaging.carriers.models import Carrier


@transaction.atomic
def add_simulator(*, by: Actor, now: dt.datetime) -> bool:
    """The carrier of a real installation that is being tried out. Answers whether it was added.

    Nothing it carries is charged. Where a real carrier is enabled too, it gets drama numbers only.
    """
    carrier, is_added = Carrier.objects.get_or_create(
        name="simulator",
        defaults={
            "kind": "simulator",
            "is_sandbox": True,
            "is_charging": False,
            "created_at": now,
        },
    )
    if is_added:
        words = "Added the simulator, which plays the networks and reaches no phone."
        audit.record(by=by, verb="carriers.added", words=words, on=carrier, now=now)
    return is_added
