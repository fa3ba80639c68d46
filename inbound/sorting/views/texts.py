"""Texts to keywords, for the department's admin and for the users who read them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.people.access import permission_required
from inbound.sorting import services
from inbound.sorting.forms import FindForm
from inbound.sorting.models import Sorting
from inbound.sorting.queries import listing
from smsportal.lib.errors import Refused
from smsportal.lib.exports import CSV_TYPE, csv_chunks

READERS = permission_required("handle_keywords", "see_own_messages")
A_PAGE = 50
FLAGGED = "look"


@require_GET
@READERS
def texts(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_GET
@READERS
def texts_csv(request: HttpRequest) -> StreamingHttpResponse:
    found = listing.texts(request.user, **_filters(request, _form(request)))
    return StreamingHttpResponse(
        csv_chunks(listing.CSV_HEADER, listing.csv_rows(found, request.user)),
        content_type=CSV_TYPE,
        headers={"Content-Disposition": 'attachment; filename="texts-to-keywords.csv"'},
    )


@require_POST
@READERS
def no_more(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _looked(request, uid, services.wants_no_more, "They get no more texts")


@require_POST
@READERS
def something_else(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _looked(request, uid, services.is_something_else, "Kept as an ordinary text")


def _looked(request: HttpRequest, uid: UUID, deed: Callable[..., None], said: str) -> HttpResponse:
    sorting = get_object_or_404(Sorting.objects.visible_to(request.user), uid=uid)
    try:
        deed(sorting=sorting, by=request.user, now=timezone.now())
    except Refused as refused:
        return _page(request, problems=[{"id": "main", "text": refused.words}])
    messages.success(request, said)
    return redirect("sorting:texts")


def _page(request: HttpRequest, *, problems: list[dict[str, str]] | None = None) -> HttpResponse:
    form = _form(request)
    filters = _filters(request, form)
    found = listing.texts(request.user, **filters)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "form": form,
        "page": page,
        "rows": listing.rows_of(page.object_list, request.user),
        "show": request.GET.get("show", ""),
        "is_filtered": any(filters.values()),
        "flagged_count": listing.flagged_count(request.user),
        "is_admin": request.user.may("handle_keywords"),
        "problems": problems or [],
        "query": request.GET.urlencode(),
    }
    status = 422 if problems else 200
    return render(request, "inbound/sorting/texts.html", context, status=status)


def _form(request: HttpRequest) -> FindForm:
    return FindForm(request.GET, person=request.user)


def _filters(request: HttpRequest, form: FindForm) -> dict[str, Any]:
    return {**form.filters(), "flagged": request.GET.get("show") == FLAGGED}
