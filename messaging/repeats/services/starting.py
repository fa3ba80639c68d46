"""From a draft to a repeat, and from a repeat to a draft again."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.audit import services as audit
from accounts.people.access import require
from accounts.people.models import Person
from messaging.compose import services as compose
from messaging.compose.models import Draft
from messaging.compose.services import recipients
from messaging.compose.services.drafts import MAY
from messaging.compose.services.send import sender_of
from messaging.repeats import engine
from messaging.repeats.models import LIVE, Repeat, RepeatState, RepeatVersion
from messaging.sending.models import Basket
from messaging.wording import services as wording
from messaging.wording.queries import version_in_use
from smsportal.lib.errors import Refused


def start(*, draft: Draft, by: Person, now: dt.datetime) -> Repeat:
    """The repeat that this draft becomes, once, or that it changes. Raises Unready."""
    require(by, MAY)
    if draft.person_id != by.pk:
        raise PermissionDenied("This is not your message.")
    if earlier := of_draft(draft):
        return earlier
    seen = Basket.objects.values_list("changed_at", flat=True).get(pk=draft.basket_id)
    compose.ready(draft=draft, now=now)
    with transaction.atomic():
        measured = Basket.objects.filter(pk=draft.basket_id, is_frozen=False, changed_at=seen)
        if not measured.update(is_frozen=True):
            if earlier := of_draft(draft):
                return earlier
            raise Refused(
                "The people of this message were changed in another window. "
                "Look at them once more and press the button again."
            )
        changed = _changed(draft)
        repeat = changed or Repeat(
            request_key=draft.uid, department_id=by.department_id, person=by, created_at=now
        )
        _fill_in(repeat, draft, now)
        repeat.save()
        _keep_version(repeat, by, now)
        _record(repeat, is_new=changed is None, by=by, now=now)
        Draft.objects.filter(pk=draft.pk).update(
            sent_at=now, repeat_uid=repeat.uid, waiting=[], waiting_since=None
        )
        if draft.template_id:
            wording.used(template_id=draft.template_id, now=now)
    return repeat


def of_draft(draft: Draft) -> Repeat | None:
    """What it has become, or changed, already."""
    sent = Draft.objects.filter(pk=draft.pk, sent_at__isnull=False)
    return Repeat.objects.filter(uid__in=sent.values("repeat_uid")).first()


def _changed(draft: Draft) -> Repeat | None:
    if not draft.repeat_uid:
        return None
    repeat = Repeat.objects.select_for_update().get(uid=draft.repeat_uid, person=draft.person_id)
    if repeat.state not in LIVE:
        Draft.objects.filter(pk=draft.pk).update(repeat_uid=None)
        return None  # it has ended meanwhile: what was written becomes one of its own
    repeat.version_count += 1
    return repeat


def _fill_in(repeat: Repeat, draft: Draft, now: dt.datetime) -> None:
    pattern, template = compose.pattern(draft, now), draft.template
    repeat.body, repeat.fill, repeat.columns = draft.body, draft.fill, draft.columns
    repeat.template_version = version_in_use(template, draft.body) if template else None
    repeat.sender_choice = sender_of(draft).key
    repeat.numbers, repeat.basket = draft.numbers, draft.basket
    repeat.leaves_out_incomplete = draft.leaves_out_incomplete
    repeat.every, repeat.days = pattern.every, list(pattern.days)
    repeat.is_last_day, repeat.time = pattern.is_last_day, pattern.at
    repeat.from_on, repeat.until_on = pattern.from_on, pattern.until_on
    repeat.left_out = [day.isoformat() for day in sorted(pattern.left_out)]
    repeat.state = repeat.state or RepeatState.ACTIVE
    engine.set_next(repeat, after=now)


def _keep_version(repeat: Repeat, by: Person, now: dt.datetime) -> None:
    RepeatVersion.objects.create(
        repeat=repeat,
        number=repeat.version_count,
        body=repeat.body,
        words=repeat.words[:200],
        created_at=now,
        by_name=by.name,
    )


def _record(repeat: Repeat, *, is_new: bool, by: Person, now: dt.datetime) -> None:
    if is_new:
        verb, words = "repeats.started", f"Began to repeat a message, {repeat.words}."
    else:
        verb, words = "repeats.changed", f"Changed the message that repeats {repeat.words}."
    audit.record(by=by, verb=verb, words=words, on=repeat, now=now)


@transaction.atomic
def write(*, repeat: Repeat, is_change: bool, by: Person, now: dt.datetime) -> Draft:
    """A draft with its words, to the people whom its choice means today.

    is_change: saved, it changes the repeat, and a second press finds the draft of the first.
    Otherwise it is a message of its own.
    """
    require(by, MAY)
    if repeat.person_id != by.pk:
        raise PermissionDenied("This is not your message.")
    if is_change and repeat.state not in LIVE:
        raise Refused("It has ended, so it cannot be changed. Use it for a new message.")
    there = Draft.objects.open().filter(repeat_uid=repeat.uid, person=by).first()
    if is_change and there:
        return there
    basket = Basket.objects.create(
        department_id=by.department_id, person=by, created_at=now, changed_at=now
    )
    version = repeat.template_version
    draft = Draft.objects.create(
        person=by,
        basket=basket,
        body=repeat.body,
        fill=repeat.fill,
        columns=repeat.columns,
        numbers=repeat.numbers,
        sender_choice=repeat.sender_choice,
        template=version.template if version else None,
        leaves_out_incomplete=repeat.leaves_out_incomplete,
        created_at=now,
        updated_at=now,
        **(_when(repeat) if is_change else {}),
    )
    recipients.arrange(draft, engine.people_deeds(repeat), now=now)
    return draft


def _when(repeat: Repeat) -> dict[str, Any]:
    return {
        "repeat_uid": repeat.uid,
        "is_later": True,
        "send_date": repeat.from_on.isoformat(),
        "send_time": f"{repeat.time:%H:%M}",
        "repeat": {
            "every": repeat.every,
            "days": [str(day) for day in repeat.days],
            "month_on": "last" if repeat.is_last_day else "day",
            "until": repeat.until_on.isoformat(),
            "skip": lines(map(dt.date.fromisoformat, repeat.left_out)),
        },
    }


def lines(days: Iterable[dt.date]) -> str:
    """As they are typed: one a line."""
    return "\n".join(f"{day:%a} {day.day} {day:%B %Y}" for day in sorted(days))
