"""The activity page: the messaging team sees all of it, an administrator the own department's."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.activity import queries
from accounts.activity.forms import ActivityForm
from accounts.audit.access import permission_required
from smsportal.lib import exports

MAY_SEE = permission_required("see_all_activity", "see_department_activity")


@require_GET
@MAY_SEE
def activity(request: HttpRequest) -> HttpResponse:
    form = ActivityForm(request.GET, person=request.user)
    found = queries.events(request.user, form.asked())
    page = queries.page(
        found, before=_line(request.GET.get("before")), after=_line(request.GET.get("after"))
    )
    context = {
        "form": form,
        "page": page,
        "now": timezone.now(),
        "older": _address(request, before=page.older),
        "newer": _address(request, after=page.newer),
        "asked": _address(request),
        "is_asked": any(request.GET.get(name) for name in form.fields),
    }
    return render(
        request, "accounts/activity/list.html", context, status=422 if form.errors else 200
    )


@require_GET
@MAY_SEE
def download(request: HttpRequest) -> StreamingHttpResponse:
    """All that was found, not only this page of it."""
    form = ActivityForm(request.GET, person=request.user)
    rows = queries.rows(queries.events(request.user, form.asked()))
    return StreamingHttpResponse(
        exports.csv_chunks(queries.COLUMNS, rows),
        content_type=exports.CSV_TYPE,
        headers={"Content-Disposition": 'attachment; filename="activity.csv"'},
    )


def _line(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _address(request: HttpRequest, **place: UUID | None) -> str:
    """The filters of this page's address, with another place in the list; "" for no such place."""
    query = request.GET.copy()
    for name in ("before", "after"):
        query.pop(name, None)
    for name, line in place.items():
        if line is None:
            return ""
        query[name] = str(line)
    return f"?{query.urlencode()}"
