"""What the message makes: texts, cost, what is missing, and how three people will read it."""

import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models.functions import Length

from messaging.compose.models import Draft
from messaging.sending.models import BasketRow, RowState
from messaging.sending.queries import Totals, measure, price_tenths
from messaging.sending.rendering import ROW_COLUMNS, is_merged, values_of
from messaging.text.fields import Body, key_of
from messaging.wording.examples import CONTACT_FIELDS
from smsportal.lib import walltime
from smsportal.lib.phones import display

AT_ONCE = 2000  # people whom a page adds and measures itself; the worker does more
KEPT = (
    "person_count",
    "part_count",
    "most_parts",
    "fewest_parts",
    "is_merged",
    "missing",
    "missing_names",
    "left_out",
)


def totals(draft: Draft, *, person_count: int, now: dt.datetime) -> Totals | None:
    """None while the worker still has to count a big message whose words differ."""
    if person_count <= AT_ONCE or not is_merged(Body(draft.body), draft.fill):
        return counted(draft, now=now)
    kept = draft.measured
    if kept.get("key") != key_for(draft):
        return None
    found = Totals(price_tenths=_price(draft, now))
    for name in KEPT:
        setattr(found, name, kept[name])
    found.missing = Counter(found.missing)
    return found


def counted(draft: Draft, *, now: dt.datetime) -> Totals:
    """Counted person by person: as sending will."""
    return measure(
        basket=draft.basket, wording=draft.body, fill=draft.fill, day=walltime.day_of(now)
    )


def kept(draft: Draft, *, now: dt.datetime) -> dict[str, Any]:
    """What the worker keeps of a big message, for `totals`."""
    found = counted(draft, now=now)
    return {"key": key_for(draft), **{name: getattr(found, name) for name in KEPT}}


def key_for(draft: Draft) -> str:
    """Changes with whatever changes the totals."""
    draft.basket.refresh_from_db(fields=["changed_at"])
    said = [draft.body, sorted(draft.fill.items()), draft.basket.changed_at.isoformat()]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def seal(draft: Draft) -> str:
    """Changes with whatever somebody checks before sending."""
    when = [draft.is_later, draft.send_date, draft.send_time, draft.fold, draft.repeat]
    said = [draft.sender_choice, *when, draft.is_emergency]
    return hashlib.sha256(json.dumps([key_for(draft), said]).encode()).hexdigest()


def _price(draft: Draft, now: dt.datetime) -> int:
    return price_tenths(draft.basket.department_id, walltime.day_of(now))


@dataclass(frozen=True)
class Reader:
    """One person with the message as it will be read; a gap is shown as the field it is."""

    name: str
    number: str
    text: str
    values: Mapping[str, Any]


def readers(draft: Draft, found: Totals | None) -> list[Reader]:
    """The first, the one with the longest text, the last."""
    rows = BasketRow.objects.filter(basket=draft.basket_id, state=RowState.OK)
    numbers = [example.number for example in found.examples] if found else []
    if numbers:
        seen = rows.filter(number__in=numbers).order_by("row_no").values_list(*ROW_COLUMNS)
    else:
        by_length = rows.order_by((Length("first_name") + Length("last_name")).desc(), "row_no")
        ends = [rows.order_by("row_no"), by_length, rows.order_by("-row_no")]
        firsts = [each.values_list("row_no", *ROW_COLUMNS).first() for each in ends]
        seen = [row[1:] for row in dict((row[0], row) for row in firsts if row).values()]
    body = Body(draft.body)
    return [_reader(body, values_of(row, draft.fill)) for row in seen]


def _reader(body: Body, values: dict[str, Any]) -> Reader:
    return Reader(values["name"], values["mobile"], text_with_gaps(body, values), values)


def text_with_gaps(body: Body, values: Mapping[str, Any]) -> str:
    gaps = {name: f"(({name}))" for name in body.missing(values)}
    return body.render({**values, **gaps})


def asked_fields(draft: Draft, found: Totals | None) -> list[str]:
    """Fields that nobody has: asked for once, for everyone. Those answered stay, to be changed."""
    body = Body(draft.body)
    answered = {key_of(name) for name in draft.fill}
    if found is None or not found.person_count:
        known = {key_of(name) for name in (*CONTACT_FIELDS, "mobile", *draft.columns)}
        return [name for name in body.fields if key_of(name) not in known]
    nobody = {key_of(name) for name, count in found.missing.items() if count == found.person_count}
    return [name for name in body.fields if key_of(name) in nobody | answered]


def lacking(found: Totals, asked: list[str]) -> str:
    """Who has nothing for a field that others have; "" when nobody does."""
    some = {name: count for name, count in found.missing.items() if name not in asked}
    if not some or not found.person_count:
        return ""
    (field, count), *_ = some.items()
    people = "1 person has" if count == 1 else f"{count:,} people have"
    names = [display(name) if name.startswith("+") else name for name in found.missing_names]
    others = count - len(names)
    who = ", ".join(names[:count]) + (f" and {others:,} more" if others > 0 else "")
    return f"{people} no {field}: {who}. Leave them out, or take (({field})) out of the message."
