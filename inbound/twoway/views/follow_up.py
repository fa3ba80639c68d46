"""Replies to one message: counted, and set right by hand."""

from typing import Final
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.people.access import permission_required
from inbound.twoway import services
from inbound.twoway.forms import CorrectForm
from inbound.twoway.models import Answer, Conversation
from inbound.twoway.queries import follow_up
from messaging.history.queries import rows_of
from messaging.sending.models import Batch

SEES = "see_own_messages"
A_PAGE: Final = 50


@never_cache
@require_GET
@permission_required(SEES)
def replies(request: HttpRequest, uid: UUID) -> HttpResponse:
    mine = Batch.objects.visible_to(request.user).filter(sender_kind="number")
    batch = get_object_or_404(mine, uid=uid)
    show = request.GET.get("show", "")
    people = Paginator(follow_up.of_group(batch, show), A_PAGE).get_page(request.GET.get("page"))
    talks = Conversation.objects.visible_to(request.user).filter(
        sender__number=batch.sender, number__in=[each.number for each in people]
    )
    known = {talk.number: talk.uid for talk in talks}
    rows = rows_of(people, request.user, now=timezone.now())
    context = {
        "batch": batch,
        "counts": follow_up.counts(batch),
        "page": people,
        "rows": [(row, known.get(row.text.number)) for row in rows],
        "show": show if show in follow_up.GROUPS else "",
    }
    return render(request, "inbound/twoway/follow_up.html", context)


@require_POST
@permission_required(SEES)
def correct(request: HttpRequest) -> HttpResponse:
    form = CorrectForm(request.POST)
    if not form.is_valid():
        raise Http404
    uid, said = form.cleaned_data["said"]
    answer = get_object_or_404(_own(request), text__uid=uid)
    services.correct(answer=answer, said=said, by=request.user, now=timezone.now())
    talk = Conversation.objects.visible_to(request.user).filter(
        sender__number=answer.text.to_number, number=answer.text.from_number
    )
    if request.POST.get("back") == "message" or not (found := talk.first()):
        return redirect(reverse("twoway:follow_up", args=[answer.message.batch.uid]))
    return redirect("twoway:thread", uid=found.uid)


def _own(request: HttpRequest) -> "QuerySet[Answer]":
    return Answer.objects.visible_to(request.user).select_related("text", "message__batch")
