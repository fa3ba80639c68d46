"""When a text came, as a list and a thread say it. Pure."""

import datetime as dt

from smsportal.lib.walltime import day_of
from smsportal.lib.words import clock, short_day

A_DAY = dt.timedelta(days=1)


def in_a_list(at: dt.datetime, *, now: dt.datetime) -> str:
    """1:52pm; Yesterday; Fri 8 May."""
    on, today = day_of(at), day_of(now)
    if on == today:
        return clock(at)
    return "Yesterday" if on == today - A_DAY else short_day(on, today=today)


def heading(at: dt.datetime, *, now: dt.datetime) -> str:
    """Today; Yesterday; Friday 8 May, with the year when it is another one."""
    on, today = day_of(at), day_of(now)
    if on in (today, today - A_DAY):
        return "Today" if on == today else "Yesterday"
    year = "" if on.year == today.year else f" {on.year}"
    return f"{on:%A} {on.day} {on:%B}{year}"
