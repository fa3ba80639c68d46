"""Every text from a phone gets its place, once; then what follows from it is done.

The text, its place and all that follows are one commit, so that a crash half-way changes nothing.
"""

import datetime as dt
import logging
from collections.abc import Sequence
from functools import partial
from typing import Final

from django.conf import settings
from django.db import transaction

from inbound.handling.wishes import Wish
from inbound.sorting import meaning as meanings
from inbound.sorting.meaning import Meaning, Place
from inbound.sorting.models import Sorting
from inbound.sorting.queries import Known, is_to_short_code, waiting, was_asked
from inbound.sorting.services import effects, wanting
from inbound.sorting.signals import texts_sorted
from inbound.twoway import services as twoway
from messaging.incoming.models import IncomingText
from smsportal.lib.bells import enqueue
from smsportal.lib.db import exclusive, update_many

log = logging.getLogger(__name__)

AT_ONCE: Final = 500
MOST_TRIES: Final = 3
COLUMNS: Final = ("place", "keyword", "words", "suggestion", "wish", "sorted_at")


def put_in_line(texts: Sequence[IncomingText]) -> None:
    """In the transaction that stores them."""
    Sorting.objects.bulk_create(Sorting(text=text) for text in texts)
    enqueue("inbound.sort")


def sort_waiting(*, now: dt.datetime) -> int:
    """Sort what waits, one sorter at a time, in the order in which it came; answers how many."""
    count = 0
    # Once more after the lock is free: who came meanwhile found it held, and went away.
    while waiting().exists():
        with exclusive("sorting") as mine:
            if not mine:
                break
            while chunk := list(waiting().select_related("text")[:AT_ONCE]):
                _sort(chunk, now)
                count += len(chunk)
    return count


def _sort(chunk: Sequence[Sorting], now: dt.datetime) -> None:
    """What has no effects beyond the portal is sorted together, the rest one by one."""
    known = Known()
    plain: list[tuple[Sorting, Meaning]] = []
    for each in chunk:
        meaning = meaning_of(each.text, known, now)
        if effects.has_any(each.text, meaning, known):
            # In their order: what came before is in its place before this one is acted on.
            _place(plain, known, now)
            plain = []
            _act(each, meaning, known, now)
        else:
            plain.append((each, meaning))
    _place(plain, known, now)


def meaning_of(text: IncomingText, known: Known, now: dt.datetime) -> Meaning:
    asked = partial(was_asked, text, now=now)
    if is_to_short_code(text):
        return meanings.to_short_code(
            text.body,
            prefix=settings.SHORT_CODE_PREFIX,
            keywords=known.keywords,
            was_asked=asked,
        )
    return meanings.to_number(text.body, is_rented=text.person_id is not None, was_asked=asked)


def _place(sorted_: Sequence[tuple[Sorting, Meaning]], known: Known, now: dt.datetime) -> list[int]:
    """Answers the keys of those that nobody else has placed meanwhile."""
    if not sorted_:
        return []
    rows = [
        (
            each.pk,
            meaning.place,
            known.keywords[meaning.keyword].pk if meaning.keyword else None,
            meaning.words,
            meaning.suggestion,
            meaning.wish,
            now,
        )
        for each, meaning in sorted_
    ]
    with transaction.atomic():
        placed = update_many(Sorting.objects.filter(place=Place.WAITING), rows, COLUMNS)
        mine = set(placed)
        texts = [each.text for each, _ in sorted_ if each.pk in mine]
        twoway.hear(texts)
        texts_sorted.send(Sorting, texts=texts)
    return placed


def _act(each: Sorting, meaning: Meaning, known: Known, now: dt.datetime) -> None:
    """One whose effects fail again and again is placed without them, and said in the log."""
    try:
        with transaction.atomic():
            if _place([(each, meaning)], known, now):
                each.refresh_from_db()
                _follow(each, meaning, known, now)
    except Exception:
        log.exception("a text from a phone could not be acted on")
        each.try_count += 1
        Sorting.objects.filter(pk=each.pk).update(try_count=each.try_count)
        if each.try_count >= MOST_TRIES:
            _place([(each, meaning)], known, now)
            Sorting.objects.filter(pk=each.pk).update(no_reply_why="of a fault of the portal")


def _follow(each: Sorting, meaning: Meaning, known: Known, now: dt.datetime) -> None:
    if meaning.place == Place.WISH:
        wanting.grant(each, Wish(meaning.wish), known, now=now)
        return
    effects.copy(each, known, now=now)
    effects.answer(each, known, now=now)
