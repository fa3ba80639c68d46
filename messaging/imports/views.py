"""The import wizard: choose a file, select the mapping, choose groups, check and import."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from accounts.people.access import permission_required
from messaging.contacts.models import Group
from messaging.contacts.services import PERMISSIONS
from messaging.imports import errors, queries, services
from messaging.imports.forms import CheckForm, ColumnsForm, GroupsForm, UploadForm
from messaging.imports.models import Import
from messaging.imports.states import State
from smsportal.lib import downloads
from smsportal.lib.errors import Refused

keeper = permission_required(*PERMISSIONS)
TEMPLATE = "Mobile,FirstName,LastName\r\n"
BEFORE_IMPORT = (State.MATCHING, State.CHECKED)


@require_http_methods(["GET", "POST"])
@keeper
def start(request: HttpRequest) -> HttpResponse:
    """Step 1. `?group=` replaces the members of that group."""
    replaces = _group(request)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            batch = services.start(
                source=_source(file),
                name=file.name,
                replaces=replaces,
                by=request.user,
                now=timezone.now(),
            )
        except Refused as refused:
            form.add_error("file", refused.words)
        else:
            return redirect("imports:columns", batch.uid)
    context = {"form": form, "replaces": replaces, "is_global": _is_admin(request)}
    status = 422 if form.errors else 200
    return render(request, "messaging/imports/start.html", context, status=status)


def _source(file: UploadedFile) -> bytes | str:
    """A big file stays on disk until its size has been judged."""
    return file.temporary_file_path() if hasattr(file, "temporary_file_path") else file.read()


def _group(request: HttpRequest) -> Group | None:
    if "group" not in request.GET:
        return None
    try:
        uid = uuid.UUID(request.GET["group"])
    except ValueError:
        raise Http404 from None
    own = Group.objects.visible_to(request.user).editable_by(request.user).live()
    return get_object_or_404(own, uid=uid)


@require_GET
@keeper
def template(request: HttpRequest) -> HttpResponse:
    """S85: a file with exactly the seed's headings."""
    return HttpResponse(
        TEMPLATE,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="contacts-template.csv"'},
    )


@require_http_methods(["GET", "POST"])
@keeper
def columns(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Step 2."""
    batch = _own(request, uid)
    if batch.state not in BEFORE_IMPORT:
        return redirect("imports:show", batch.uid)
    form = ColumnsForm(request.POST or None, batch=batch)
    problems: list[dict[str, str]] = []
    if request.method == "POST" and form.is_valid():
        try:
            is_as_thought = services.match_columns(
                batch=batch,
                targets=form.targets(),
                has_headings=form.cleaned_data["has_headings"],
                by=request.user,
                now=timezone.now(),
            )
        except Refused as refused:
            problems = _problems(refused)
        else:
            return redirect("imports:groups" if is_as_thought else "imports:columns", batch.uid)
    return _columns_page(request, batch, form, problems)


def _columns_page(
    request: HttpRequest, batch: Import, form: ColumnsForm, problems: list[dict[str, str]]
) -> HttpResponse:
    samples = [column["samples"] for column in batch.columns]
    depth = max(len(each) for each in samples)
    context = {
        "batch": batch,
        "form": form,
        "problems": problems,
        "rows": [[each[n] if n < len(each) else "" for each in samples] for n in range(depth)],
    }
    status = 422 if problems or form.errors else 200
    return render(request, "messaging/imports/columns.html", context, status=status)


@require_http_methods(["GET", "POST"])
@keeper
def groups(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Step 3."""
    batch = _own(request, uid)
    if batch.state not in BEFORE_IMPORT:
        return redirect("imports:show", batch.uid)
    form = GroupsForm(request.POST if request.method == "POST" else None, batch=batch)
    if request.method == "POST" and form.is_valid():
        try:
            services.choose_groups(
                batch=batch, **form.cleaned_data, by=request.user, now=timezone.now()
            )
        except Refused as refused:
            form.add_error("everyone", refused.words)
        else:
            return redirect("imports:show", batch.uid)
    own = Group.objects.visible_to(request.user).editable_by(request.user).live()
    context = {"batch": batch, "form": form, "known": own.order_by("name")}
    status = 422 if form.errors else 200
    return render(request, "messaging/imports/groups.html", context, status=status)


@require_http_methods(["GET", "POST"])
@keeper
def check(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Step 4: what would happen, corrections, and the button."""
    batch = _own(request, uid)
    if batch.state != State.CHECKED:
        return redirect("imports:show", batch.uid)
    form = CheckForm(request.POST or None)
    problems: list[dict[str, str]] = []
    if request.method == "POST":
        by, now = request.user, timezone.now()
        try:
            services.correct(batch=batch, fixes=form.fixes(), by=by, now=now)
            if "import" in request.POST:
                services.apply(batch=batch, policy=form.chosen(), by=by, now=now)
                return redirect("imports:show", batch.uid)
        except errors.OutOfTurn:
            return redirect("imports:show", batch.uid)
        except Refused as refused:
            problems = _problems(refused)
    return _check_page(request, batch, form, problems)


def _check_page(
    request: HttpRequest, batch: Import, form: CheckForm, problems: list[dict[str, str]]
) -> HttpResponse:
    bad = queries.bad_rows(batch)
    context: dict[str, Any] = {
        "batch": batch,
        "problems": problems,
        "policy": form.chosen(),
        "dry_run": queries.dry_run(batch),
        "changes": queries.changes(batch),
        "bad_rows": bad[: queries.BAD_SHOWN],
        "bad_count": batch.counts["invalid"],
        "groups": queries.groups(batch),
        "opted_out_count": queries.opted_out(batch).count(),
    }
    status = 422 if problems else 200
    return render(request, "messaging/imports/check.html", context, status=status)


@require_GET
@keeper
def show(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Where the import is now: the next step, how far the worker is, or the result."""
    batch = _own(request, uid)
    if batch.state == State.MATCHING:
        return redirect("imports:columns", batch.uid)
    if batch.is_working:
        page = "_progress.html" if request.htmx else "progress.html"
        return render(request, f"messaging/imports/{page}", {"batch": batch})
    if request.htmx:
        return HttpResponseClientRefresh()
    if batch.state == State.CHECKED:
        return redirect("imports:check", batch.uid)
    return _done_page(request, batch)


def _done_page(request: HttpRequest, batch: Import) -> HttpResponse:
    now = timezone.now()
    opted_out = queries.opted_out(batch)
    context = {
        "batch": batch,
        "now": now,
        "groups": queries.groups(batch),
        "opted_out": opted_out.first(),
        "opted_out_count": opted_out.count(),
        "kept": queries.kept(batch)[: queries.KEPT_SHOWN],
        "can_be_undone": queries.can_be_undone(batch, now),
    }
    return render(request, "messaging/imports/done.html", context)


@require_GET
@keeper
def bad_rows(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    batch = _own(request, uid)
    return downloads.csv_file("rows-to-correct", queries.BAD_HEADINGS, queries.bad_file_rows(batch))


@require_POST
@keeper
def undo(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    batch = _own(request, uid)
    try:
        services.undo(batch=batch, by=request.user, now=timezone.now())
    except Refused as refused:
        messages.error(request, refused.words)
    return redirect("imports:show", batch.uid)


@require_POST
@keeper
def cancel(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    batch = _own(request, uid)
    services.cancel(batch=batch, by=request.user, now=timezone.now())
    messages.success(request, f"{batch.file_name} was not imported\nNothing has changed.")
    return redirect("contacts:list")


def _own(request: HttpRequest, uid: uuid.UUID) -> Import:
    return get_object_or_404(
        Import.objects.visible_to(request.user).editable_by(request.user), uid=uid
    )


def _is_admin(request: HttpRequest) -> bool:
    return request.user.may("manage_global_contacts")


def _problems(refused: Refused) -> list[dict[str, str]]:
    return [{"id": refused.field, "text": refused.words}]
