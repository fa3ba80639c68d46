"""Who a message goes to: each change is done at once when it is small, else by the worker."""

import datetime as dt
import logging
import uuid
from collections.abc import Sequence

from django.db import transaction

from messaging.compose.engine import deeds
from messaging.compose.engine.deeds import Deed
from messaging.compose.errors import AlreadySent
from messaging.compose.models import Draft
from messaging.compose.queries.totals import AT_ONCE, kept, key_for
from messaging.compose.typed import Typed
from messaging.sending.models import BasketRow, RowSource, RowState
from smsportal.lib import db
from smsportal.lib.bells import enqueue
from smsportal.lib.errors import Refused
from smsportal.lib.file_kinds import BadSpreadsheet
from smsportal.lib.phones import display

log = logging.getLogger(__name__)


def deeds_for(draft: Draft, typed: Typed) -> list[Deed]:
    """What the ticks and the box of numbers change."""
    found: list[Deed] = []
    if uids := known(typed.contacts.removed):
        found.append({"do": "remove", "source": RowSource.CONTACT, "uids": uids})
    found += [
        {"do": "remove", "source": RowSource.GROUP, "uid": uid}
        for uid in known(typed.groups.removed)
    ]
    found += [{"do": "group", "uid": uid} for uid in known(typed.groups.added)]
    if uids := known(typed.contacts.added):
        found.append({"do": "contacts", "uids": uids})
    # Last: whoever is typed and in a group too goes by the one that has a name.
    if typed.numbers != draft.numbers:
        found.append({"do": "typed"})
    return found


def known(texts: Sequence[str]) -> list[str]:
    """Those that are uids: the rest was not sent by our page."""
    found = []
    for text in texts:
        try:
            found.append(str(uuid.UUID(text)))
        except ValueError:
            continue
    return found


def arrange(draft: Draft, wanted: list[Deed], *, now: dt.datetime) -> None:
    """Within the caller's transaction, with the draft locked. Raises AlreadySent."""
    if not wanted:
        return
    if draft.is_emergency:
        wanted = [*wanted, {"do": "opted_out"}]
    if draft.waiting or sum(deeds.size(draft, deed) for deed in wanted) > AT_ONCE:
        draft.waiting = [*draft.waiting, *wanted]
        draft.waiting_since = draft.waiting_since or now
        draft.save(update_fields=["waiting", "waiting_since"])
        enqueue("messaging.fill_basket", draft_id=draft.pk)
        return
    try:
        for deed in wanted:
            deeds.do(draft, deed, now=now)
    except deeds.Frozen:
        raise AlreadySent from None
    except BadSpreadsheet as bad:
        raise Refused(bad.words, field="file") from None


def fill_basket(draft: Draft) -> None:
    """The worker's part: every deed that waits. Once at a time, and safe to do again."""
    with db.exclusive(f"basket-{draft.pk}") as mine:
        while mine:
            draft.refresh_from_db()
            if not draft.waiting or draft.sent_at:
                return
            try:
                deeds.do(draft, draft.waiting[0], now=db.database_now())
            except deeds.Frozen:
                return
            except BadSpreadsheet:
                log.warning("the file of draft %s can no longer be read", draft.uid)
            _done(draft)


def _done(draft: Draft) -> None:
    with transaction.atomic():
        locked = Draft.objects.select_for_update().get(pk=draft.pk)
        locked.waiting = locked.waiting[1:]
        locked.waiting_since = locked.waiting_since if locked.waiting else None
        locked.save(update_fields=["waiting", "waiting_since"])


def fill_all_waiting() -> None:
    """For the sweep: bells may be lost."""
    for draft in Draft.objects.filter(waiting_since__isnull=False, sent_at__isnull=True):
        try:
            fill_basket(draft)
        except Exception:  # one that cannot be filled must not hold up the others
            log.exception("the basket of draft %s could not be filled", draft.uid)


def ask_to_count(draft: Draft) -> None:
    """Have the worker count a big message whose words differ; once for each wording."""
    key = key_for(draft)
    if draft.measured.get("asked") != key:
        Draft.objects.filter(pk=draft.pk).update(measured={"asked": key})
        enqueue("messaging.measure_draft", draft_id=draft.pk)


def count(draft: Draft) -> None:
    """The worker's part of `ask_to_count`."""
    found = kept(draft, now=db.database_now())
    Draft.objects.filter(pk=draft.pk).update(measured=found)


def with_suggestion(draft: Draft, row_no: int) -> str:
    """The By Mobile Number box with one wrong number replaced by what was suggested."""
    row = BasketRow.objects.filter(
        basket=draft.basket_id,
        source=RowSource.TYPED,
        state=RowState.REFUSED,
        row_no=row_no,
    ).first()
    if row is None or not row.suggestion:
        return draft.numbers
    return draft.numbers.replace(row.typed, display(row.suggestion), 1)
