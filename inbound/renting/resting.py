"""How long a number that was given back belongs to nobody."""

import datetime as dt
from typing import Final

QUARANTINE: Final = dt.timedelta(days=90)


def rests_until(released_at: dt.datetime) -> dt.datetime:
    return released_at + QUARANTINE
