"""The TEMPLATES tab."""

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.audit.access import permission_required
from messaging.text import segments
from messaging.wording import queries, services
from messaging.wording.examples import EXAMPLES, example_text, field_rows
from messaging.wording.forms import TemplateForm
from messaging.wording.models import Template
from smsportal.lib.errors import Refused

EITHER = (services.ADMIN, services.USER)


@require_GET
@permission_required(*EITHER)
def list_templates(request: HttpRequest) -> HttpResponse:
    archived = request.GET.get("show") == "archived"
    find = request.GET.get("q", "").strip()
    return render(
        request,
        "messaging/wording/list.html",
        {
            "listed": queries.listed(request.user, find=find, archived=archived),
            "find": find,
            "archived": archived,
            "may_send": request.user.may("send_texts"),
            "keeps_global": request.user.may(services.ADMIN),
        },
    )


@require_http_methods(["GET", "POST"])
@permission_required(*EITHER)
def add(request: HttpRequest) -> HttpResponse:
    form = TemplateForm(request.POST or None)
    if request.method == "POST" and "preview" not in request.POST and form.is_valid():
        try:
            template = services.add(**form.cleaned_data, by=request.user, now=timezone.now())
        except Refused as refused:
            form.add_error(refused.field.removeprefix("id_"), refused.words)
        else:
            messages.success(request, f"{template.name} has been added")
            return redirect("wording:list")
    return _page(request, form, None)


@require_http_methods(["GET", "POST"])
@permission_required(*EITHER)
def edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    template = get_object_or_404(Template.objects.visible_to(request.user), uid=uid)
    initial = {"name": template.name, "body": template.body}
    form = TemplateForm(request.POST or None, initial=initial)
    if request.method == "POST" and "preview" not in request.POST and form.is_valid():
        try:
            services.edit(
                template=template, **form.cleaned_data, by=request.user, now=timezone.now()
            )
        except Refused as refused:
            form.add_error(refused.field.removeprefix("id_"), refused.words)
        else:
            messages.success(request, f"{form.cleaned_data['name']} has been saved")
            return redirect("wording:list")
    return _page(request, form, template)


@require_POST
@permission_required(*EITHER)
def archive(request: HttpRequest, uid: UUID) -> HttpResponse:
    template = get_object_or_404(Template.objects.visible_to(request.user), uid=uid)
    services.archive(template=template, by=request.user, now=timezone.now())
    messages.success(request, f"{template.name} is archived\nBring it back under Archived.")
    return redirect("wording:list")


@require_POST
@permission_required(*EITHER)
def restore(request: HttpRequest, uid: UUID) -> HttpResponse:
    template = get_object_or_404(Template.objects.visible_to(request.user), uid=uid)
    try:
        services.restore(template=template, by=request.user, now=timezone.now())
    except Refused as refused:
        form = TemplateForm({"name": template.name, "body": template.body})
        form.add_error("name", refused.words)
        return _page(request, form, template)
    messages.success(request, f"{template.name} is back")
    return redirect("wording:list")


@require_POST
@permission_required(services.ADMIN)
def starter_pack(request: HttpRequest) -> HttpResponse:
    added = services.add_starter_pack(
        department=request.user.department, by=request.user, now=timezone.now()
    )
    count = len(added)
    messages.success(request, f"{count} templates have been added" if count else "All are there")
    return redirect("wording:list")


def _page(request: HttpRequest, form: TemplateForm, template: Template | None) -> HttpResponse:
    """The template's page: what was typed, counted and shown with examples."""
    words = form["body"].value() or ""
    given = {
        key.removeprefix("example-"): value.strip()
        for key, value in request.POST.items()
        if key.startswith("example-")
    }
    rows, preview = field_rows(words, given), example_text(words, given)
    context: dict[str, Any] = {
        "form": form,
        "template": template,
        "is_mine": template is None or _keeps(request, template),
        "versions": template.versions.order_by("-number") if template else [],
        "rows": rows,
        "examples_json": json.dumps({**EXAMPLES, **{row.name: row.example for row in rows}}),
        "preview": preview,
        "measure": segments.measure(preview),
        "tag": request.user.department.alpha_tag,
        "is_global": template.is_global if template else request.user.may(services.ADMIN),
        "may_send": request.user.may("send_texts"),
    }
    if "preview" in request.POST:
        form.errors.clear()
    page = "_example.html" if request.htmx else "edit.html"
    status = 422 if form.errors else 200
    return render(request, f"messaging/wording/{page}", context, status=status)


def _keeps(request: HttpRequest, template: Template) -> bool:
    return request.user.may(services.ADMIN) if template.is_global else True
