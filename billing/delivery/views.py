"""REPORTS: asking for delivery reports, the list of one's own, and the mailed link."""

from pathlib import Path
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.audit.access import permission_required
from billing.delivery import periods, queries, services
from billing.delivery.forms import OTHER, AskForm, ChangeForm
from billing.delivery.models import MOST_FETCHES, DeliveryOrder, DeliveryReport
from billing.delivery.periods import Often
from smsportal.lib.errors import Refused
from smsportal.lib.exports import CSV_TYPE, XLSX_TYPE
from smsportal.lib.walltime import day_of

THEIRS = permission_required("get_delivery_reports")
A_PAGE = 25
TYPES = {"csv": CSV_TYPE, "xlsx": XLSX_TYPE}


@require_GET
@THEIRS
def reports(request: HttpRequest) -> HttpResponse:
    return _list(request)


@require_http_methods(["GET", "POST"])
@THEIRS
def ask(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    today = day_of(now)
    form = AskForm(request.POST or None, today=today, initial={"to": request.user.email})
    if request.method == "POST" and form.is_valid():
        try:
            services.ask(wanted=form.wanted(), by=request.user, now=now)
        except Refused as refused:
            form.add_error(refused.field or None, refused.words)
        else:
            messages.success(request, _promise(form))
            return redirect("delivery:list")
    context = {
        "form": form,
        "other": OTHER,
        "needs_confirming": _needs_confirming(form),
        "next_week": periods.next_due(Often.WEEKLY, today),
        "next_month": periods.next_due(Often.MONTHLY, today),
        "most": MOST_FETCHES,
        "is_admin": request.user.may("see_department_messages"),
    }
    status = 422 if form.errors else 200
    return render(request, "billing/delivery/ask.html", context, status=status)


@require_http_methods(["GET", "POST"])
@THEIRS
def change(request: HttpRequest, uid: UUID) -> HttpResponse:
    order = get_object_or_404(queries.orders_of(request.user), uid=uid)
    now = timezone.now()
    form = ChangeForm(request.POST or None, order=order, today=day_of(now))
    if request.method == "POST" and form.is_valid():
        try:
            services.change(order=order, wanted=form.wanted(), by=request.user, now=now)
        except Refused as refused:
            form.add_error(refused.field or None, refused.words)
        else:
            messages.success(request, "The report has been changed\nThose that came before stay.")
            return redirect("delivery:list")
    context = {"form": form, "order": order, "needs_confirming": _needs_confirming(form)}
    status = 422 if request.method == "POST" else 200
    return render(request, "billing/delivery/change.html", context, status=status)


def _needs_confirming(form: AskForm) -> bool:
    errors = " ".join(form.errors.get("to", [])) if form.is_bound else ""
    return "may have the report" in errors or bool(form["is_confirmed"].value())


def _promise(form: AskForm) -> str:
    if form.cleaned_data["often"] != Often.ONCE:
        return "Report asked for\nIt comes by itself from now on."
    where = "The link comes by email" if form.cleaned_data["to"] else "It can be fetched here"
    return f"Report asked for\n{where} in a few minutes."


@require_GET
@THEIRS
def download(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    report = _report(request, uid)
    try:
        path = services.fetch(report=report, by=request.user, now=timezone.now())
    except Refused as refused:
        return _list(request, refused.words, status=410)
    return _file(path, report)


@require_POST
@THEIRS
def delete(request: HttpRequest, uid: UUID) -> HttpResponse:
    services.delete(report=_report(request, uid), by=request.user, now=timezone.now())
    messages.success(request, "The report has been deleted\nIts links work no more.")
    return redirect("delivery:list")


@require_POST
@THEIRS
def again(request: HttpRequest, uid: UUID) -> HttpResponse:
    try:
        services.make_again(report=_report(request, uid), by=request.user, now=timezone.now())
    except Refused as refused:
        return _list(request, refused.words)
    messages.success(request, "Report asked for\nIt can be fetched here in a few minutes.")
    return redirect("delivery:list")


@require_POST
@THEIRS
def stop(request: HttpRequest, uid: UUID) -> HttpResponse:
    order = get_object_or_404(DeliveryOrder.objects.visible_to(request.user), uid=uid)
    services.stop(order=order, by=request.user, now=timezone.now())
    messages.success(request, "It has been stopped\nReports that came before stay.")
    return redirect("delivery:list")


@require_http_methods(["GET", "POST"])
@never_cache
def link(request: HttpRequest, token: str) -> HttpResponseBase:
    """What it is, and a button: programs that open links of mails use none of them up."""
    now = timezone.now()
    found = services.find_link(token, now)
    if found is None:
        return render(request, "billing/delivery/over.html", status=410)
    person = request.user if request.user.is_authenticated else None
    if not services.may_open(found, person):
        if person is None:
            return redirect_to_login(request.get_full_path())
        raise PermissionDenied("This report is somebody else's.")
    refused = []
    if request.method == "POST":
        try:
            path = services.fetch_by_link(link=found, person=person, now=now)
            return _file(path, found.report)
        except Refused as refusal:
            refused = [{"id": "main", "text": refusal.words}]
    context = {"found": found, "report": found.report, "refused": refused, "most": MOST_FETCHES}
    status = 410 if refused else 200
    return render(request, "billing/delivery/link.html", {**context, "now": now}, status=status)


def _file(path: Path, report: DeliveryReport) -> FileResponse:
    return FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=report.file_name,
        content_type=TYPES[report.order.kind],
    )


def _report(request: HttpRequest, uid: UUID) -> DeliveryReport:
    found = DeliveryReport.objects.visible_to(request.user).select_related("order__person")
    return get_object_or_404(found, uid=uid)


def _list(request: HttpRequest, problem: str = "", status: int = 422) -> HttpResponse:
    page = Paginator(queries.reports_of(request.user), A_PAGE)
    context = {
        "page": page.get_page(request.GET.get("page")),
        "orders": queries.orders_of(request.user),
        "refused": [{"id": "main", "text": problem}] if problem else [],
        "now": timezone.now(),
    }
    return render(request, "billing/delivery/list.html", context, status=status if problem else 200)
