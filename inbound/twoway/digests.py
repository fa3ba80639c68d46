"""A mail of what is unread: how often, and when the last one was due. Pure."""

import datetime as dt
from typing import Final

from smsportal.lib.choices import TextChoices
from smsportal.lib.walltime import LONDON

MORNING: Final = dt.time(8)


class Digest(TextChoices):
    NONE = "none", "None"
    HOURLY = "hourly", "Every hour"
    MORNING = "morning", "Each morning at 8:00"


SENT: Final = (Digest.HOURLY, Digest.MORNING)


def last_due(digest: Digest, *, now: dt.datetime) -> dt.datetime:
    """The last full hour, or the last 8:00 of London, in UTC: now or before."""
    here = now.astimezone(LONDON)
    if digest == Digest.HOURLY:
        return now.astimezone(dt.UTC).replace(minute=0, second=0, microsecond=0)
    day = here.date() if here.time() >= MORNING else here.date() - dt.timedelta(days=1)
    return dt.datetime.combine(day, MORNING, LONDON).astimezone(dt.UTC)
