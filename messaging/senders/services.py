"""Recording that a person does not want to be texted, or does again."""

import datetime as dt
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from accounts.audit import services as audit
from accounts.audit.actors import Actor
from messaging.senders.models import Asked, OptOut

MOST_WORDS: Final = 500


def add_opt_out(
    *,
    number: str,
    department_id: int | None,
    words: str,
    by: Actor,
    now: dt.datetime,
    came_to: str = "",
    asked: Asked = Asked.TEXT,
) -> bool:
    """From now on nobody of the department (None: nobody at all) texts this number. Answers
    whether that is news. words: what they said; came_to: the number or short code they texted.
    """
    with transaction.atomic():
        opt_out, is_new = OptOut.objects.get_or_create(
            number=number,
            department_id=department_id,
            lifted_at=None,
            defaults={
                "asked": asked,
                "words": words[:MOST_WORDS],
                "came_to": came_to,
                "at": now,
                "by_name": by.audit_name if by.pk else "",
            },
        )
        if is_new:
            audit.record(
                by=by,
                verb="opt_outs.added",
                words=_added(opt_out),
                on=opt_out,
                department_id=department_id,
                now=now,
            )
    return is_new


def lift_opt_outs(*, standing: QuerySet[OptOut], why: str, by: Actor, now: dt.datetime) -> int:
    """These people may be texted again; answers how many opt-outs were lifted."""
    count = 0
    for opt_out in standing.filter(lifted_at__isnull=True):
        with transaction.atomic():
            mine = OptOut.objects.filter(pk=opt_out.pk, lifted_at__isnull=True)
            if not mine.update(
                lifted_at=now, lifted_by_name=by.audit_name, lifted_why=why[:MOST_WORDS]
            ):
                continue
            audit.record(
                by=by,
                verb="opt_outs.lifted",
                words=_lifted(opt_out, why, by),
                on=opt_out,
                department_id=opt_out.department_id,
                now=now,
            )
            count += 1
    return count


def _added(opt_out: OptOut) -> str:
    """The words stay out of the trail, which nobody can change: they may say more of a person."""
    who = f"The number ending {opt_out.number[-3:]} opted out"
    return f"{who}." if opt_out.is_by_text else f"{who}. They asked {opt_out.asked_words}."


def _lifted(opt_out: OptOut, why: str, by: Actor) -> str:
    again = f"The number ending {opt_out.number[-3:]} may be texted again"
    if by.pk and opt_out.is_by_text:
        again += ", although the person had opted out by text"
    return f"{again}: {why}"
