"""Conversations and one of them: read, answered, noted upon, done with."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.people.access import permission_required
from inbound.twoway import services
from inbound.twoway.models import Conversation, SavedAnswer
from inbound.twoway.queries.thread import one_text
from inbound.twoway.views.page import Typed, page
from messaging.incoming.models import IncomingText
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
    words, key = _typed(request, "reply"), _uuid(request, "key") or uuid4()
    if request.POST.get("do") == "saved":
        added = _saved_words(request)
        words = f"{words.rstrip()}\n{added}".strip() if added else words
        return page(request, talk, now=now, typed=Typed(reply=words, key=key))
    try:
        services.answer(talk=talk, words=words, request_key=key, by=request.user, now=now)
    except Refused as refused:
        return page(request, talk, now=now, typed=Typed(reply=words, key=key, problem=refused))
    return redirect("twoway:thread", uid=talk.uid)


@require_GET
@permission_required(SEES)
def of_text(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The conversation in which a reply stands; the list, where it is in none yet."""
    text = get_object_or_404(IncomingText.objects.visible_to(request.user), uid=uid)
    talk = Conversation.objects.visible_to(request.user).filter(
        sender__number=text.to_number, number=text.from_number
    )
    found = talk.order_by("pk").last()
    return redirect("twoway:thread", uid=found.uid) if found else redirect("twoway:list")


@require_POST
@permission_required(SEES)
def note(request: HttpRequest, uid: UUID) -> HttpResponse:
    talk, now = _own(request, uid), timezone.now()
    words = _typed(request, "note")
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


@require_POST
@permission_required(SEES)
def no_more(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Of one text that says STOP within a sentence: its user has read it so."""
    talk = _own(request, uid)
    text = _text_of(talk, request)
    services.wants_no_more(talk=talk, text=text, by=request.user, now=timezone.now())
    messages.success(request, "Opted out\nYour department texts them no more.")
    return redirect("twoway:thread", uid=talk.uid)


@require_POST
@permission_required(SEES)
def something_else(request: HttpRequest, uid: UUID) -> HttpResponse:
    talk = _own(request, uid)
    text = _text_of(talk, request)
    services.is_something_else(talk=talk, text=text, by=request.user, now=timezone.now())
    messages.success(request, "Kept as an ordinary text")
    return redirect("twoway:thread", uid=talk.uid)


def _text_of(talk: Conversation, request: HttpRequest) -> IncomingText:
    text = one_text(talk, _uuid(request, "text"))
    if text is None:
        raise Http404
    return text


def _saved_words(request: HttpRequest) -> str:
    """Of the saved answer that was picked, where no script has put them into the box."""
    saved = SavedAnswer.objects.visible_to(request.user).filter(uid=_uuid(request, "saved"))
    return "".join(each.words for each in saved)


def _typed(request: HttpRequest, name: str) -> str:
    """PostgreSQL keeps no NUL, and no phone shows one."""
    return request.POST.get(name, "").replace("\x00", "")


def _uuid(request: HttpRequest, name: str) -> UUID | None:
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError:
        return None


def _own(request: HttpRequest, uid: UUID) -> Conversation:
    mine = Conversation.objects.visible_to(request.user).select_related("sender")
    return get_object_or_404(mine, uid=uid)
