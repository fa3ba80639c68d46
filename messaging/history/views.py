"""The MESSAGES tab: what was sent, what waits, and what came back."""

import datetime as dt
import math
from collections.abc import Callable, Iterable
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.people.access import permission_required
from messaging.compose.models import Draft
from messaging.compose.services.again import reopen
from messaging.history import queries
from messaging.history.forms import FilterForm
from messaging.history.queries import listing
from messaging.incoming.models import IncomingText
from messaging.sending import services as sending
from messaging.sending.errors import TooLate
from messaging.sending.models import Batch, Message
from messaging.sending.states import BatchState
from smsportal.lib.exports import CSV_TYPE, csv_chunks

SEES = ("see_own_messages", "see_department_messages")
A_PAGE = 50
DOUBTED_SHOWN = 20
A_DAY = 24 * 60 * 60


@require_GET
@permission_required(*SEES)
def batches(request: HttpRequest) -> HttpResponse:
    form = FilterForm(request.GET, person=request.user)
    filters = form.filters()
    page = Paginator(listing.find(request.user, **filters), 25).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "lines": list(listing.lines(page, request.user, now=timezone.now())),
        "is_filtered": bool(filters),
    }
    if not filters and page.number == 1:
        drafts = Draft.objects.visible_to(request.user).open().exclude(body="", numbers="")
        context["drafts"] = drafts.order_by("-updated_at")[:5]
    return render(request, "messaging/history/list.html", context)


@require_GET
@permission_required(*SEES)
def batch(request: HttpRequest, uid: UUID) -> HttpResponse:
    found = get_object_or_404(_visible(request), uid=uid)
    return _page(request, found)


def _visible(request: HttpRequest) -> "queries.QuerySet[Batch]":
    return Batch.objects.visible_to(request.user)


def _page(
    request: HttpRequest, batch: Batch, *, problem: str = "", status: int = 200
) -> HttpResponse:
    show = request.GET.get("show", "")
    progress = queries.progress(batch)
    now = timezone.now()
    is_held = batch.state == BatchState.HELD
    pages = Paginator(queries.texts(batch, show), A_PAGE)
    if not show and queries.is_whole(batch):
        pages.count = batch.person_count
    page = pages.get_page(request.GET.get("page"))
    context = {
        "batch": batch,
        "progress": progress,
        "page": page,
        "rows": _rows(request, batch, page.object_list, now),
        "left_out": queries.left_out(batch)[:200] if show in ("", "not_sent") else [],
        "show": show,
        "now": now,
        "problem": problem,
        "seconds_left": _seconds_left(batch, now),
        "undo_seconds": settings.SEND_UNDO_SECONDS,
        "wakes_in": _wakes_in(batch, now),
        "is_mine": batch.person_id == request.user.pk,
        "cost_tenths": queries.cost_tenths(batch, progress),
        "is_moving": batch.state in (BatchState.HELD, BatchState.RUNNING)
        or (batch.is_under_way and bool(progress["sending"])),
        "is_late": is_held and batch.send_at <= now,  # its texts are being made
        "never_made": queries.never_made(batch)[:200] if show in ("", "not_sent") else [],
    }
    if batch.is_emergency and progress["unknown"]:
        doubted = queries.texts(batch, "unknown")[:DOUBTED_SHOWN]
        context["in_doubt"] = list(queries.rows_of(doubted, request.user, now=now))
        context["resends"] = settings.EMERGENCY_RESEND
        context["sent_again"] = queries.sent_again(batch)[:5]
    if request.htmx:
        # 286 tells htmx to stop asking: nothing will change by itself any more.
        code = 200 if context["is_moving"] or context["wakes_in"] else 286
        return render(request, "messaging/history/_moved.html", context, status=code)
    return render(request, "messaging/history/batch.html", context, status=status)


def _seconds_left(batch: Batch, now: dt.datetime) -> int | None:
    """Until it can no longer be undone. An emergency never can."""
    if batch.state != BatchState.HELD or batch.is_emergency:
        return None
    return max(0, round((batch.send_at - now).total_seconds()))


def _rows(
    request: HttpRequest, batch: Batch, texts: Iterable[Message], now: dt.datetime
) -> list[listing.TextLine]:
    rows = queries.with_parts(queries.rows_of(texts, request.user, now=now))
    return list(listing.text_lines(queries.with_story(rows, now=now), batch))


def _wakes_in(batch: Batch, now: dt.datetime) -> int | None:
    """Seconds until the page of a scheduled message looks again: when its time has come."""
    if batch.state != BatchState.SCHEDULED:
        return None
    seconds = math.ceil((batch.send_at - now).total_seconds()) + 1
    return min(max(seconds, 2), A_DAY)


@require_POST
@permission_required("send_texts")
def undo(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Undone: a draft again, just as it was written."""
    found = get_object_or_404(_visible(request), uid=uid)
    now = timezone.now()
    try:
        sending.cancel(batch=found, by=request.user, now=now)
    except TooLate as refusal:
        return _page(request, found, problem=refusal.words, status=409)
    draft = reopen(batch=found, by=request.user, now=now)
    messages.success(request, "Undone\nNothing was sent and nothing was charged.")
    return redirect("compose:draft", uid=draft.uid)


@require_POST
@permission_required("send_texts")
def cancel(request: HttpRequest, uid: UUID) -> HttpResponse:
    found = get_object_or_404(_visible(request), uid=uid)
    try:
        sending.cancel(batch=found, by=request.user, now=timezone.now())
    except TooLate as refusal:
        return _page(request, found, problem=refusal.words, status=409)
    messages.success(request, "Cancelled\nNothing was sent and nothing was charged.")
    return redirect("history:batch", uid=found.uid)


@require_POST
@permission_required("send_texts")
def send_now(request: HttpRequest, uid: UUID) -> HttpResponse:
    found = get_object_or_404(_visible(request), uid=uid)
    sending.send_now(batch=found, by=request.user, now=timezone.now())
    return redirect("history:batch", uid=found.uid)


def _asked(request: HttpRequest, uid: UUID, deed: Callable[..., Batch]) -> HttpResponse:
    """To the page of the message, which says what is so now; or why it could not be done."""
    found = get_object_or_404(_visible(request), uid=uid)
    try:
        deed(batch=found, by=request.user, now=timezone.now())
    except TooLate as refusal:
        return _page(request, found, problem=refusal.words, status=409)
    return redirect("history:batch", uid=found.uid)


@require_POST
@permission_required("send_texts")
def pause(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _asked(request, uid, sending.pause)


@require_POST
@permission_required("send_texts")
def resume(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _asked(request, uid, sending.resume)


@require_POST
@permission_required("send_texts")
def stop(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _asked(request, uid, sending.stop)


@require_GET
@permission_required(*SEES)
def batch_csv(request: HttpRequest, uid: UUID) -> HttpResponse:
    found = get_object_or_404(_visible(request), uid=uid)
    rows = queries.csv_rows(found, request.user, now=timezone.now())
    return StreamingHttpResponse(
        csv_chunks(queries.CSV_HEADER, rows),
        content_type=CSV_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{found.reference}.csv"'},
    )


@require_GET
@permission_required("see_own_messages")
def replies(request: HttpRequest) -> HttpResponse:
    """What people wrote back to one's own number (T3: here as well as on the 2WAY tab)."""
    found = IncomingText.objects.visible_to(request.user).select_related("message__batch")
    page = Paginator(found.order_by("-received_at"), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "messaging/history/replies.html", {"page": page})
