"""What was used and what it costs: finance sees all, an administrator the department, a user the
own part; always counts and money, never a text or a number.
"""

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.people.access import permission_required
from billing.reports import journal, services, tables
from billing.reports.access import ALL, DEPARTMENTS, OWN, departments_charged, reach_of
from billing.reports.forms import JournalForm, ReportForm
from billing.reports.queries import Asked, journals, report
from billing.reports.queries.prices import prices_told
from billing.reports.queries.standing import standing
from billing.reports.queries.statements import statement_of
from billing.reports.tables import Report, Row
from billing.statements.pdf import sheet_pdf
from smsportal.lib import downloads
from smsportal.lib.walltime import day_of

READER = permission_required(ALL, DEPARTMENTS, OWN)
PREVIEWED = 5
ROWS_A_PAGE = 100


@require_GET
@READER
def charges(request: HttpRequest) -> HttpResponse:
    today = day_of(timezone.now())
    form, asked, found = _report(request)
    page = Paginator(found.rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "asked": asked,
        "report": found,
        "ways": [(by, tables.BY[by], _link(request, by=by)) for by in form.groupings],
        "page": page,
        "rows": [
            (row, tables.shown(found, row.figures), _narrower(request, form, row)) for row in page
        ],
        "total": tables.shown(found, found.total),
        "query": request.GET.urlencode(),
        "reads_all": request.user.may(ALL),
        "prices": prices_told(asked.period),
        "statement_of": _of_statement(request, asked),
        "standing": None if request.user.may(ALL) else standing(request.user, today),
        "today": today,
    }
    return render(request, "billing/reports/charges.html", context)


@require_GET
@READER
def download(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Exactly what the page shows, and a control total."""
    if kind not in downloads.KINDS:
        raise Http404
    _, asked, found = _report(request)
    name = f"charges-{asked.period.slug}-by-{asked.by}"
    return downloads.KINDS[kind](name, tables.header(found), tables.lines(found))


@require_GET
@permission_required(ALL, DEPARTMENTS)
def statement(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    department = get_object_or_404(departments_charged(request.user), uid=uid)
    today = day_of(timezone.now())
    period = ReportForm(request.GET, person=request.user, today=today).period()
    made = statement_of(department, period, made_on=today)
    answer = HttpResponse(sheet_pdf(made.sheet), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="statement-{period.slug}.pdf"'
    return answer


@require_http_methods(["GET", "POST"])
@permission_required(services.KEEP)
def journal_layout(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    kept = journals.layout()
    form = JournalForm(request.POST or None, layout=kept)
    if request.method == "POST" and form.is_valid() and "preview" not in request.POST:
        services.keep_layout(layout=form.layout(), by=request.user, now=now)
        messages.success(request, "Journal saved\nThe next one looks like this.")
        return redirect("reports:journal")
    shown = form.layout() if form.is_bound and form.is_valid() else kept
    asks = ReportForm(request.GET, person=request.user, today=day_of(now))
    entries = journals.entries(asks.period())
    context = {
        "form": form,
        "asks": asks,
        "period": asks.period(),
        "header": journal.header(shown),
        "lines": list(journal.lines(entries[:PREVIEWED], shown))[:-1],
        "control": list(journal.lines(entries, shown))[-1],
        "more_count": max(len(entries) - PREVIEWED, 0),
        "query": request.GET.urlencode(),
    }
    status = 422 if form.errors else 200
    return render(request, "billing/reports/journal.html", context, status=status)


@require_GET
@permission_required(services.KEEP)
def journal_file(request: HttpRequest) -> HttpResponseBase:
    today = day_of(timezone.now())
    period = ReportForm(request.GET, person=request.user, today=today).period()
    layout = journals.layout()
    lines = journal.lines(journals.entries(period), layout)
    return downloads.csv_file(f"journal-{period.slug}", journal.header(layout), lines)


def _report(request: HttpRequest) -> tuple[ReportForm, Asked, Report]:
    today = day_of(timezone.now())
    form = ReportForm(request.GET, person=request.user, today=today)
    asked = form.asked()
    return form, asked, report(asked, reach_of(request.user))


def _link(request: HttpRequest, **changes: str) -> str:
    """This page, asked otherwise; nothing for no change at all."""
    query: QueryDict = request.GET.copy()
    query.pop("page", None)
    for name, value in changes.items():
        query[name] = value
    return f"?{query.urlencode()}" if changes else ""


def _narrower(request: HttpRequest, form: ReportForm, row: Row) -> str:
    """The same of this row alone, for who may ask in that way."""
    if row.narrower.get("by") not in form.groupings:
        return ""
    return _link(request, **row.narrower)


def _of_statement(request: HttpRequest, asked: Asked) -> Any:
    """The department whose statement may be had from here."""
    if asked.department:
        return asked.department
    return request.user.department if request.user.may(DEPARTMENTS) else None
