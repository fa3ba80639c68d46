"""Check before you send."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.audit.access import permission_required
from messaging.compose import services
from messaging.compose.errors import Unready
from messaging.compose.models import Draft
from messaging.compose.queries.totals import seal
from messaging.compose.services.drafts import MAY
from messaging.compose.views import emergency
from messaging.compose.views.page import CHANGED, page, what_changes
from messaging.compose.views.words import accepted
from messaging.sending.models import Batch
from messaging.sending.queries import failed_before
from messaging.sending.queries.caps import allowance_left
from smsportal.lib.errors import Refused
from smsportal.lib.phones import display
from smsportal.lib.words import people

FAILED_SHOWN = 200


@require_http_methods(["GET", "POST"])
@permission_required(MAY)
def check(request: HttpRequest, uid: UUID) -> HttpResponse:
    draft = get_object_or_404(Draft.objects.visible_to(request.user), uid=uid)
    batch = Batch.objects.visible_to(request.user).filter(request_key=uid).first()
    if batch:
        return redirect("history:batch", uid=batch.uid)
    if draft.repeats:
        return redirect("repeats:check", uid=uid)
    now = timezone.now()
    try:
        if draft.is_emergency:
            return emergency.check(request, draft, now)
        if request.method == "POST":
            return _sent(request, draft, now)
        return _page(request, draft, now)
    except Unready as unready:
        return page(request, draft, now=now, refused=unready)


def _sent(request: HttpRequest, draft: Draft, now: dt.datetime) -> HttpResponse:
    if request.POST.get("action") == "test":
        return _test(request, draft, now)
    if request.POST.get("seal") != seal(draft):
        return _page(request, draft, now, Refused(CHANGED, field="main"))
    if request.POST.get("sure") != "on":
        words = f"Tick that you have checked it, then send it to {_who(draft)}."
        return _page(request, draft, now, Refused(words, field="sure"))
    try:
        batch = services.send(draft=draft, by=request.user, now=now)
    except Unready:
        raise
    except Refused as refused:
        return _page(request, draft, now, refused)
    messages.success(request, accepted(batch, now))
    return redirect("history:batch", uid=batch.uid)


def _who(draft: Draft) -> str:
    return people(draft.basket.rows.filter(state="ok").count())


def _test(request: HttpRequest, draft: Draft, now: dt.datetime) -> HttpResponse:
    try:
        services.test_to_me(draft=draft, by=request.user, now=now)
    except Refused as refused:
        return _page(request, draft, now, refused)
    messages.success(request, f"A test is on its way to {display(request.user.my_mobile)}")
    return redirect("compose:check", uid=draft.uid)


def _page(
    request: HttpRequest, draft: Draft, now: dt.datetime, refused: Refused | None = None
) -> HttpResponse:
    found = services.ready(draft=draft, now=now)
    failed = failed_before(draft.basket, now=now)[:FAILED_SHOWN]
    context: dict[str, Any] = {
        **what_changes(draft, now=now),
        "totals": found,
        "draft": draft,
        "reasons": services.reasons(draft=draft, found=found, now=now),
        "failed": failed,
        "left": allowance_left(request.user, now=now),
        "seal": seal(draft),
        "undo_seconds": settings.SEND_UNDO_SECONDS,
        "problems": [{"id": refused.field or "main", "text": refused.words}] if refused else [],
        "sure_problem": refused.words if refused and refused.field == "sure" else "",
        "now": now,
    }
    status = 422 if refused else 200
    return render(request, "messaging/compose/check.html", context, status=status)
