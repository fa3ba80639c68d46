"""When somebody is there to answer."""

import datetime as dt

import pytest

from inbound.handling.hours import Days, Hours
from smsportal.lib.walltime import LONDON

OFFICE = Hours(dt.time(9), dt.time(17), Days.WEEKDAYS)
NIGHT = Hours(dt.time(22), dt.time(6), Days.WEEKDAYS)
ALWAYS = Hours(dt.time(0), dt.time(0), Days.EVERY)


def at(words):
    return dt.datetime.fromisoformat(words).replace(tzinfo=LONDON).astimezone(dt.UTC)


@pytest.mark.parametrize(
    ("hours", "moment", "is_within"),
    [
        (OFFICE, "2026-11-27 09:00", True),
        (OFFICE, "2026-11-27 08:59:59", False),
        (OFFICE, "2026-11-27 16:59:59", True),
        (OFFICE, "2026-11-27 17:00", False),
        (OFFICE, "2026-11-28 12:00", False),  # a Saturday
        (OFFICE, "2026-07-01 09:00", True),  # summer time
        (NIGHT, "2026-11-27 23:00", True),  # a Friday
        (NIGHT, "2026-11-28 05:59", True),  # its end
        (NIGHT, "2026-11-28 23:00", False),
        (NIGHT, "2026-11-30 05:00", False),  # of Sunday's night
        (NIGHT, "2026-11-27 12:00", False),
        (ALWAYS, "2026-11-28 03:00", True),
    ],
)
def test_within_the_hours_or_not(hours, moment, is_within):
    assert hours.include(at(moment)) == is_within
