"""Statements and estimates: every department's for finance, the own one's for its administrator."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_GET, require_http_methods

from accounts.people.access import permission_required
from billing.statements import services
from billing.statements.forms import CorrectionForm
from billing.statements.models import Statement
from billing.statements.pdf import sheet_pdf
from billing.statements.queries import foreseen, papers, whose
from billing.statements.queries.sheets import sheet_of
from billing.statements.views.years import FINANCE, year_or_404
from billing.tariffs.money import pounds
from billing.tariffs.queries import year_of
from smsportal.lib.walltime import day_of

READER = permission_required(services.FINANCE, "see_statements")
A_PAGE = 25


@require_GET
@READER
def list_statements(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()
    found = Statement.objects.visible_to(request.user).matching(words)
    found = found.select_related("year_end", "department").order_by(
        "-year_end__first_on", "department_name", "pk"
    )
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": papers.listed(list(page.object_list)),
        "words": words,
        "running": year_of(day_of(timezone.now())),
    }
    return render(request, "billing/statements/list.html", context)


@require_GET
@READER
def statement(request: HttpRequest, begins: int, uid: UUID) -> HttpResponse:
    department = get_object_or_404(whose.departments(request.user), uid=uid)
    paper = papers.paper(department, year_or_404(begins))
    if paper is None:
        raise Http404
    context = {"paper": paper, "year": paper.year, "sheet": sheet_of(paper)}
    return render(request, "billing/statements/statement.html", context)


@require_GET
@READER
def pdf(request: HttpRequest, begins: int, uid: UUID) -> HttpResponse:
    """What the page of a statement says, to print or to keep."""
    department = get_object_or_404(whose.departments(request.user), uid=uid)
    paper = papers.paper(department, year_or_404(begins))
    if paper is None:
        raise Http404
    sheet = sheet_of(paper)
    answer = HttpResponse(sheet_pdf(sheet), content_type="application/pdf")
    name = f"statement-{begins}-{slugify(sheet.number)}-{slugify(paper.name)}.pdf"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_http_methods(["GET", "POST"])
@FINANCE
def correct(request: HttpRequest, uid: UUID) -> HttpResponse:
    visible = Statement.objects.visible_to(request.user).select_related("department", "year_end")
    statement = get_object_or_404(visible, uid=uid)
    begins = statement.year_end.first_on.year
    paper = papers.paper(statement.department, year_or_404(begins))
    if paper is None:
        raise Http404
    form = CorrectionForm(
        request.POST or None, codes=paper.codes, initial={"pence": request.GET.get("amount", "")}
    )
    if request.method == "POST" and form.is_valid():
        made = services.correct(
            statement=statement, **form.asked(), by=request.user, now=timezone.now()
        )
        deed = "charged" if made.pence > 0 else "given back"
        messages.success(request, f"{pounds(abs(made.pence))} {deed} on statement {statement}")
        return redirect("statements:statement", begins, statement.department.uid)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "paper": paper, "statement": statement}
    return render(request, "billing/statements/correct.html", context, status=status)


@require_GET
@READER
def estimate(request: HttpRequest, uid: UUID) -> HttpResponse:
    department = get_object_or_404(whose.departments(request.user), uid=uid)
    now = timezone.now()
    found = foreseen.outlook(department, day_of(now))
    if found is None:
        raise Http404
    return render(request, "billing/statements/estimate.html", {"outlook": found, "now": now})
