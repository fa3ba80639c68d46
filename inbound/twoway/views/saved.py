"""Saved answers: made, changed, deleted."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.people.access import permission_required
from inbound.twoway import services
from inbound.twoway.forms import SavedAnswerForm
from inbound.twoway.models import SavedAnswer
from messaging.text.segments import measure
from smsportal.lib.errors import Refused

SENDS = "send_texts"


@require_http_methods(["GET", "POST"])
@permission_required(SENDS)
def answers(request: HttpRequest) -> HttpResponse:
    """The list, and a form for one more."""
    form = SavedAnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            saved = services.add_saved(**form.cleaned_data, by=request.user, now=timezone.now())
        except Refused as refused:
            form.add_error(refused.field.removeprefix("id_"), refused.words)
        else:
            messages.success(request, f"{saved} has been added")
            return redirect("twoway:saved")
    return _page(request, form)


@require_http_methods(["GET", "POST"])
@permission_required(SENDS)
def edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    saved = _own(request, uid)
    form = SavedAnswerForm(request.POST or None, initial={"name": saved.name, "words": saved.words})
    if request.method == "POST" and form.is_valid():
        try:
            services.change_saved(
                saved=saved, **form.cleaned_data, by=request.user, now=timezone.now()
            )
        except Refused as refused:
            form.add_error(refused.field.removeprefix("id_"), refused.words)
        else:
            messages.success(request, f"{saved} has been saved")
            return redirect("twoway:saved")
    return _page(request, form, saved)


@require_POST
@permission_required(SENDS)
def delete(request: HttpRequest, uid: UUID) -> HttpResponse:
    saved = _own(request, uid)
    services.delete_saved(saved=saved, by=request.user, now=timezone.now())
    messages.success(request, f"{saved} has been deleted")
    return redirect("twoway:saved")


def _own(request: HttpRequest, uid: UUID) -> SavedAnswer:
    return get_object_or_404(SavedAnswer.objects.visible_to(request.user), uid=uid)


def _page(
    request: HttpRequest, form: SavedAnswerForm, saved: SavedAnswer | None = None
) -> HttpResponse:
    context = {
        "form": form,
        "saved": saved,
        "answers": SavedAnswer.objects.visible_to(request.user).order_by("name"),
        "measure": measure(form["words"].value() or ""),
    }
    status = 422 if form.errors else 200
    return render(request, "inbound/twoway/saved.html", context, status=status)
