"""STOP and START: processed before all else, and confirmed once, from the number texted."""

import datetime as dt
import uuid
from typing import Final

from accounts.audit.actors import System
from accounts.departments.models import Department
from inbound.handling.wishes import Wish
from inbound.sorting.models import Sorting
from inbound.sorting.queries import Known, is_phone, last_text_to
from inbound.sorting.services.effects import number_texted
from messaging.senders import services as senders
from messaging.senders.models import OptOut, Sender
from messaging.sending.services import submit_automatic
from smsportal.lib.errors import Refused
from smsportal.lib.phones import display

CONFIRMATION: Final = uuid.UUID("d5b1f0a2-52f5-4f3e-8f6a-2c2a1d5e9b33")
OUT: Final = "You will get no more texts from {who}. To get them again, text START to {number}."
BACK: Final = "You will get texts from {who} again. To end them, text STOP to {number}."
EVERYBODY: Final = "the university's departments"


def grant(each: Sorting, wish: Wish, known: Known, *, now: dt.datetime) -> None:
    """The scope is a department, whichever number the word came by; without one, everywhere."""
    text = each.text
    if not is_phone(text.from_number):
        return
    department = _department(each, known, now)
    if wish == Wish.BACK:
        standing = OptOut.objects.filter(number=text.from_number, lifted_at__isnull=True)
        if department is not None:
            standing = OptOut.objects.standing(department.pk).filter(number=text.from_number)
        why = f"They texted {each.words.strip()[:40]} to {display(text.to_number)}."
        is_news = bool(
            senders.lift_opt_outs(standing=standing, why=why, by=_system(department), now=now)
        )
    else:
        scope = None if wish == Wish.OUT_EVERYWHERE else department
        is_news = senders.add_opt_out(
            number=text.from_number,
            department_id=scope.pk if scope else None,
            words=text.body,
            came_to=number_texted(text).value,
            by=_system(department),
            now=now,
        )
    if is_news and department is not None:
        _confirm(each, wish, department, now)


def _department(each: Sorting, known: Known, now: dt.datetime) -> Department | None:
    """A keyword's; a number's, also of one that was given back; else the last that texted them."""
    if each.keyword is not None:
        return each.keyword.department
    text = each.text
    had_it = Sender.objects.filter(number=text.to_number).select_related("department")
    if sender := had_it.order_by("-pk").first():
        return sender.department
    last = last_text_to(text.from_number, now=now)
    return last.batch.department if last else None


def _confirm(each: Sorting, wish: Wish, department: Department, now: dt.datetime) -> None:
    sender = number_texted(each.text)
    who = EVERYBODY if wish == Wish.OUT_EVERYWHERE else department.name
    wording = BACK if wish == Wish.BACK else OUT
    try:
        each.reply = submit_automatic(
            department=department,
            numbers=[each.text.from_number],
            body=wording.format(who=who, number=display(sender.value)),
            sender=sender,
            source="confirmation",
            name="Confirmation of STOP or START",
            request_key=uuid.uuid5(CONFIRMATION, str(each.text.uid)),
            despite_opt_out=True,
            now=now,
        )
    except Refused as why:
        each.no_reply_why = str(why)[:160]
    each.save(update_fields=["reply", "no_reply_why"])


def _system(department: Department | None) -> System:
    return System(department.pk if department else None)
