"""Which repeats have come round, and who their people are today."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from messaging.compose.engine import deeds, rows
from messaging.compose.engine.deeds import Deed
from messaging.compose.models import Draft
from messaging.compose.pattern import A_DAY, moment
from messaging.repeats.models import LIVE, Occurrence, OccurrenceState, Repeat, RepeatState
from messaging.sending.models import Basket, BasketRow, RowSource

GRACE = dt.timedelta(hours=2)  # later than this nobody is texted: it may be three at night
LATE = dt.timedelta(minutes=5)  # from here on it is marked
MISSED = "The portal could not send it within two hours, and later than that it does not go."


@dataclass(frozen=True)
class Opened:
    due: list[Occurrence]
    missed: list[Occurrence]


def waiting(*, now: dt.datetime) -> list[int]:
    """Repeats whose time has come."""
    due = Repeat.objects.live().filter(next_at__lte=now).order_by("next_at")
    return list(due.values_list("pk", flat=True))


@transaction.atomic
def open_due(repeat_id: int, *, now: dt.datetime) -> Opened:
    """An occurrence for each time that has come round, once, however many workers look."""
    repeat = Repeat.objects.select_for_update().get(pk=repeat_id)
    if repeat.next_wall is None or repeat.next_at is None or repeat.next_at > now:
        return Opened([], [])  # another worker was first
    pattern, found = repeat.pattern, []
    for day in pattern.dates(repeat.next_wall.date()):
        wall = pattern.wall(day)
        due_at = moment(wall)
        if due_at > now:
            break
        found.append(
            Occurrence(
                repeat=repeat,
                wall=wall.replace(tzinfo=dt.UTC),
                due_at=due_at,
                version_number=repeat.version_count,
                rung_at=now,
                **_fate(repeat, day, due_at, now),
            )
        )
    # The same time again, after a change of dates, has been seen to.
    Occurrence.objects.bulk_create(found, ignore_conflicts=True)
    set_next(repeat, after=now)
    repeat.save(update_fields=["next_wall", "next_at"])
    made = repeat.occurrences.filter(uid__in=[each.uid for each in found]).order_by("wall")
    return Opened(
        [each for each in made if each.state == OccurrenceState.DUE],
        [each for each in made if each.state == OccurrenceState.MISSED],
    )


def _fate(repeat: Repeat, day: dt.date, due_at: dt.datetime, now: dt.datetime) -> dict:
    if day in repeat.pattern.left_out:
        return {"state": OccurrenceState.LEFT_OUT, "ended_at": now}
    if repeat.state == RepeatState.PAUSED:
        return {"state": OccurrenceState.LEFT_OUT, "ended_at": now, "why": repeat.why}
    if is_too_late(due_at, now):
        return {"state": OccurrenceState.MISSED, "ended_at": now, "why": MISSED}
    return {"state": OccurrenceState.DUE}


def is_too_late(due_at: dt.datetime, now: dt.datetime) -> bool:
    return now - due_at > GRACE


def set_next(repeat: Repeat, *, after: dt.datetime) -> None:
    """Its next date, also one that is left out: that is written down when it comes."""
    pattern = repeat.pattern
    first = after.date() - A_DAY
    walls = (pattern.wall(day) for day in pattern.dates(first))
    wall = next((each for each in walls if moment(each) > after), None)
    repeat.next_wall = wall.replace(tzinfo=dt.UTC) if wall else None
    repeat.next_at = moment(wall) if wall else None


def end_exhausted(*, now: dt.datetime) -> int:
    """Those whose last date has been seen to; answers how many."""
    done = Repeat.objects.live().filter(next_at__isnull=True)
    done = done.exclude(occurrences__state=OccurrenceState.DUE)
    ended = done.values_list("pk", flat=True)
    return Repeat.objects.filter(pk__in=list(ended), state__in=LIVE).update(
        state=RepeatState.ENDED, why="The last date has passed.", ended_at=now
    )


def people_deeds(repeat: Repeat) -> list[Deed]:
    """What was chosen, as deeds of the compose page: done today, they find today's people."""
    chosen = BasketRow.objects.filter(basket=repeat.basket_id)
    groups = chosen.filter(source=RowSource.GROUP).order_by().values_list("source_uid", flat=True)
    found: list[Deed] = [{"do": "group", "uid": str(uid)} for uid in sorted(groups.distinct())]
    if chosen.filter(source__in=(RowSource.CONTACT, RowSource.FILE, RowSource.BATCH)).exists():
        found.append({"do": "kept", "basket": repeat.basket_id})
    if repeat.numbers.strip():
        found.append({"do": "typed"})
    if repeat.leaves_out_incomplete:
        found.append({"do": "complete"})
    return found


def choose(repeat: Repeat, basket: Basket, *, now: dt.datetime) -> None:
    """Fill the basket; done again after a crash it ends alike."""
    # Never saved: the deeds of a page want to know whose it is and what was typed.
    page = Draft(
        person=repeat.person,
        basket=basket,
        numbers=repeat.numbers,
        body=repeat.body,
        fill=repeat.fill,
    )
    for deed in people_deeds(repeat):
        deeds.do(page, deed, now=now)


def forget(basket: Basket) -> None:
    """Of a message that was never made."""
    mine = BasketRow.objects.filter(basket=basket)
    while rows.remove(mine):
        pass
    basket.delete()
