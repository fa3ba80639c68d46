"""From draft to message, and the test to oneself."""

import datetime as dt
import uuid

from django.conf import settings
from django.db import transaction

from accounts.audit.access import require
from accounts.people.models import Person
from messaging.compose.errors import NoMobile, Unready
from messaging.compose.models import Draft
from messaging.compose.pattern import Pattern, moment
from messaging.compose.queries import ledgers
from messaging.compose.queries.totals import asked_fields, counted, lacking, totals
from messaging.compose.repeating import pattern_of
from messaging.compose.services.drafts import MAY, batch_of
from messaging.compose.when import wall_time
from messaging.senders.queries import Choice, chosen
from messaging.sending import services as sending
from messaging.sending.errors import TooLate
from messaging.sending.models import Basket, BasketRow, Batch, RowSource, RowState
from messaging.sending.queries import (
    Reason,
    Totals,
    reasons_to_check,
    reasons_to_check_emergency,
)
from messaging.wording import services as wording
from messaging.wording.queries import version_in_use
from smsportal.lib import walltime
from smsportal.lib.errors import Refused


def ready(*, draft: Draft, now: dt.datetime) -> Totals:
    """What it makes, exactly. Raises Unready with everything that stands in the way."""
    found = _totals(draft, now)
    refusals = [*_of_people(draft, found), *_of_words(draft, found), *_of_time(draft, now)]
    if refusals:
        raise Unready(refusals)
    return found


def _totals(draft: Draft, now: dt.datetime) -> Totals:
    """As the page last showed it, where that still holds; counted now where it does not."""
    people = ledgers.ledger(draft).person_count
    return totals(draft, person_count=people, now=now) or counted(draft, now=now)


def reasons(*, draft: Draft, found: Totals, now: dt.datetime) -> list[Reason]:
    """Why it should be looked at once more before it goes."""
    if draft.is_emergency:
        return reasons_to_check_emergency(basket=draft.basket, wording=draft.body, now=now)
    return reasons_to_check(
        basket=draft.basket,
        totals=found,
        wording=draft.body,
        send_at=_first_moment(draft, now),
        now=now,
    )


def _first_moment(draft: Draft, now: dt.datetime) -> dt.datetime:
    if draft.repeats:
        found = pattern(draft, now)
        return moment(found.wall(next(found.ahead(now))))
    return sending.moment_of(send_wall(draft, now), draft.fold, 0, now)


def send(*, draft: Draft, by: Person, now: dt.datetime) -> Batch:
    """The message that this draft becomes, once. Raises Unready, or what sending refuses."""
    require(by, MAY)
    if earlier := batch_of(draft):
        return _sent(draft, earlier, now)
    ready(draft=draft, now=now)
    return send_ready(draft=draft, by=by, now=now)


def send_ready(*, draft: Draft, by: Person, now: dt.datetime) -> Batch:
    """What somebody has just found ready."""
    try:
        return _sent(draft, _submitted(draft, by, now), now)
    except TooLate as late:
        Draft.objects.filter(pk=draft.pk).update(replaces=None)
        raise TooLate(f"{late.words} Press Send once more to send this as a new message.") from None


def _submitted(draft: Draft, by: Person, now: dt.datetime) -> Batch:
    wall, sender = send_wall(draft, now), sender_of(draft)
    template = draft.template
    return sending.submit(
        basket=draft.basket,
        body=draft.body,
        fill=draft.fill,
        sender_kind=sender.kind,
        number=sender.number,
        request_key=draft.uid,
        send_wall=wall,
        fold=draft.fold,
        template_version=version_in_use(template, draft.body) if template else None,
        undo_seconds=0 if wall else settings.SEND_UNDO_SECONDS,
        replaces=draft.replaces,
        emergency_reason=draft.emergency_reason if draft.is_emergency else None,
        by=by,
        now=now,
    )


def sender_of(draft: Draft) -> Choice:
    """What was chosen, or the first that the person has."""
    return chosen(draft.person, draft.sender_choice)


def send_wall(draft: Draft, now: dt.datetime) -> dt.datetime | None:
    """Naive London time, None for now. Raises Refused for what is no time."""
    if not draft.is_later:
        return None
    return wall_time(draft.send_date, draft.send_time, today=walltime.day_of(now))


def pattern(draft: Draft, now: dt.datetime) -> Pattern:
    """Of a draft that repeats. Raises Unready."""
    day = walltime.day_of(now)
    return pattern_of(draft.repeat, date=draft.send_date, time=draft.send_time, today=day)


def test_to_me(*, draft: Draft, by: Person, now: dt.datetime) -> Batch:
    """One text to My mobile, as the person on the phone reads it. Twice in a minute is once."""
    require(by, MAY)
    if not by.my_mobile:
        raise NoMobile
    said = f"{draft.body}|{sorted(draft.fill.items())}|{now:%Y%m%d%H%M}"
    key = uuid.uuid5(draft.uid, said)
    if earlier := Batch.objects.filter(request_key=key).first():
        return earlier
    sender = sender_of(draft)
    with transaction.atomic():
        return sending.submit(
            basket=_basket_of_one(draft, by, now),
            body=draft.body,
            fill=draft.fill,
            sender_kind=sender.kind,
            number=sender.number,
            request_key=key,
            source="test",
            by=by,
            now=now,
        )


def _basket_of_one(draft: Draft, by: Person, now: dt.datetime) -> Basket:
    shown = BasketRow.objects.filter(basket=draft.basket_id, state=RowState.OK).order_by("row_no")
    like = shown.first()
    basket = Basket.objects.create(
        department_id=by.department_id, person=by, created_at=now, changed_at=now
    )
    BasketRow.objects.create(
        basket=basket,
        row_no=0,
        state=RowState.OK,
        number=by.my_mobile,
        first_name=like.first_name if like else by.name.partition(" ")[0][:80],
        last_name=like.last_name if like else by.name.partition(" ")[2][:80],
        values=like.values if like else None,
        is_private=like.is_private if like else False,
        source=RowSource.TYPED,
    )
    return basket


def _sent(draft: Draft, batch: Batch, now: dt.datetime) -> Batch:
    if draft.sent_at is None:
        Draft.objects.filter(pk=draft.pk).update(sent_at=now, waiting=[], waiting_since=None)
        if draft.template_id:
            wording.used(template_id=draft.template_id, now=now)
    return batch


def _of_people(draft: Draft, found: Totals) -> list[Refused]:
    if draft.waiting:
        return [Refused("People are still being added. Send it in a moment.", field="to")]
    wrong = ledgers.refused(draft, RowSource.TYPED).count()
    if wrong:
        words = "Correct 1 mobile number, or take it out."
        if wrong > 1:
            words = f"Correct {wrong:,} mobile numbers, or take them out."
        return [Refused(words, field="numbers")]
    if not found.person_count:
        left_out = sum(found.left_out.values())
        if left_out:
            return [Refused("Everybody you chose has opted out. Add somebody else.", field="to")]
        return [Refused("Choose at least one person to text.", field="numbers")]
    return []


def _of_words(draft: Draft, found: Totals) -> list[Refused]:
    if not draft.body.strip():
        return [Refused("Write the message.", field="message")]
    asked = asked_fields(draft, found)
    blank = [name for name in asked if name in found.missing]
    refusals = [
        Refused(f"Say what (({name})) is, or take it out of the message.", field=f"fill-{n}")
        for n, name in enumerate(asked, 1)
        if name in blank
    ]
    if words := lacking(found, asked):
        refusals.append(Refused(words, field="message"))
    if found.most_parts > sending.MOST_PARTS:
        refusals.append(
            Refused(
                f"This message makes {found.most_parts} texts for one person. Phones join up at "
                f"most {sending.MOST_PARTS}. Shorten it.",
                field="message",
            )
        )
    return refusals


def _no_emergency(person: Person) -> str:
    if person.allow_emergency:  # it is the department that is stopped
        return (
            f"Nobody in {person.department} can send at the moment, not even an emergency. Ring "
            f"the messaging team: {settings.SERVICE_DESK}."
        )
    words = "Your department administrator does not allow you emergency texts (any more)."
    return f"{words} Choose Send now or Send later."


def _of_time(draft: Draft, now: dt.datetime) -> list[Refused]:
    if draft.is_emergency and not draft.person.may("send_emergency"):
        return [Refused(_no_emergency(draft.person), field="when")]
    if draft.repeats:
        return _of_pattern(draft, now)
    try:
        sending.moment_of(send_wall(draft, now), draft.fold, 0, now)
    except Refused as refused:
        if draft.is_later:
            return [refused]
    return []


def _of_pattern(draft: Draft, now: dt.datetime) -> list[Refused]:
    try:
        found = pattern(draft, now)
    except Unready as unready:
        return unready.refusals
    if any(found.ahead(now)):
        return []
    words = "No date is left on which it would go. Choose a later last date, or leave out fewer."
    return [Refused(words, field="until")]
