"""Repeated alarms: the first goes at once, the others are counted, and one text tells how many.

For those who asked for it under My profile. What says the same to the same people within a window
is held; the count is one column, raised by the database in the transaction that answers the mail.
"""

import datetime as dt
import hashlib
import logging
from collections.abc import Sequence

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F

from accounts.audit import services as audit
from accounts.audit.actors import System
from accounts.people.models import Person
from messaging.relay import alarms
from messaging.relay.models import AlarmWindow
from messaging.sending import services as sending
from messaging.sending.errors import NotNow
from messaging.sending.models import Basket, BasketRow, Batch, RowSource, RowState
from smsportal.lib.errors import Refused

log = logging.getLogger(__name__)
MOST_IN_A_RUN = 200
LONGEST = 400  # characters of a subject: "(and 47 more)" must not make it too long to send
SWITCHED_OFF = "Email to SMS was switched off for {person} in the meantime."


def take(person: Person, subject: str, recipients: Sequence[str], now: dt.datetime) -> bool:
    """Whether the alarm is counted with earlier ones, so that it is not sent now.

    Within the transaction of whoever answers the mail: a mail that is not answered is not counted.
    recipients: E.164, in any order.
    """
    if not person.groups_alarms:
        return False
    key = _key(subject, recipients)
    if _count(person, key, now):
        return True
    AlarmWindow.objects.filter(person=person, key=key, is_open=True, until__lte=now).update(
        is_open=False
    )
    mine = AlarmWindow(
        person=person,
        key=key,
        subject=subject,
        recipients=sorted(set(recipients)),
        opened_at=now,
        until=now + dt.timedelta(minutes=settings.RELAY_ALARM_MINUTES),
    )
    AlarmWindow.objects.bulk_create([mine], ignore_conflicts=True)
    if AlarmWindow.objects.filter(uid=mine.uid).exists():
        return False
    return _count(person, key, now)  # another mail of this moment was first


def _count(person: Person, key: str, now: dt.datetime) -> bool:
    window = AlarmWindow.objects.filter(person=person, key=key, is_open=True, until__gt=now)
    return bool(window.update(held_count=F("held_count") + 1))


def _key(subject: str, recipients: Sequence[str]) -> str:
    said = "\n".join([*sorted(set(recipients)), alarms.fingerprint(subject)])
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def tell_of_repeats(*, now: dt.datetime) -> int:
    """For beat: close windows that are over and send what they held. Answers how many texts."""
    AlarmWindow.objects.filter(is_open=True, until__lte=now).update(is_open=False)
    over = AlarmWindow.objects.filter(is_open=False, ended_at=None).order_by("until", "pk")
    over.filter(held_count=0).update(ended_at=now)
    told = 0
    for window_id in list(over.values_list("pk", flat=True)[:MOST_IN_A_RUN]):
        try:
            told += _tell(window_id, now)
        except Exception:  # one that cannot be told must not hold up the others: it is tried again
            log.exception("alarm window %s could not be told", window_id)
    return told


@transaction.atomic
def _tell(window_id: int, now: dt.datetime) -> bool:
    """The claim and the text are one commit: sent once, never lost."""
    mine = AlarmWindow.objects.filter(pk=window_id, is_open=False, ended_at=None)
    if not mine.update(ended_at=now):
        return False
    window = AlarmWindow.objects.select_related("person__department").get(pk=window_id)
    try:
        with transaction.atomic():
            batch = _send(window, now)
    except (Refused, PermissionDenied) as refused:
        _note(window, str(getattr(refused, "words", refused)), now)
        return False
    AlarmWindow.objects.filter(pk=window_id).update(batch=batch)
    return True


def _send(window: AlarmWindow, now: dt.datetime) -> Batch:
    person = window.person
    if not person.allow_relay or not person.is_active:
        raise NotNow(SWITCHED_OFF.format(person=person.name))
    return sending.submit(
        basket=_basket(window, now),
        body=_words(window),
        sender_kind="number" if person.relays_from_number else "alpha",
        request_key=window.uid,
        source="email",
        by=person,
        now=now,
    )


def _words(window: AlarmWindow) -> str:
    subject = window.subject
    if len(subject) > LONGEST:
        subject = f"{subject[:LONGEST].rstrip()}..."
    # A subject has no fields, whatever its brackets look like.
    return alarms.and_more(subject, window.held_count).replace("((", "( (")


def _basket(window: AlarmWindow, now: dt.datetime) -> Basket:
    person = window.person
    basket = Basket.objects.create(
        department_id=person.department_id, person=person, created_at=now, changed_at=now
    )
    BasketRow.objects.bulk_create(
        BasketRow(basket=basket, row_no=n, state=RowState.OK, number=number, source=RowSource.TYPED)
        for n, number in enumerate(window.recipients)
    )
    return basket


def _note(window: AlarmWindow, why: str, now: dt.datetime) -> None:
    """Nobody is told of those that were held: at least it can be read that they were."""
    AlarmWindow.objects.filter(pk=window.pk).update(why=why[:300])
    audit.record(
        by=System(window.person.department_id),
        verb="relay.alarms_not_sent",
        words=f"Did not tell the phones of {window.person.audit_name} that an alarm had come "
        f"{window.held_count:,} more {'time' if window.held_count == 1 else 'times'}. {why}",
        now=now,
    )
