"""Whether this database is the one that texts go from, or an older copy of it from a backup.

It has a level that rises every few seconds, and each machine that sends keeps the last one it saw
in a file. What is in the file was committed before, so a database that is behind it has forgotten
something: what waits in it may have gone. A crash cannot do that, since the file is written last.
"""

import datetime as dt
import fcntl
import json
import os
import socket
from pathlib import Path
from typing import NamedTuple, NoReturn
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max

from messaging.sending.engine.journal import Past
from messaging.sending.models import Message, Watermark
from smsportal.lib.db import CHUNK

COMMAND = "manage.py release_after_restore"
BEHIND = "This database is older than what was sent from it: it was restored from a backup"
STRANGER = "This machine has never sent from this database, so it may be a restored backup"


class Restored(Exception):
    """Nothing may leave: what is seen, and what to do about it."""


class Kept(NamedTuple):
    """What the file says; the later one is the greater. is_known: this machine may send from it."""

    era: int
    level: int
    is_known: bool = True


def check(*, now: dt.datetime) -> bool:
    """Raises Restored. Answers whether this machine has sent from this database before."""
    water = _water(now)
    if water.restored_at is not None:
        raise Restored(_told(water.restored_why))
    kept = _read(water.uid)
    if kept is None and water.level == 0:
        _write(water.uid, Kept(water.era, 0))
        return False
    if kept is None:
        _write(water.uid, Kept(water.era, water.level, is_known=False))
        _refuse_stranger(now)
    # Read again: it may have risen between the two looks, and then the file is no news.
    water.refresh_from_db()
    now_at = (water.era, water.level)
    if kept[:2] > now_at:
        _refuse(BEHIND, now)
    if kept.is_known:
        return True
    if kept[:2] == now_at:
        _refuse_stranger(now)
    # Somebody who knows it sends from it: nobody lets a copy rise.
    _write(water.uid, Kept(water.era, water.level))
    return True


def admit(past: Past, *, now: dt.datetime) -> None:
    """At a sender's start. Its journal knows the seconds after the level rose last."""
    if check(now=now) and _is_ahead(past):
        _refuse(BEHIND, now)


def rise(*, now: dt.datetime) -> None:
    """Raises Restored. Called every few seconds by whoever sends or lets go."""
    check(now=now)
    with transaction.atomic():
        Watermark.objects.filter(restored_at=None).update(level=F("level") + 1, at=now)
        water = Watermark.objects.get()
    _write(water.uid, Kept(water.era, water.level))


def holds_back(*, now: dt.datetime) -> bool:
    """Whether the worker must leave alone what waits."""
    try:
        check(now=now)
    except Restored:
        return True
    return False


def era() -> int:
    """A journal of an earlier one tells of texts that this database has never had."""
    return Watermark.objects.values_list("era", flat=True).first() or 1


def mark_restored(*, now: dt.datetime) -> None:
    """From here on nobody sends, wherever: a person says so, or it was seen."""
    _flag("Somebody said that it was restored from a backup", now)


def release(*, now: dt.datetime) -> None:
    """Another era begins, in which every machine may send. The file follows: see `note`."""
    kept = _read(_water(now).uid)
    Watermark.objects.update(
        era=max(era(), kept.era if kept else 1) + 1,
        level=F("level") + 1,
        at=now,
        restored_at=None,
        restored_why="",
        stranger="",
        stranger_at=None,
    )


def note(*, now: dt.datetime) -> None:
    """This machine knows the database as it is."""
    water = _water(now)
    _write(water.uid, Kept(water.era, water.level))


def _water(now: dt.datetime) -> Watermark:
    found = Watermark.objects.first()
    if found is None:
        Watermark.objects.bulk_create([Watermark(at=now)], ignore_conflicts=True)
        found = Watermark.objects.get()
    return found


def _is_ahead(past: Past) -> bool:
    """Whether the journal tells of attempts that the database has never heard of."""
    tried: dict[int, int] = {}
    for pk, attempt in past.about:
        if pk > 0:  # a test of a carrier has a minus
            tried[pk] = max(attempt, tried.get(pk, 0))
    ids = sorted(tried)
    there: dict[int, int] = {}
    for start in range(0, len(ids), CHUNK):
        some = Message.objects.filter(pk__in=ids[start : start + CHUNK])
        there |= dict(some.values_list("pk", "attempt_count"))
    last = Message.objects.aggregate(last=Max("pk"))["last"] or 0
    return any(there.get(pk, 0 if pk > last else tried[pk]) < tried[pk] for pk in ids)


def _refuse(why: str, now: dt.datetime) -> NoReturn:
    _flag(why, now)
    raise Restored(_told(why))


def _flag(why: str, now: dt.datetime) -> None:
    Watermark.objects.filter(restored_at=None).update(restored_at=now, restored_why=why)


def _refuse_stranger(now: dt.datetime) -> NoReturn:
    Watermark.objects.update(stranger=socket.gethostname()[:80], stranger_at=now)
    raise Restored(
        f"{STRANGER}. Nothing is sent from here. While another machine sends from it, this one "
        f"follows by itself within seconds. If a backup was restored: {COMMAND}. If it is the "
        f"database in use and only the machine is new: {COMMAND} --not-restored"
    )


def _told(why: str) -> str:
    return f"{why}. Nothing is sent until somebody runs {COMMAND}"


# -- The file ------------------------------------------------------------------------------


def _path(uid: UUID) -> Path:
    return settings.VAR_DIR / "watermark" / f"{uid}.json"


def _read(uid: UUID) -> Kept | None:
    try:
        return Kept(**json.loads(_path(uid).read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def _write(uid: UUID, kept: Kept) -> None:
    """Never lower than it is: several processes of a machine share it."""
    path = _path(uid)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        before = _read(uid)
        if before is not None and before >= kept:
            return
        fresh = path.with_suffix(".new")
        with fresh.open("w") as file:
            json.dump(kept._asdict(), file)
            file.flush()
            os.fdatasync(file.fileno())
        fresh.replace(path)
