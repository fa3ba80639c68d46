"""New message: one form, and everything that its buttons do."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.audit.access import permission_required
from messaging.compose import services
from messaging.compose.errors import AlreadySent
from messaging.compose.models import Draft
from messaging.compose.services import recipients, uploads
from messaging.compose.services.drafts import MAY
from messaging.compose.typed import typed_from
from messaging.compose.views import kept
from messaging.compose.views.page import blank, contact_list, page
from messaging.compose.views.words import accepted
from messaging.sending.errors import TooLate
from messaging.sending.models import Batch
from messaging.wording.models import Template
from smsportal.lib.errors import Refused
from smsportal.lib.phones import display
from smsportal.lib.words import money

Action = Callable[[HttpRequest, Draft, dt.datetime], HttpResponse]


@require_GET
@permission_required(MAY)
def new(request: HttpRequest) -> HttpResponse:
    """Nothing is saved until something is written."""
    draft = blank(request.user)
    if request.htmx:
        return _contacts(request, draft)
    uids = recipients.known(request.GET.getlist("template"))
    template = Template.objects.visible_to(request.user).live().filter(uid__in=uids).first()
    if template:
        draft.template, draft.body = template, template.body
    return page(request, draft, now=timezone.now())


@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest, uid: UUID) -> HttpResponse:
    if request.method == "POST" and not request.user.is_authenticated:
        return kept.until_sign_in(request, uid)
    return _draft(request, uid=uid)


@permission_required(MAY)
def _draft(request: HttpRequest, *, uid: UUID) -> HttpResponse:
    now = timezone.now()
    try:
        if request.method == "POST":
            return _posted(request, uid, now)
        kept.take_back(request, uid, now)
    except AlreadySent:
        return _to_its_message(request, uid)
    except Draft.DoesNotExist:
        raise Http404 from None
    found = get_object_or_404(Draft.objects.visible_to(request.user), uid=uid)
    is_accepted = Batch.objects.visible_to(request.user).filter(request_key=uid).exists()
    if is_accepted or (found.repeat_uid and found.sent_at):
        return _to_its_message(request, uid)
    if request.htmx and "find" in request.GET:
        return _contacts(request, found)
    return page(request, found, now=now)


def _posted(request: HttpRequest, uid: UUID, now: dt.datetime) -> HttpResponse:
    found = services.save(uid=uid, typed=typed_from(request.POST), by=request.user, now=now)
    if request.htmx:
        return page(request, found, now=now)
    pressed = next((each for each in ("remove", "fix", "use-time") if each in request.POST), "")
    action = ACTIONS.get(pressed or request.POST.get("action", ""), _stay)
    try:
        return action(request, found, now)
    except AlreadySent:
        raise
    except Refused as refused:
        found.refresh_from_db()
        return page(request, found, now=now, refused=refused)


def _to_its_message(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A second click, the back button or a late autosave: the one message it has become."""
    if request.htmx:
        return HttpResponse(status=204)
    found = Draft.objects.visible_to(request.user).filter(uid=uid).first()
    if found and found.repeat_uid:
        return redirect("repeats:repeat", uid=found.repeat_uid)
    batch = get_object_or_404(Batch.objects.visible_to(request.user), request_key=uid)
    if request.method == "POST":
        messages.info(request, f"This message was accepted already\nReference {batch.reference}.")
    return redirect("history:batch", uid=batch.uid)


def _contacts(request: HttpRequest, draft: Draft) -> HttpResponse:
    context = {"contacts": contact_list(request, draft), "draft": draft}
    return render(request, "messaging/compose/_contacts.html", context)


# ---------------------------------------------------------------- what the buttons do


def _send(request: HttpRequest, draft: Draft, now: dt.datetime) -> HttpResponse:
    services.hurry(draft=draft)
    found = services.ready(draft=draft, now=now)
    if draft.repeats:
        return redirect("repeats:check", uid=draft.uid)
    if draft.is_emergency or services.reasons(draft=draft, found=found, now=now):
        return redirect("compose:check", uid=draft.uid)
    batch = services.send(draft=draft, by=request.user, now=now)
    messages.success(request, accepted(batch, now))
    return redirect("history:batch", uid=batch.uid)


def _test(request: HttpRequest, draft: Draft, now: dt.datetime) -> HttpResponse:
    batch = services.test_to_me(draft=draft, by=request.user, now=now)
    number = display(request.user.my_mobile)
    cost = money(batch.cost_tenths)
    messages.success(request, f"A test is on its way to {number}\nIt costs {cost}, like any text.")
    return _back(draft, "message")


def _stay(request: HttpRequest, draft: Draft, now: dt.datetime) -> HttpResponse:
    return _back(draft)


def _kept(request: HttpRequest, draft: Draft, now: dt.datetime) -> HttpResponse:
    messages.success(request, "Saved as a draft\nYou find it under Sent and scheduled.")
    return _back(draft)


def _discard(request: HttpRequest, draft: Draft, now: dt.datetime) -> HttpResponse:
    services.discard(draft=draft, by=request.user, now=now)
    messages.success(request, "The draft has been deleted")
    return redirect("history:list")


def _remove(request: HttpRequest, draft: Draft, now: dt.datetime) -> HttpResponse:
    source, _, uid = request.POST["remove"].partition(":")
    deed = {"do": "remove", "source": source}
    if uids := recipients.known([uid]):
        deed["uid"] = uids[0]
    services.change_people(draft=draft, deed=deed, by=request.user, now=now)
    return _back(draft, "to")


def _fix(request: HttpRequest, draft: Draft, now: dt.datetime) -> HttpResponse:
    row_no = request.POST["fix"]
    if row_no.isdigit():
        services.use_suggestion(
            draft=draft, typed=typed_from(request.POST), row_no=int(row_no), now=now
        )
    return _back(draft, "by-number")


def _use_time(request: HttpRequest, draft: Draft, now: dt.datetime) -> HttpResponse:
    typed = replace(typed_from(request.POST), time=request.POST["use-time"][:20])
    services.save(uid=draft.uid, typed=typed, by=request.user, now=now)
    return _back(draft, "time")


def _all(request: HttpRequest, draft: Draft, now: dt.datetime) -> HttpResponse:
    deed = {"do": "all", "scope": _scope(request), "find": request.POST.get("find", "").strip()}
    services.change_people(draft=draft, deed=deed, by=request.user, now=now)
    return _back(draft, "quick")


def _complete(request: HttpRequest, draft: Draft, now: dt.datetime) -> HttpResponse:
    services.change_people(draft=draft, deed={"do": "complete"}, by=request.user, now=now)
    return _back(draft, "message")


def _find(request: HttpRequest, draft: Draft, now: dt.datetime) -> HttpResponse:
    query = {"scope": _scope(request), "find": request.POST.get("find", "").strip()}
    address = reverse("compose:draft", args=[draft.uid], query=query)
    return redirect(f"{address}#quick")


def _scope(request: HttpRequest) -> str:
    return "personal" if request.POST.get("scope") == "personal" else "global"


def _template(request: HttpRequest, draft: Draft, now: dt.datetime) -> HttpResponse:
    services.use_template(draft=draft, by=request.user, now=now)
    return _back(draft, "message")


def _repair(request: HttpRequest, draft: Draft, now: dt.datetime) -> HttpResponse:
    services.use_plain_characters(draft=draft)
    return _back(draft, "message")


def _next(request: HttpRequest, draft: Draft, now: dt.datetime) -> HttpResponse:
    services.show_next(draft=draft)
    return _back(draft, "preview")


def _upload(request: HttpRequest, draft: Draft, now: dt.datetime) -> HttpResponse:
    file = request.FILES.get("file")
    if file is None:
        raise Refused("Choose the CSV or Excel file first.", field="file")
    uploads.upload(draft=draft, file=file, by=request.user, now=now)
    return redirect("compose:import", uid=draft.uid)


def _back(draft: Draft, place: str = "") -> HttpResponse:
    address = reverse("compose:draft", args=[draft.uid])
    return redirect(f"{address}#{place}" if place else address)


ACTIONS: dict[str, Action] = {
    "send": _send,
    "test": _test,
    "draft": _kept,
    "discard": _discard,
    "remove": _remove,
    "fix": _fix,
    "use-time": _use_time,
    "all": _all,
    "complete": _complete,
    "find": _find,
    "template": _template,
    "repair": _repair,
    "next": _next,
    "upload": _upload,
}


# ---------------------------------------------------------------- from an earlier message


@require_POST
@permission_required(MAY)
def again(request: HttpRequest, uid: UUID) -> HttpResponse:
    batch = get_object_or_404(Batch.objects.visible_to(request.user), uid=uid)
    who = request.POST.get("who", "all")
    draft = services.again(batch=batch, who=who, by=request.user, now=timezone.now())
    return redirect("compose:check" if draft.is_emergency else "compose:draft", uid=draft.uid)


@require_POST
@permission_required(MAY)
def edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    batch = get_object_or_404(Batch.objects.visible_to(request.user), uid=uid)
    try:
        draft = services.edit(batch=batch, by=request.user, now=timezone.now())
    except TooLate as late:
        messages.warning(request, late.words)
        return redirect("history:batch", uid=batch.uid)
    return redirect("compose:draft", uid=draft.uid)
