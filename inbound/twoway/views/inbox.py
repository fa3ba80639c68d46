"""Conversations and one of them: read, answered, noted upon, done with."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.people.access import permission_required
from inbound.twoway import services
from inbound.twoway.forms import ReplyForm
from inbound.twoway.models import Conversation, SavedAnswer
from inbound.twoway.views.page import Typed, page
from smsportal.lib.errors import Refused

SEES, SENDS = "see_own_messages", "send_texts"


@never_cache
@require_GET
@permission_required(SEES)
def conversations(request: HttpRequest) -> HttpResponse:
    return page(request, now=timezone.now())


@never_cache
@require_http_methods(["GET", "POST"])
@permission_required(SENDS)
def thread(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Opening it reads it; posting answers."""
    talk = _own(request, uid)
    now = timezone.now()
    if request.method == "GET":
        return page(request, talk, now=now)
    form = ReplyForm(request.POST)
    if not form.is_valid():
        typed = Typed(reply=request.POST.get("reply", ""), problem=Refused("Send it once more."))
        return page(request, talk, now=now, typed=typed)
    words, key = form.cleaned_data["reply"], form.cleaned_data["key"]
    if request.POST.get("do") == "saved":
        added = _saved_words(request)
        words = f"{words.rstrip()}\n{added}".strip() if added else words
        return page(request, talk, now=now, typed=Typed(reply=words, key=key))
    try:
        services.answer(talk=talk, words=words, request_key=key, by=request.user, now=now)
    except Refused as refused:
        return page(request, talk, now=now, typed=Typed(reply=words, key=key, problem=refused))
    return redirect("twoway:thread", uid=talk.uid)


@require_POST
@permission_required(SEES)
def note(request: HttpRequest, uid: UUID) -> HttpResponse:
    talk, now = _own(request, uid), timezone.now()
    words = request.POST.get("note", "")
    try:
        services.add_note(talk=talk, words=words, by=request.user, now=now)
    except Refused as refused:
        return page(request, talk, now=now, typed=Typed(note=words, problem=refused))
    return redirect("twoway:thread", uid=talk.uid)


@require_POST
@permission_required(SEES)
def done(request: HttpRequest, uid: UUID) -> HttpResponse:
    talk = _own(request, uid)
    services.mark_done(talk=talk, by=request.user, now=timezone.now())
    messages.success(request, "Done\nThe conversation opens again when they write.")
    return redirect("twoway:list")


@require_POST
@permission_required(SEES)
def reopen(request: HttpRequest, uid: UUID) -> HttpResponse:
    talk = _own(request, uid)
    services.reopen(talk=talk, by=request.user)
    return redirect("twoway:thread", uid=talk.uid)


def _saved_words(request: HttpRequest) -> str:
    """Of the saved answer that was picked, where no script has put them into the box."""
    try:
        uid = UUID(request.POST.get("saved", ""))
    except ValueError:
        return ""
    saved = SavedAnswer.objects.visible_to(request.user).filter(uid=uid).first()
    return saved.words if saved else ""


def _own(request: HttpRequest, uid: UUID) -> Conversation:
    mine = Conversation.objects.visible_to(request.user).select_related("sender")
    return get_object_or_404(mine, uid=uid)
