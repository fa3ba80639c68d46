"""What changes a basket: each deed is a small dict, so that the worker can do it when it is big.

{"do": "typed"}                        the By Mobile Number box, as it stands
{"do": "group", "uid": ..}             everybody in a group
{"do": "contacts", "uids": [..]}       ticked contacts
{"do": "all", "scope": "global", "find": "smi"}    all contacts that the search shows
{"do": "file", "uid": ..}              the rows of an upload
{"do": "batch", "uid": .., "who": ..}  the people of an earlier message
{"do": "kept", "basket": 7}            contacts, rows of files and earlier people of another basket
{"do": "complete"}                     leaves out whoever has nothing for a field of the words
{"do": "opted_out"}                    lets them in for an emergency, leaves them out otherwise
{"do": "remove", "source": "group", "uid": ..}     a source; with "uids" some of its people

A deed done again after a crash ends as if it had been done once.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import F

from messaging.compose.engine import rows, sheet
from messaging.compose.models import Draft, Upload
from messaging.compose.queries.earlier import people_of
from messaging.compose.queries.picks import pickable
from messaging.contacts.models import Contact, Group
from messaging.sending.engine import opted_out, release
from messaging.sending.models import Basket, BasketRow, Batch, Message, RowSource, RowState
from messaging.sending.rendering import ROW_COLUMNS, values_of
from messaging.text.fields import Body
from smsportal.lib.db import CHUNK, database_now
from smsportal.lib.phone_lists import split_typed
from smsportal.lib.phones import BadNumber, normalise

Deed = dict[str, Any]
Short = Callable[..., Any]  # runs one step in a transaction of its own


class Frozen(Exception):
    """The message has been accepted: its people can no longer change."""


def do(draft: Draft, deed: Deed, *, now: dt.datetime) -> None:
    """Raises Frozen. Steps are short transactions, so that a page can write in between."""

    def short(step: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        with transaction.atomic():
            locked = Basket.objects.select_for_update().get(pk=draft.basket_id)
            if locked.is_frozen:
                raise Frozen
            return step(*args, **kwargs)

    DEEDS[deed["do"]](draft, deed, short)
    Basket.objects.filter(pk=draft.basket_id, is_frozen=False).update(changed_at=now)


def size(draft: Draft, deed: Deed) -> int:
    """About how many rows it touches, to know whether the page can wait for it."""
    match deed["do"]:
        case "typed":
            return draft.numbers.count("7")
        case "group":
            return _members(draft, deed).count()
        case "contacts":
            return len(deed["uids"])
        case "all":
            return pickable(draft.person, deed["scope"], deed["find"]).count()
        case "file":
            return Upload.objects.get(draft=draft, uid=deed["uid"]).row_count
        case "batch":
            return Batch.objects.get(uid=deed["uid"]).person_count
        case "kept":
            return _kept_rows(deed).count()
        case "complete":
            return rows.goes(draft.basket).count()
        case "opted_out":
            return BasketRow.objects.filter(
                basket=draft.basket_id, state=RowState.OPTED_OUT
            ).count()
    return _of_source(draft, deed).count()


def _typed(draft: Draft, deed: Deed, short: Short) -> None:
    _clear(draft, {"source": RowSource.TYPED}, short)
    people = split_typed(draft.numbers)
    for start in range(0, len(people), CHUNK):
        part = [_typed_row(typed, name) for typed, name in people[start : start + CHUNK]]
        short(rows.add_rows, draft.basket, part)


def _typed_row(typed: str, name: str | None) -> BasketRow:
    first, _, last = (name or "").partition(" ")
    row = BasketRow(
        typed=typed[:80], first_name=first[:80], last_name=last[:80], source=RowSource.TYPED
    )
    return numbered(row, typed)


def numbered(row: BasketRow, typed: str) -> BasketRow:
    """The row with the number that was typed, or with why it cannot be one."""
    try:
        row.number, row.why, row.suggestion = normalise(typed), "", ""
    except BadNumber as bad:
        row.number, row.why, row.suggestion = "", bad.words[:300], bad.suggestion or ""
    return row


def _group(draft: Draft, deed: Deed, short: Short) -> None:
    _clear(draft, {"source": RowSource.GROUP, "uid": deed["uid"]}, short)
    for part in rows.chunks(_members(draft, deed)):
        short(
            rows.add_contacts,
            draft.basket,
            part,
            source=RowSource.GROUP,
            source_uid=deed["uid"],
        )


def _contacts(draft: Draft, deed: Deed, short: Short) -> None:
    chosen = Contact.objects.visible_to(draft.person).live().filter(uid__in=deed["uids"])
    _add_contacts(draft, chosen, short)


def _all(draft: Draft, deed: Deed, short: Short) -> None:
    _add_contacts(draft, pickable(draft.person, deed["scope"], deed["find"]), short)


def _add_contacts(draft: Draft, chosen: Any, short: Short) -> None:
    there = BasketRow.objects.filter(basket=draft.basket, source=RowSource.CONTACT)
    new = chosen.exclude(pk__in=there.values("contact_id"))
    for part in rows.chunks(new):
        short(
            rows.add_contacts,
            draft.basket,
            part,
            source=RowSource.CONTACT,
            source_uid=F("uid"),
        )


def _file(draft: Draft, deed: Deed, short: Short) -> None:
    _clear(draft, {"source": RowSource.FILE}, short)
    upload = Upload.objects.get(draft=draft, uid=deed["uid"])
    for part in sheet.basket_rows(upload):
        short(rows.add_rows, draft.basket, part)


def _batch(draft: Draft, deed: Deed, short: Short) -> None:
    _clear(draft, {"source": RowSource.BATCH}, short)
    batch = Batch.objects.get(uid=deed["uid"])
    # What still waits of a stopped one: only once it is cancelled is it certain that it never goes.
    release.drop_stopped(batch, now=database_now())
    chosen = people_of(batch, deed["who"])
    copy = rows.copy_messages if chosen.model is Message else rows.copy_rows
    for part in rows.chunks(chosen):
        short(copy, draft.basket, part, source_uid=deed["uid"])


def _kept(draft: Draft, deed: Deed, short: Short) -> None:
    """Contacts as they are now; people of a file, or of an earlier message, as they were."""
    for source in (RowSource.FILE, RowSource.BATCH):
        _clear(draft, {"source": source}, short)
        for part in rows.chunks(_kept_rows(deed).filter(source=source)):
            short(rows.copy_rows, draft.basket, part, source=source, source_uid=F("source_uid"))
    picked = _kept_rows(deed).filter(source=RowSource.CONTACT).values("source_uid")
    chosen = Contact.objects.visible_to(draft.person).live().filter(uid__in=picked)
    _add_contacts(draft, chosen, short)


def _kept_rows(deed: Deed) -> Any:
    sources = (RowSource.CONTACT, RowSource.FILE, RowSource.BATCH)
    rows_of_it = BasketRow.objects.filter(basket=deed["basket"], source__in=sources)
    return rows_of_it.exclude(state=RowState.REFUSED)


def _complete(draft: Draft, deed: Deed, short: Short) -> None:
    # Whoever is there from another source too may have the value in that one: so look again.
    while incomplete := _incomplete(draft):
        for start in range(0, len(incomplete), CHUNK):
            part = BasketRow.objects.filter(pk__in=incomplete[start : start + CHUNK])
            short(rows.remove, part)
        _promote(draft, short)


def _incomplete(draft: Draft) -> list[int]:
    body = Body(draft.body)
    people = rows.goes(draft.basket).values_list("pk", *ROW_COLUMNS).iterator(chunk_size=CHUNK)
    return [pk for pk, *row in people if body.missing(values_of(row, draft.fill))]


def _opted_out(draft: Draft, deed: Deed, short: Short) -> None:
    short(opted_out.let_in if draft.is_emergency else opted_out.leave_out, draft.basket)


def _remove(draft: Draft, deed: Deed, short: Short) -> None:
    _clear(draft, deed, short)


def _clear(draft: Draft, deed: Deed, short: Short) -> None:
    chosen = _of_source(draft, deed)
    if not chosen.exists():
        return
    while short(rows.remove, chosen) == CHUNK:
        pass
    _promote(draft, short)


def _promote(draft: Draft, short: Short) -> None:
    after = short(rows.promote, draft.basket)
    while after:
        after = short(rows.promote, draft.basket, after=after)


def _of_source(draft: Draft, deed: Deed) -> Any:
    chosen = BasketRow.objects.filter(basket=draft.basket_id, source=deed["source"])
    if "uids" in deed:
        return chosen.filter(source_uid__in=deed["uids"])
    return chosen.filter(source_uid=deed["uid"]) if deed.get("uid") else chosen


def _members(draft: Draft, deed: Deed) -> Any:
    groups = Group.objects.visible_to(draft.person).live().filter(uid=deed["uid"])
    group = groups.values_list("pk", flat=True).first()
    contacts = Contact.objects.visible_to(draft.person).live()
    return contacts.filter(memberships__group=group) if group else contacts.none()


DEEDS: dict[str, Callable[[Draft, Deed, Short], None]] = {
    "typed": _typed,
    "group": _group,
    "contacts": _contacts,
    "all": _all,
    "file": _file,
    "batch": _batch,
    "kept": _kept,
    "complete": _complete,
    "opted_out": _opted_out,
    "remove": _remove,
}
