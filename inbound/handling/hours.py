"""When somebody is there to answer. Wall times of London; no clock of its own."""

import datetime as dt
from dataclasses import dataclass

from smsportal.lib.choices import TextChoices
from smsportal.lib.walltime import LONDON

SATURDAY = 5


class Days(TextChoices):
    WEEKDAYS = "weekdays", "Monday to Friday"
    EVERY = "every", "Every day"


@dataclass(frozen=True, slots=True)
class Hours:
    """From `opens_at` until just before `closes_at`; over midnight where that is the earlier. The
    day is the one on which they begin.
    """

    opens_at: dt.time
    closes_at: dt.time
    days: Days

    def include(self, moment: dt.datetime) -> bool:
        here = moment.astimezone(LONDON)
        at, day = here.time(), here.date()
        if self.opens_at < self.closes_at:
            return self.opens_at <= at < self.closes_at and self._counts(day)
        if at >= self.opens_at:
            return self._counts(day)
        return at < self.closes_at and self._counts(day - dt.timedelta(days=1))

    def _counts(self, day: dt.date) -> bool:
        return self.days == Days.EVERY or day.weekday() < SATURDAY
