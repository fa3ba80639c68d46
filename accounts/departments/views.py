"""Pages of the messaging team: all departments, and one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.audit.access import permission_required
from accounts.departments import alpha_tags, queries, services
from accounts.departments.forms import DepartmentForm, FindForm, FreezeForm
from accounts.departments.models import Department
from smsportal.lib.errors import Refused
from smsportal.lib.walltime import day_of

TEAM = permission_required("manage_departments")
PAGE_SIZE = 50


@require_GET
@TEAM
def departments(request: HttpRequest) -> HttpResponse:
    form = FindForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    found = queries.departments(
        request.user,
        words=asked.get("q", ""),
        status=asked.get("status", ""),
        on=day_of(timezone.now()),
    )
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"find": form, "page": page, "is_asked": any(asked.values())}
    return render(request, "accounts/departments/list.html", context)


@require_http_methods(["GET", "POST"])
@TEAM
def edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    department, now = _department(request, uid), timezone.now()
    form = DepartmentForm(request.POST or None, department=department, today=day_of(now))
    if request.method == "POST" and form.is_valid():
        try:
            services.edit(department=department, **form.asked(), by=request.user, now=now)
        except Refused as refused:
            form.add_error(refused.field or None, refused.words)
        else:
            messages.success(request, f"{department} has been saved")
            return redirect("departments:edit", uid)
    return _page(request, _department(request, uid), form=form)


@require_POST
@TEAM
def take_back(request: HttpRequest, uid: UUID, pk: int) -> HttpResponse:
    department, now = _department(request, uid), timezone.now()
    code = get_object_or_404(department.codes, pk=pk)
    try:
        services.take_back_code(code=code, by=request.user, now=now)
    except Refused as refused:
        return _page(request, department, problems=[{"id": "codes", "text": refused.words}])
    messages.success(request, f"{code} has been taken back")
    return redirect("departments:edit", uid)


@require_POST
@TEAM
def freeze(request: HttpRequest, uid: UUID) -> HttpResponse:
    department, form = _department(request, uid), FreezeForm(request.POST)
    if form.is_valid():
        try:
            services.freeze(
                department=department, **form.cleaned_data, by=request.user, now=timezone.now()
            )
        except Refused as refused:
            form.add_error(refused.field or None, refused.words)
        else:
            messages.success(request, f"Nobody of {department} can send now")
            return redirect("departments:edit", uid)
    return _page(request, department, freeze_form=form)


@require_POST
@TEAM
def unfreeze(request: HttpRequest, uid: UUID) -> HttpResponse:
    department = _department(request, uid)
    services.unfreeze(department=department, by=request.user, now=timezone.now())
    messages.success(request, f"{department} can send again")
    return redirect("departments:edit", uid)


@require_http_methods(["GET", "POST"])
@TEAM
def close(request: HttpRequest, uid: UUID) -> HttpResponse:
    department, now = _department(request, uid), timezone.now()
    if request.method == "POST":
        try:
            services.close(department=department, by=request.user, now=now)
        except Refused as refused:
            return _page(request, department, problems=[{"id": "main", "text": refused.words}])
        messages.success(request, f"{department} is closed\nNobody of it can sign in.")
        return redirect("departments:edit", uid)
    return render(
        request,
        "accounts/departments/close.html",
        {
            "department": department,
            "code": department.code_on(day_of(now)),
            "touched": queries.what_closing_does(department),
            **queries.head_count(department),
        },
    )


@require_POST
@TEAM
def reopen(request: HttpRequest, uid: UUID) -> HttpResponse:
    department = _department(request, uid)
    try:
        services.reopen(department=department, by=request.user, now=timezone.now())
    except Refused as refused:
        return _page(request, department, problems=[{"id": "main", "text": refused.words}])
    messages.success(request, f"{department} is open again")
    return redirect("departments:edit", uid)


def _department(request: HttpRequest, uid: UUID) -> Department:
    return get_object_or_404(Department.objects.visible_to(request.user), uid=uid)


def _page(
    request: HttpRequest,
    department: Department,
    *,
    form: DepartmentForm | None = None,
    freeze_form: FreezeForm | None = None,
    problems: list[dict[str, str]] | None = None,
) -> HttpResponse:
    """The page of one department, as it is now or with what was typed into it."""
    now = timezone.now()
    form = form or DepartmentForm(department=department, today=day_of(now))
    tag = form["alpha_tag"].value() or ""
    context: dict[str, Any] = {
        "department": department,
        "form": form,
        "freeze_form": freeze_form or FreezeForm(),
        "problems": problems or [],
        "codes": queries.code_history(department),
        "code": department.code_on(day_of(now)),
        "today": day_of(now),
        "now": now,
        "tag": tag,
        "broken": [problem.rule for problem in alpha_tags.check(tag)],
        "warnings": queries.tag_warnings(tag, department),
        **queries.head_count(department),
    }
    is_wrong = form.errors or problems or (freeze_form and freeze_form.errors)
    return render(
        request, "accounts/departments/edit.html", context, status=422 if is_wrong else 200
    )
