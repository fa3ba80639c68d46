"""After a backup was restored: what may have gone is put in doubt, and then senders may start."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from accounts.audit import services as audit
from accounts.audit.actors import Actor
from accounts.people.access import require
from messaging.repeats import services as repeats
from messaging.sending.engine import restoring, watermark
from messaging.sending.models import Watermark
from smsportal.lib.errors import Refused

NOT_RESTORED = (
    "Nothing shows that this database was restored from a backup, so there is nothing to release. "
    "If you know that it was: add --restored."
)


@dataclass(frozen=True)
class Released:
    text_count: int
    repeat_count: int

    @property
    def words(self) -> str:
        texts = "1 text" if self.text_count == 1 else f"{self.text_count:,} texts"
        times = "1 time" if self.repeat_count == 1 else f"{self.repeat_count:,} times"
        return (
            f"{texts} may have gone since the backup: marked “May have been sent”, not sent again. "
            f"{times} of repeating messages: written down as missed"
        )


def release_after_restore(*, is_sure: bool, by: Actor, now: dt.datetime) -> Released:
    """Cut off half-way it is done again: until its end nobody sends. Raises Refused.

    is_sure: somebody says that it was restored, though nothing shows it.
    """
    require(by, "stop_everything")
    water = _restored(is_sure=is_sure, now=now)
    until = water.restored_at or now
    restoring.settle(until=until, now=now)
    texts = restoring.park(since=water.at, until=until, now=now)
    released = Released(texts, repeats.miss(until=until, by=by, now=now))
    with transaction.atomic():
        watermark.release(now=now)
        words = f"Let sending begin after a backup was restored. {released.words}"
        audit.record(by=by, verb="sending.restored", words=words, now=now)
    watermark.note(now=now)
    return released


def would_release(*, is_sure: bool, by: Actor, now: dt.datetime) -> Released:
    """The same in numbers, with nothing marked. One time of a repeating message stands for all
    of them that came round.
    """
    require(by, "stop_everything")
    _refuse_without_reason(is_sure=is_sure, now=now)
    water = Watermark.objects.first()
    until = water.restored_at if water and water.restored_at else now
    texts = restoring.may_have_gone(until).count()
    return Released(texts, repeats.came_round(until=until))


def know_this_machine(*, by: Actor, now: dt.datetime) -> None:
    """The database is the one in use: only the machine is new. Raises Refused."""
    require(by, "stop_everything")
    water = Watermark.objects.first()
    if water is not None and water.restored_at is not None:
        raise Refused(f"{water.restored_why}. That is certain: leave out --not-restored.")
    watermark.note(now=now)
    words = "Let this machine send: its database is the one in use, and no restored backup"
    audit.record(by=by, verb="sending.machine_known", words=words, now=now)


def _restored(*, is_sure: bool, now: dt.datetime) -> Watermark:
    """As it is from now on for everybody: older than what was sent from it."""
    _refuse_without_reason(is_sure=is_sure, now=now)
    watermark.mark_restored(now=now)
    return Watermark.objects.get()


def _refuse_without_reason(*, is_sure: bool, now: dt.datetime) -> None:
    if not watermark.holds_back(now=now) and not is_sure:
        raise Refused(NOT_RESTORED)
