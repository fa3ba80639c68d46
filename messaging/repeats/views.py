"""Repeating messages: the check before the first, the list, and the page of one."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.people.access import permission_required
from messaging.compose import services as compose
from messaging.compose.errors import Unready
from messaging.compose.models import Draft
from messaging.compose.pattern import moment
from messaging.compose.queries.totals import seal
from messaging.compose.services.drafts import MAY
from messaging.compose.views.page import CHANGED, what_changes
from messaging.compose.views.page import page as compose_page
from messaging.repeats import queries, services
from messaging.repeats.models import LIVE, Repeat, RepeatState
from messaging.repeats.services.starting import lines, of_draft
from messaging.sending.queries import failed_before
from messaging.sending.queries.caps import allowance_left
from smsportal.lib import walltime
from smsportal.lib.errors import Refused
from smsportal.lib.words import long_when

SEES = ("see_own_messages", "see_department_messages")
A_PAGE = 25
FAILED_SHOWN = 200


# ---------------------------------------------------------------- from a draft


@require_http_methods(["GET", "POST"])
@permission_required(MAY)
def check(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Check before it begins, or before a change of it is saved."""
    draft = get_object_or_404(Draft.objects.visible_to(request.user), uid=uid)
    if there := of_draft(draft):
        return redirect("repeats:repeat", uid=there.uid)
    if not draft.repeats:
        return redirect("compose:check", uid=uid)
    now = timezone.now()
    try:
        if request.method == "POST":
            return _started(request, draft, now)
        return _check_page(request, draft, now)
    except Unready as unready:
        return compose_page(request, draft, now=now, refused=unready)


def _started(request: HttpRequest, draft: Draft, now: dt.datetime) -> HttpResponse:
    if request.POST.get("seal") != seal(draft):
        return _check_page(request, draft, now, Refused(CHANGED, field="main"))
    if request.POST.get("sure") != "on":
        words = "Tick that you have checked it, then press the button again."
        return _check_page(request, draft, now, Refused(words, field="sure"))
    is_change = draft.repeat_uid is not None
    try:
        found = services.start(draft=draft, by=request.user, now=now)
    except Unready:
        raise
    except Refused as refused:
        return _check_page(request, draft, now, refused)
    messages.success(request, _begun(found, is_change=is_change, now=now))
    return redirect("repeats:repeat", uid=found.uid)


def _begun(repeat: Repeat, *, is_change: bool, now: dt.datetime) -> str:
    head = "The change has been saved" if is_change else f"It goes {repeat.words}"
    first = next(repeat.pattern.ahead(now), None)
    if first is None or repeat.state != RepeatState.ACTIVE:
        return head
    goes = long_when(moment(repeat.pattern.wall(first)), now=now)
    return f"{head}\nThe {'next' if is_change else 'first'} time is {goes}."


def _check_page(
    request: HttpRequest, draft: Draft, now: dt.datetime, refused: Refused | None = None
) -> HttpResponse:
    found = compose.ready(draft=draft, now=now)
    pattern = compose.pattern(draft, now)
    ahead = queries.ahead(pattern, now=now)
    context: dict[str, Any] = {
        **what_changes(draft, now=now),
        "draft": draft,
        "totals": found,
        "pattern": pattern,
        "ahead": ahead,
        "all_tenths": ahead.count * found.cost_tenths,
        "reasons": compose.reasons(draft=draft, found=found, now=now),
        "failed": failed_before(draft.basket, now=now)[:FAILED_SHOWN],
        "left": allowance_left(request.user, now=now),
        "over": queries.over_words(request.user, found.part_count),
        "seal": seal(draft),
        "problems": [{"id": refused.field or "main", "text": refused.words}] if refused else [],
        "sure_problem": refused.words if refused and refused.field == "sure" else "",
        "now": now,
    }
    status = 422 if refused else 200
    return render(request, "messaging/repeats/check.html", context, status=status)


# ---------------------------------------------------------------- the list, and one of it


@require_GET
@permission_required(*SEES)
def repeats(request: HttpRequest) -> HttpResponse:
    show = "ended" if request.GET.get("show") == "ended" else ""
    page = Paginator(queries.listed(request.user, show), A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "lines": queries.lines(page), "show": show, "now": timezone.now()}
    return render(request, "messaging/repeats/list.html", context)


@require_GET
@permission_required(*SEES)
def repeat(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _page(request, _visible(request, uid))


def _visible(request: HttpRequest, uid: UUID) -> Repeat:
    visible = Repeat.objects.visible_to(request.user).select_related("person")
    return get_object_or_404(visible, uid=uid)


def _page(
    request: HttpRequest, repeat: Repeat, *, refused: Refused | None = None, typed: str = ""
) -> HttpResponse:
    now = timezone.now()
    today = walltime.day_of(now)
    refusals = refused.refusals if isinstance(refused, Unready) else [refused] if refused else []
    out = [day for day in repeat.pattern.left_out if day >= today]
    page = Paginator(queries.occurrences(repeat), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "repeat": repeat,
        "pattern": repeat.pattern,
        "ahead": queries.ahead(repeat.pattern, now=now),
        "tokens": queries.chosen(repeat),
        "page": page,
        "is_mine": repeat.person_id == request.user.pk,
        "is_live": repeat.state in LIVE,
        "versions": repeat.versions.order_by("-number"),
        "kept_skip": lines(out),
        "skip": typed if refused else lines(out),
        "skip_problems": [each.words for each in refusals if each.field == "skip"],
        "problems": [{"id": each.field or "main", "text": each.words} for each in refusals],
        "now": now,
    }
    status = 422 if refused else 200
    return render(request, "messaging/repeats/repeat.html", context, status=status)


# ---------------------------------------------------------------- what its buttons do


def _asked(request: HttpRequest, uid: UUID, deed: Callable[..., Repeat], said: str) -> HttpResponse:
    found = _visible(request, uid)
    try:
        deed(repeat=found, by=request.user, now=timezone.now())
    except Refused as refused:
        return _page(request, found, refused=refused)
    messages.success(request, said)
    return redirect("repeats:repeat", uid=uid)


@require_POST
@permission_required(MAY)
def pause(request: HttpRequest, uid: UUID) -> HttpResponse:
    said = "Paused\nDates that come while it is paused are left out."
    return _asked(request, uid, services.pause, said)


@require_POST
@permission_required(MAY)
def resume(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _asked(request, uid, services.resume, "It goes again from its next date")


@require_POST
@permission_required(MAY)
def end(request: HttpRequest, uid: UUID) -> HttpResponse:
    said = "Ended\nIt does not go any more. What was sent stays in Messages."
    return _asked(request, uid, services.end, said)


@require_POST
@permission_required(MAY)
def leave_out(request: HttpRequest, uid: UUID) -> HttpResponse:
    found, text = _visible(request, uid), request.POST.get("skip", "").replace("\x00", "")
    try:
        services.leave_out(repeat=found, text=text, by=request.user, now=timezone.now())
    except Refused as refused:
        return _page(request, found, refused=refused, typed=text)
    messages.success(request, "The dates to leave out have been saved")
    return redirect("repeats:repeat", uid=uid)


@require_POST
@permission_required(MAY)
def change(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _written(request, uid, is_change=True)


@require_POST
@permission_required(MAY)
def again(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _written(request, uid, is_change=False)


def _written(request: HttpRequest, uid: UUID, *, is_change: bool) -> HttpResponse:
    found = _visible(request, uid)
    try:
        draft = services.write(
            repeat=found, is_change=is_change, by=request.user, now=timezone.now()
        )
    except Refused as refused:
        return _page(request, found, refused=refused)
    return redirect("compose:draft", uid=draft.uid)
