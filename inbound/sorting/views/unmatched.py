"""Texts for nobody that we know, for the messaging team."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.people.access import permission_required
from inbound.sorting import services
from inbound.sorting.models import Sorting
from inbound.sorting.queries import Known, listing
from smsportal.lib.errors import Refused

TEAM = permission_required("manage_inbound")
A_PAGE = 25
NO_KEYWORD = "Choose the keyword that it was for, or dismiss it."


@require_GET
@TEAM
def unmatched(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()
    page = Paginator(listing.unmatched(words=words), A_PAGE).get_page(request.GET.get("page"))
    known, rows = Known().keywords, page.object_list
    context = {
        "page": page,
        "rows": [(each, known.get(each.suggestion)) for each in rows],
        "words": words,
        "counts": listing.counts(),
    }
    return render(request, "inbound/sorting/unmatched.html", context)


@require_http_methods(["GET", "POST"])
@TEAM
def assign(request: HttpRequest, uid: UUID) -> HttpResponse:
    sorting = _of_the_list(uid)
    if request.method == "GET":
        return _page(request, sorting)
    keyword = Known().keywords.get(request.POST.get("keyword", ""))
    if keyword is None:
        return _page(request, sorting, {"id": "id_keyword", "text": NO_KEYWORD})
    try:
        services.assign(sorting=sorting, keyword=keyword, by=request.user, now=timezone.now())
    except Refused as refused:
        return _page(request, sorting, {"id": refused.field or "main", "text": refused.words})
    messages.success(request, f"The text is with {keyword} of {keyword.department}")
    return redirect("sorting:unmatched")


@require_POST
@TEAM
def dismiss(request: HttpRequest, uid: UUID) -> HttpResponse:
    sorting = _of_the_list(uid)
    try:
        services.dismiss(sorting=sorting, by=request.user, now=timezone.now())
    except Refused as refused:
        return _page(request, sorting, {"id": "main", "text": refused.words})
    messages.success(request, "Dismissed\nIt was for nobody.")
    return redirect("sorting:unmatched")


def _of_the_list(uid: UUID) -> Sorting:
    """Also one that a colleague has just sorted: the service says so. No text that a keyword had
    from the beginning is the messaging team's to read.
    """
    return get_object_or_404(listing.was_unmatched(), uid=uid)


def _page(
    request: HttpRequest, sorting: Sorting, problem: dict[str, str] | None = None
) -> HttpResponse:
    context: dict[str, Any] = {
        "sorting": sorting,
        "keywords": Known().keywords.values(),
        "chosen": request.POST.get("keyword") or sorting.suggestion,
        "problems": [problem] if problem else [],
    }
    status = 422 if problem else 200
    return render(request, "inbound/sorting/assign.html", context, status=status)
