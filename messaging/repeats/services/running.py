"""What the worker does when a repeat comes round. Harmless twice, and by many machines at once."""

import datetime as dt
import logging
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.audit import services as audit
from accounts.audit.actors import System
from accounts.people.models import Person
from messaging.contacts.models import Group
from messaging.repeats import engine
from messaging.repeats.engine import LATE, MISSED
from messaging.repeats.models import Occurrence, OccurrenceState, Repeat, RepeatState
from messaging.repeats.services.telling import tell_missed, tell_not_sent
from messaging.senders.queries import chosen
from messaging.sending import services as sending
from messaging.sending.errors import NobodyToText, NotNow
from messaging.sending.models import Basket, BasketRow, Batch, RowSource
from smsportal.lib import db
from smsportal.lib.bells import enqueue
from smsportal.lib.errors import Refused
from smsportal.lib.phones import display

log = logging.getLogger(__name__)
RING_AGAIN = dt.timedelta(minutes=1)  # a bell may be lost, and a worker killed


class MayNotSend(Refused):
    """Whose it is cannot send now, and what is written will not change that: it is paused."""


@dataclass(frozen=True)
class Fate:
    """What became of one time. why: in words, for its page and a mail."""

    state: OccurrenceState
    why: str = ""
    batch: Batch | None = None
    pauses: bool = False


def run_due(*, now: dt.datetime) -> None:
    """For beat: write down what has come round, and have each seen to on its own."""
    for repeat_id in engine.waiting(now=now):
        try:
            _open(repeat_id, now)
        except Exception:  # one that cannot be opened must not hold up the others
            log.exception("repeat %s could not be opened", repeat_id)
    waits = Occurrence.objects.filter(state=OccurrenceState.DUE, rung_at__lt=now - RING_AGAIN)
    for occurrence_id in db.claim(waits.order_by("due_at"), db.CHUNK, rung_at=now):
        enqueue("messaging.run_occurrence", occurrence_id=occurrence_id)
    engine.end_exhausted(now=now)


def _open(repeat_id: int, now: dt.datetime) -> None:
    with transaction.atomic():
        opened = engine.open_due(repeat_id, now=now)
        for occurrence in opened.due:
            enqueue("messaging.run_occurrence", occurrence_id=occurrence.pk)
        if opened.missed:
            tell_missed(opened.missed[0].repeat, opened.missed, now=now)


def run(*, occurrence_id: int, now: dt.datetime) -> None:
    """Make the message of one occurrence, or say why there is none."""
    with db.exclusive(f"occurrence-{occurrence_id}") as mine:
        waits = Occurrence.objects.filter(pk=occurrence_id, state=OccurrenceState.DUE)
        found = waits.select_related("repeat__person__department", "basket").first()
        if mine and found:
            _end(found, _fate(found, now), now)


def _fate(occurrence: Occurrence, now: dt.datetime) -> Fate:
    repeat = occurrence.repeat
    earlier = Batch.objects.filter(request_key=occurrence.uid).first()
    if earlier:  # the worker was killed after it was accepted
        return Fate(OccurrenceState.SENT, batch=earlier)
    if repeat.state == RepeatState.PAUSED or repeat.ended_at:
        return Fate(OccurrenceState.LEFT_OUT, repeat.why)
    if engine.is_too_late(occurrence.due_at, now):
        return Fate(OccurrenceState.MISSED, MISSED)
    try:
        return _sent(occurrence, now)
    except (MayNotSend, NotNow) as refused:
        return Fate(OccurrenceState.NOT_SENT, refused.words, pauses=True)
    except NobodyToText:
        words = "Nobody is left to text: the groups are empty, or everybody has opted out."
        return Fate(OccurrenceState.NOT_SENT, words)
    except PermissionDenied as refused:
        return Fate(OccurrenceState.NOT_SENT, str(refused), pauses=True)
    except Refused as refused:
        return Fate(OccurrenceState.NOT_SENT, refused.words)


def _sent(occurrence: Occurrence, now: dt.datetime) -> Fate:
    """Everything as it is today: people, permission, sender, price, caps."""
    repeat = occurrence.repeat
    _refuse_if_silent(repeat.person)
    basket = _basket(occurrence, now)
    engine.choose(repeat, basket, now=now)
    sender = chosen(repeat.person, repeat.sender_choice)
    batch = sending.submit(
        basket=basket,
        body=repeat.body,
        fill=repeat.fill,
        sender_kind=sender.kind,
        number=sender.number,
        request_key=occurrence.uid,
        template_version=repeat.template_version,
        source="repeat",
        by=repeat.person,
        now=now,
    )
    return Fate(OccurrenceState.SENT, _notes(repeat), batch)


def _refuse_if_silent(person: Person) -> None:
    department = person.department
    if person.left_at:
        raise MayNotSend(f"{person} has left.")
    if department is None or not person.may("send_texts"):
        raise MayNotSend(f"{person} may not send texts any more.")
    if department.closed_at:
        raise MayNotSend(f"{department} is closed, so nothing can be sent.")
    if department.frozen_at:
        raise MayNotSend(f"{department} is frozen, so nothing can be sent. Ask the messaging team.")


def _basket(occurrence: Occurrence, now: dt.datetime) -> Basket:
    """The one of an earlier try, or a new one."""
    repeat = occurrence.repeat
    # Since an earlier try it may have been handed on to somebody else.
    if occurrence.basket is None or occurrence.basket.person_id != repeat.person_id:
        with transaction.atomic():
            occurrence.basket = Basket.objects.create(
                department_id=repeat.department_id,
                person=repeat.person,
                created_at=now,
                changed_at=now,
            )
            occurrence.save(update_fields=["basket"])
    return occurrence.basket


def _notes(repeat: Repeat) -> str:
    """What differs from what was chosen, though it went."""
    notes = []
    sender = chosen(repeat.person, repeat.sender_choice)
    if sender.key == "alpha" and repeat.sender_choice != "alpha":
        notes.append("It went with the Alpha tag: the number is no longer yours.")
    elif sender.number and repeat.sender_choice != sender.number:
        notes.append(f"It went from {display(sender.number)}: the other number is no longer yours.")
    rows = BasketRow.objects.filter(basket=repeat.basket_id, source=RowSource.GROUP)
    uids = set(rows.order_by().values_list("source_uid", flat=True).distinct())
    there = Group.objects.visible_to(repeat.person).live().filter(uid__in=uids)
    gone = Group.objects.filter(uid__in=uids - set(there.values_list("uid", flat=True)))
    names = gone.order_by("name").values_list("name", flat=True)
    notes += [f"The group {name} is no longer there." for name in names]
    return " ".join(notes)


def _end(occurrence: Occurrence, fate: Fate, now: dt.datetime) -> None:
    """One commit with the mail, the audit line and the pause."""
    batch, basket = fate.batch, None if fate.batch else occurrence.basket
    with transaction.atomic():
        mine = Occurrence.objects.filter(pk=occurrence.pk, state=OccurrenceState.DUE).update(
            state=fate.state,
            why=fate.why[:500],
            batch=batch,
            is_late=batch is not None and batch.accepted_at - occurrence.due_at > LATE,
            basket=batch.basket if batch else None,
            ended_at=now,
        )
        if mine and fate.state in (OccurrenceState.NOT_SENT, OccurrenceState.MISSED):
            _tell(occurrence, fate, now)
    if basket is not None:
        engine.forget(basket)


def _tell(occurrence: Occurrence, fate: Fate, now: dt.datetime) -> None:
    repeat = occurrence.repeat
    if fate.pauses:
        Repeat.objects.filter(pk=repeat.pk, state=RepeatState.ACTIVE).update(
            state=RepeatState.PAUSED, why=fate.why[:300]
        )
    audit.record(
        by=System(repeat.department_id),
        verb="repeats.not_sent",
        words=f"Did not send what repeats {repeat} for {repeat.person}. {fate.why}",
        on=repeat,
        now=now,
    )
    if fate.state == OccurrenceState.MISSED:
        tell_missed(repeat, [occurrence], now=now)
    else:
        tell_not_sent(occurrence, why=fate.why, now=now)
