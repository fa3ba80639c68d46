"""Keeping what is being written: everything, wrong or right, at every press of a button."""

import datetime as dt
import uuid
from dataclasses import replace

from django.db import IntegrityError, transaction

from accounts.audit.access import require
from accounts.people.models import Person
from messaging.compose.engine import sheet
from messaging.compose.engine.deeds import Deed
from messaging.compose.errors import AlreadySent
from messaging.compose.models import Draft
from messaging.compose.services import recipients
from messaging.compose.typed import Typed
from messaging.sending.models import Basket, Batch, RowSource
from messaging.text.fields import Body, key_of
from messaging.text.repair import repair
from messaging.wording.models import Template

MAY = "send_texts"
LONGEST_BODY = 20_000  # far over what can be sent, so that nothing typed is lost


@transaction.atomic
def save(*, uid: uuid.UUID, typed: Typed, by: Person, now: dt.datetime) -> Draft:
    """Keep what the page sent; the first time makes the draft.

    An autosave that was on its way when a button was pressed may come after it, and changes
    nothing: it would take back an emergency that was ticked meanwhile.

    Raises AlreadySent once it has become a message, and Draft.DoesNotExist for another's.
    """
    draft = opened(uid=uid, by=by, now=now)
    if draft.is_ahead_of(typed.page, typed.turn):
        return draft
    draft.page, draft.turn = typed.page, typed.turn
    wanted = recipients.deeds_for(draft, typed)
    if draft.is_emergency != typed.is_emergency:
        wanted.append({"do": "opted_out"})
    draft.numbers, draft.body = typed.numbers, typed.body[:LONGEST_BODY]
    draft.sender_choice = typed.sender
    draft.is_later, draft.fold = typed.is_later, typed.fold
    draft.is_emergency = typed.is_emergency
    draft.send_date, draft.send_time = typed.date, typed.time
    draft.repeat = dict(typed.repeat)
    draft.fill = _answers(draft.body, typed)
    draft.template = _template(typed.template, by) or draft.template
    draft.updated_at = now
    draft.save()
    recipients.arrange(draft, wanted, now=now)
    return draft


def opened(*, uid: uuid.UUID, by: Person, now: dt.datetime) -> Draft:
    """The draft, locked; made now when nobody has one of this uid."""
    require(by, MAY)
    try:
        with transaction.atomic():
            if not Draft.objects.filter(uid=uid).exists():
                return _new(by, now, uid=uid)
    except IntegrityError:
        pass  # the same page was sent twice: the other one was first
    draft = Draft.objects.select_for_update().get(uid=uid)
    if draft.person_id != by.pk:
        raise Draft.DoesNotExist  # for them there is none
    if batch_of(draft) or (draft.repeat_uid and draft.sent_at):
        raise AlreadySent
    return draft


def _new(by: Person, now: dt.datetime, **fields: object) -> Draft:
    basket = Basket.objects.create(
        department_id=by.department_id, person=by, created_at=now, changed_at=now
    )
    return Draft.objects.create(person=by, basket=basket, created_at=now, updated_at=now, **fields)


def batch_of(draft: Draft) -> Batch | None:
    """The message it has become. The request key knows, also where a crash lost `sent_at`."""
    return Batch.objects.filter(request_key=draft.uid).first()


@transaction.atomic
def change_people(*, draft: Draft, deed: Deed, by: Person, now: dt.datetime) -> Draft:
    """One more deed: a source removed, or all that a search shows added."""
    draft = opened(uid=draft.uid, by=by, now=now)
    if deed == {"do": "remove", "source": RowSource.TYPED}:
        draft.numbers = ""
        draft.save(update_fields=["numbers"])
    if deed == {"do": "remove", "source": RowSource.FILE}:
        _forget_files(draft)
    if deed == {"do": "complete"}:
        draft.leaves_out_incomplete = True
        draft.save(update_fields=["leaves_out_incomplete"])
    recipients.arrange(draft, [deed], now=now)
    return draft


def use_template(*, draft: Draft, by: Person, now: dt.datetime) -> Draft:
    """The words of the template that is picked take the place of what is in the box."""
    if draft.template:
        draft.body = draft.template.body
        draft.save(update_fields=["body"])
    return draft


def use_plain_characters(*, draft: Draft) -> Draft:
    draft.body = repair(draft.body).text
    draft.save(update_fields=["body"])
    return draft


def show_next(*, draft: Draft) -> Draft:
    """The phone shows the first person, the one with the longest text, the last."""
    draft.shown = (draft.shown + 1) % 6  # as many as fit two and three readers
    draft.save(update_fields=["shown"])
    return draft


def use_suggestion(*, draft: Draft, typed: Typed, row_no: int, now: dt.datetime) -> Draft:
    numbers = recipients.with_suggestion(draft, row_no)
    return save(uid=draft.uid, typed=replace(typed, numbers=numbers), by=draft.person, now=now)


@transaction.atomic
def discard(*, draft: Draft, by: Person, now: dt.datetime) -> None:
    """Deletes it. Its basket goes too, unless a cancelled message still shows it."""
    draft = opened(uid=draft.uid, by=by, now=now)
    basket = draft.basket
    _forget_files(draft)
    draft.delete()
    if not basket.batches.exists():
        basket.delete()


def _forget_files(draft: Draft) -> None:
    sheet.forget(list(draft.uploads.all()))
    draft.uploads.all().delete()
    draft.columns = []
    draft.save(update_fields=["columns"])


def _answers(body: str, typed: Typed) -> dict[str, str]:
    asked = {key_of(name) for name in Body(body).fields}
    return {
        name: answer.strip()
        for name, answer in typed.fill.items()
        if answer.strip() and key_of(name) in asked
    }


def _template(uid: str, by: Person) -> Template | None:
    uids = recipients.known([uid])
    return Template.objects.visible_to(by).live().filter(uid__in=uids).first()
