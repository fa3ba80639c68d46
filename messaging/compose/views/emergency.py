"""Check before you send, of an emergency: red, with a reason and the number of people typed."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from messaging.compose import services
from messaging.compose.errors import Unconfirmed, Unready
from messaging.compose.models import Draft
from messaging.compose.queries.totals import seal
from messaging.compose.views.page import CHANGED, what_changes
from messaging.compose.views.words import accepted
from messaging.sending.queries.caps import allowance_left
from smsportal.lib.errors import Refused


def check(request: HttpRequest, draft: Draft, now: dt.datetime) -> HttpResponse:
    """Raises Unready when it cannot be sent as it is written."""
    services.hurry(draft=draft)
    if request.method != "POST":
        return _page(request, draft, now)
    reason, typed_count = request.POST.get("reason", ""), request.POST.get("count", "")
    if request.POST.get("seal") != seal(draft):
        draft.emergency_reason = reason
        return _page(request, draft, now, [Refused(CHANGED, field="main")])
    try:
        batch = services.confirm(
            draft=draft, reason=reason, typed_count=typed_count, by=request.user, now=now
        )
    except Unready:
        raise
    except Unconfirmed as unconfirmed:
        return _page(request, draft, now, unconfirmed.refusals)
    except Refused as refused:
        return _page(request, draft, now, [refused])
    messages.success(request, accepted(batch, now))
    return redirect("history:batch", uid=batch.uid)


def _page(
    request: HttpRequest, draft: Draft, now: dt.datetime, refusals: list[Refused] | None = None
) -> HttpResponse:
    found = services.ready(draft=draft, now=now)
    wrong = {each.field: each.words for each in refusals or []}
    context: dict[str, Any] = {
        **what_changes(draft, now=now),
        "totals": found,
        "draft": draft,
        "reasons": services.reasons(draft=draft, found=found, now=now),
        "left": allowance_left(request.user, now=now),
        "seal": seal(draft),
        "typed_count": request.POST.get("count", ""),
        "problems": [{"id": each.field or "main", "text": each.words} for each in refusals or []],
        "wrong": wrong,
        "now": now,
    }
    status = 422 if refusals else 200
    return render(request, "messaging/compose/check_emergency.html", context, status=status)
