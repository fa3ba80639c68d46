"""The New message page, whole or the parts that change while somebody writes."""

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.people.models import Person
from messaging.compose import services
from messaging.compose.errors import Unready
from messaging.compose.models import Draft
from messaging.compose.pattern import DAYS, Every, Pattern, odd_words
from messaging.compose.queries import ledgers, picks
from messaging.compose.queries import totals as totals_queries
from messaging.compose.queries.ledgers import Ledger
from messaging.compose.queries.totals import Reader
from messaging.compose.services import recipients
from messaging.compose.services.send import send_wall
from messaging.compose.when import how_long
from messaging.senders.queries import chosen, sender_choices
from messaging.sending import services as sending
from messaging.sending.models import RowSource
from messaging.sending.queries import Totals, price_tenths
from messaging.text import segments
from messaging.text.repair import repair
from messaging.wording import queries as wording
from messaging.wording.examples import EXAMPLES, example_text
from smsportal.lib import walltime
from smsportal.lib.errors import Refused
from smsportal.lib.ids import uuid7
from smsportal.lib.words import long_when, short_day

CHANGED = "The message was changed in another window. Check it again as it is now."
REFUSED_SHOWN = 20
SENDS_SHOWN = 6


def page(
    request: HttpRequest,
    draft: Draft,
    *,
    now: dt.datetime,
    refused: Refused | None = None,
    **more: Any,
) -> HttpResponse:
    """The whole page, or with htmx what has changed of it."""
    context = {**what_changes(draft, now=now), **more, "now": now, "draft": draft}
    if request.htmx:
        return _live(request, draft, context)
    context |= _choices(request, draft, context["ledger"])
    context |= _problems(refused)
    for each in context["asked"]:
        each["problem"] = context["wrong"].get(each["id"], "")
    return render(
        request, "messaging/compose/compose.html", context, status=422 if refused else 200
    )


def _live(request: HttpRequest, draft: Draft, context: dict[str, Any]) -> HttpResponse:
    """Swapped out of band, so that nothing is touched that somebody may be typing in."""
    is_post = request.method == "POST"
    context |= {
        "oob": True,
        "fills_changed": is_post and request.POST.get("asked", "") != context["asked_key"],
        "ticked_contacts": request.POST.getlist("contact"),
        "ticked_groups": request.POST.getlist("group"),
    }
    response = render(request, "messaging/compose/_live.html", context)
    # A refresh then finds the draft and not an empty page.
    response.headers["HX-Replace-Url"] = reverse("compose:draft", args=[draft.uid])
    return response


def what_changes(draft: Draft, *, now: dt.datetime) -> dict[str, Any]:
    """People, counts, cost, preview, time: everything that follows from what was typed."""
    saved = draft if draft.pk else None
    ledger = ledgers.ledger(saved)
    totals = (
        totals_queries.totals(draft, person_count=ledger.person_count, now=now)
        if saved
        else (Totals(price_tenths=price_tenths(draft.person.department_id, walltime.day_of(now))))
    )
    if totals is None:
        recipients.ask_to_count(draft)
    readers = totals_queries.readers(draft, totals) if saved else []
    asked = totals_queries.asked_fields(draft, totals)
    return {
        "ledger": ledger,
        "typed_refused": ledgers.refused(saved, RowSource.TYPED)[:REFUSED_SHOWN],
        "totals": totals,
        "is_moving": ledger.is_waiting or totals is None,
        "asked": [
            {"id": f"fill-{n}", "name": name, "answer": draft.fill.get(name, "")}
            for n, name in enumerate(asked, 1)
        ],
        "asked_key": "|".join(asked),
        "lacking": totals_queries.lacking(totals, asked) if totals else "",
        "senders": sender_choices(draft.person),
        "sender": chosen(draft.person, draft.sender_choice),
        **_counter(draft, totals, readers),
        **_when(draft, now),
    }


def _counter(draft: Draft, totals: Totals | None, readers: list[Reader]) -> dict[str, Any]:
    """The longest text counts; the phone shows whom the person turned to."""
    longest = max(readers, key=lambda each: len(each.text), default=None)
    shown = readers[draft.shown % len(readers)] if readers else None
    text = longest.text if longest else example_text(draft.body, draft.fill)
    measure = segments.measure(text)
    plain_parts = segments.measure(repair(text).text).parts
    price = totals.price_tenths if totals else 0
    people = totals.person_count if totals else 0
    # Whoever lacks a value is in no total yet, and will cost what the others do.
    is_whole = totals is not None and not totals.missing
    about_parts = totals.part_count if totals and is_whole else measure.parts * people
    return {
        "measure": measure,
        "fills": segments.fills(text)[:10],
        "forcing": segments.forcing(text)[:8],
        "plain_parts": plain_parts,
        "wide_cost": measure.parts * price * people,
        "plain_cost": plain_parts * price * people,
        "about_parts": about_parts,
        "about_cost": about_parts * price,
        "is_repairable": bool(repair(draft.body).changes),
        "longest": longest,
        "shown": shown,
        "reader_count": len(readers),
        "preview": shown.text if shown else text,
        "values_json": _json(longest.values if longest else {**EXAMPLES, **draft.fill}),
        "shown_json": _json(shown.values if shown else {**EXAMPLES, **draft.fill}),
    }


def _json(values: Any) -> str:
    return json.dumps({name: str(value) for name, value in dict(values).items()})


def _when(draft: Draft, now: dt.datetime) -> dict[str, Any]:
    if not draft.is_later:
        return {}
    if draft.repeats:
        return {"sends": sends_of(draft, now)}
    try:
        at = sending.moment_of(send_wall(draft, now), draft.fold, 0, now)
    except Refused as refused:
        return {"is_twice": getattr(refused, "is_twice", False)}
    return {
        "goes_at": at,
        "goes_words": long_when(at, now=now),
        "goes_in": how_long(at - now),
        "is_twice": draft.fold is not None and _comes_twice(draft, now),
    }


@dataclass(frozen=True)
class Sends:
    """When a repeating message goes; with a problem it is not known yet."""

    pattern: Pattern | None = None
    count: int = 0
    first: Sequence[str] = ()  # of them, in words
    odd: Sequence[str] = ()  # what the clocks do to some
    problem: str = ""

    @property
    def rest(self) -> int:
        return self.count - len(self.first)


def sends_of(draft: Draft, now: dt.datetime) -> Sends:
    try:
        pattern = services.pattern(draft, now)
    except Unready as unready:
        return Sends(problem=unready.words)
    ahead, today = list(pattern.ahead(now)), walltime.day_of(now)
    said = {day: short_day(day, today=today) for day in ahead}
    return Sends(
        pattern=pattern,
        count=len(ahead),
        first=list(said.values())[:SENDS_SHOWN],
        odd=[f"{said[day]}: {odd}" for day in ahead if (odd := odd_words(pattern.wall(day)))],
    )


def _comes_twice(draft: Draft, now: dt.datetime) -> bool:
    wall = send_wall(draft, now)
    return wall is not None and walltime.is_twice(wall)


def _choices(request: HttpRequest, draft: Draft, ledger: Ledger) -> dict[str, Any]:
    """What can be picked: lists of people, groups, templates."""
    return {
        "contacts": contact_list(request, draft),
        "groups": picks.group_picks(draft.person, ledger.group_uids),
        "templates": wording.choices(draft.person),
        "page_id": uuid7(),
        "prefill": request.GET.getlist("group") + request.GET.getlist("contact"),
        "department": draft.person.department,
        "may_send_emergency": draft.person.may("send_emergency"),
        "every_choices": [("", "Once"), *Every.choices],
        "day_choices": [(str(n), day[:3]) for n, day in enumerate(DAYS)],
    }


def contact_list(request: HttpRequest, draft: Draft) -> picks.PickList:
    scope = "personal" if request.GET.get("scope") == "personal" else "global"
    return picks.contact_picks(draft, scope=scope, find=request.GET.get("find", "").strip())


def _problems(refused: Refused | None) -> dict[str, Any]:
    refusals = refused.refusals if isinstance(refused, Unready) else [refused] if refused else []
    return {
        "problems": [{"id": each.field or "to", "text": each.words} for each in refusals],
        "wrong": _by_field(refusals),
        "skip_problems": [each.words for each in refusals if each.field == "skip"],
        "suggestion": next(filter(None, map(_suggestion, refusals)), ""),
    }


def _by_field(refusals: Iterable[Refused]) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in refusals:
        found.setdefault(each.field or "to", each.words)
    return found


def _suggestion(refused: Refused) -> str:
    return getattr(refused, "suggestion", "")


def blank(person: Person) -> Draft:
    """A page that nobody has saved: its uid is the one under which it will be."""
    return Draft(person=person)
