"""By Import: the file that was uploaded, row by row."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.audit.access import permission_required
from messaging.compose import services
from messaging.compose.errors import AlreadySent
from messaging.compose.models import Draft, Upload
from messaging.compose.queries import files
from messaging.compose.services import uploads
from messaging.compose.services.drafts import MAY
from messaging.sending.models import Batch, RowSource
from smsportal.lib.errors import Refused
from smsportal.lib.exports import CSV_TYPE, csv_chunks

A_PAGE = 50


@require_http_methods(["GET", "POST"])
@permission_required(MAY)
def import_check(request: HttpRequest, uid: UUID) -> HttpResponse:
    draft = get_object_or_404(Draft.objects.visible_to(request.user), uid=uid)
    upload = draft.uploads.order_by("-pk").first()
    if Batch.objects.visible_to(request.user).filter(request_key=uid).exists():
        return redirect("compose:draft", uid=uid)
    if upload is None:
        raise Http404
    now = timezone.now()
    if "download" in request.GET:
        return _wrong_rows(upload)
    try:
        return _posted(request, upload, now) if request.POST else _page(request, upload)
    except AlreadySent:
        return redirect("compose:draft", uid=uid)
    except Refused as refused:
        return _page(request, upload, refused)


def _posted(request: HttpRequest, upload: Upload, now: dt.datetime) -> HttpResponse:
    draft = upload.draft
    if request.POST.get("action") == "drop":
        deed = {"do": "remove", "source": RowSource.FILE}
        services.change_people(draft=draft, deed=deed, by=request.user, now=now)
        messages.success(request, f"{upload.file_name} has been left out")
        return redirect("compose:draft", uid=draft.uid)
    if request.POST.get("action") == "column":
        column = request.POST.get("column", "")
        uploads.choose_column(
            kept=upload, column=int(column) if column.isdigit() else -1, by=request.user, now=now
        )
        return redirect("compose:import", uid=draft.uid)
    numbers = _typed_again(request)
    uploads.correct(kept=upload, numbers=numbers, by=request.user, now=now)
    if request.POST.get("action") == "use":
        return redirect("compose:draft", uid=draft.uid)
    return redirect("compose:import", uid=draft.uid)


def _wrong_rows(upload: Upload) -> HttpResponse:
    """To put right in a spreadsheet and upload again."""
    rows = ([row.cell, row.typed, row.why] for row in files.wrong_rows(upload, limit=None))
    heading = ["Cell", "In the file", "What is wrong"]
    response = StreamingHttpResponse(csv_chunks(heading, rows), content_type=CSV_TYPE)
    response.headers["Content-Disposition"] = 'attachment; filename="rows-to-correct.csv"'
    return response


def _typed_again(request: HttpRequest) -> dict[int, str]:
    """The numbers that were typed in place of wrong ones, by row; "Use it" takes what we guess."""
    fields = {name: value.strip() for name, value in request.POST.items() if value.strip()}
    numbers = {
        int(name.removeprefix("fix-")): value
        for name, value in fields.items()
        if name.startswith("fix-") and name.removeprefix("fix-").isdigit()
    }
    row_no, _, suggestion = fields.get("accept", "").partition(":")
    return {int(row_no): suggestion} if row_no.isdigit() else numbers


def _page(request: HttpRequest, upload: Upload, refused: Refused | None = None) -> HttpResponse:
    figures = files.figures(upload)
    page = Paginator(files.rows_that_go(upload), A_PAGE).get_page(request.GET.get("page"))
    names, wrong = files.fields(upload), files.wrong_rows(upload)
    context: dict[str, Any] = {
        "draft": upload.draft,
        "upload": upload,
        "figures": figures,
        "wrong": wrong,
        "damaged": [row for row in wrong if row.is_damaged],
        "page": page,
        "page_rows": [(row, files.values_of(row, names[:4])) for row in page],
        "fields": names,
        "columns": list(enumerate(upload.columns)),
        "earlier": files.used_before(upload),
        "is_moving": bool(upload.draft.waiting),
        "problems": [{"id": refused.field or "main", "text": refused.words}] if refused else [],
    }
    status = 422 if refused else 200
    return render(request, "messaging/compose/import_check.html", context, status=status)
