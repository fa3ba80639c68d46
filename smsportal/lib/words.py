"""Money and time in the words of the product. Pure: the clock is passed in.

Money is an integer of tenths of a penny (35 is 3.5p). Times are aware datetimes in any zone;
people read London's.
"""

from datetime import date, datetime, timedelta

from smsportal.lib.walltime import LONDON, day_of


def money(tenths: int) -> str:
    """Exact, so that sums on a page can be checked: 3.5p, 66.5p, £1.00, £12.345."""
    sign, tenths = ("−", -tenths) if tenths < 0 else ("", tenths)
    if 0 < tenths < 1000:
        pence, tenth = divmod(tenths, 10)
        return f"{sign}{pence}.{tenth}p" if tenth else f"{sign}{pence}p"
    pounds, rest = divmod(tenths, 1000)
    pence, tenth = divmod(rest, 10)
    return f"{sign}£{pounds:,}.{pence:02}{tenth or ''}"


def fee(tenths: int) -> str:
    """A price by the month or year: £5, £7.50."""
    return money(tenths).removesuffix(".00")


def people(count: int) -> str:
    return "1 person" if count == 1 else f"{count:,} people"


def clock(at: datetime) -> str:
    """2:02pm"""
    local = at.astimezone(LONDON)
    return f"{local.hour % 12 or 12}:{local:%M}{'am' if local.hour < 12 else 'pm'}"


def clock_with_seconds(at: datetime) -> str:
    """2:02:09pm"""
    local = at.astimezone(LONDON)
    return f"{local.hour % 12 or 12}:{local:%M:%S}{'am' if local.hour < 12 else 'pm'}"


def day(on: date) -> str:
    """24 July 2026. A datetime is taken on its day in London."""
    on = day_of(on) if isinstance(on, datetime) else on
    return f"{on.day} {on:%B %Y}"


def lasted(time: timedelta) -> str:
    """20 seconds; 12 minutes; 3 hours 5 minutes; 2 days 4 hours. The two largest, cut short."""
    left = max(0, int(time.total_seconds()))
    parts = []
    for size, name in ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {name}" if count == 1 else f"{count} {name}s")
        elif parts:
            break
    if len(parts) > 1 and parts[1].split()[1].startswith("second"):
        parts = parts[:1]
    return " ".join(parts[:2]) or "less than a second"


def short_day(on: date, *, today: date) -> str:
    """Fri 8 May, with the year when it is another one."""
    year = "" if on.year == today.year else f" {on.year}"
    return f"{on:%a} {on.day} {on:%b}{year}"


def when(at: datetime, *, now: datetime) -> str:
    """Today, 2:02pm. Further away: Fri 8 May, 10:41am, with the year when it is another one."""
    on, today = day_of(at), day_of(now)
    near = {
        today: "Today",
        today - timedelta(days=1): "Yesterday",
        today + timedelta(days=1): "Tomorrow",
    }
    return f"{near.get(on) or short_day(on, today=today)}, {clock(at)}"


def said_when(at: datetime, *, now: datetime) -> str:
    """today at 2:02pm, within a sentence. Further away as long_when()."""
    on, today = day_of(at), day_of(now)
    near = {
        today: "today",
        today - timedelta(days=1): "yesterday",
        today + timedelta(days=1): "tomorrow",
    }
    return f"{near[on]} at {clock(at)}" if on in near else long_when(at, now=now)


def long_when(at: datetime, *, now: datetime) -> str:
    """Friday 15 May at 9:00am, with the year when it is another one."""
    on = day_of(at)
    year = "" if on.year == day_of(now).year else f" {on.year}"
    return f"{on:%A} {on.day} {on:%B}{year} at {clock(at)}"
