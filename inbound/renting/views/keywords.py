"""The INBOUND KEYWORDS tab of a department's admin."""

import copy
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.people.access import permission_required
from inbound.handling.replying import filled
from inbound.keywords.models import Keyword
from inbound.renting import queries, services
from inbound.renting.forms import KeywordForm
from messaging.sending.prices import price_list
from messaging.sending.queries import price_tenths
from smsportal.lib.errors import Refused
from smsportal.lib.sealing import seal, unseal
from smsportal.lib.walltime import day_of

ADMIN = permission_required("handle_keywords")
FIRST = "your message"  # after the keyword, until something is tried
SECRET = "webhook_secret"  # in the session, sealed, until it is shown


@require_GET
@ADMIN
def list_keywords(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    mine = Keyword.objects.visible_to(request.user).live()
    context = {
        "keywords": queries.with_month(mine, now=now).order_by("word"),
        "now": now,
        "short_code": settings.SHORT_CODE,
        "prefix": settings.SHORT_CODE_PREFIX,
        "rent_tenths": price_list().keyword_tenths(on=day_of(now)),
    }
    return render(request, "inbound/renting/own_keywords.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@ADMIN
def edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Saved, or with do=try only tried; either way what was typed stays."""
    visible = Keyword.objects.visible_to(request.user).live().select_related("department")
    keyword = get_object_or_404(visible, uid=uid)
    form = KeywordForm(request.POST or None, keyword=keyword)
    if request.method != "POST" or not form.is_valid():
        return _page(request, keyword, form)
    if request.POST.get("do") == "try":
        return _page(request, keyword, form, trial=_tried(keyword, form))
    typed = copy.copy(keyword)
    form.fill(typed)
    try:
        secret = services.change(
            keyword=typed,
            webhook_url=form.cleaned_data["webhook_url"],
            wants_new_secret=form.cleaned_data["new_secret"],
            readers=form.chosen_readers,
            by=request.user,
            now=timezone.now(),
        )
    except Refused as refused:
        form.add_error(refused.field.removeprefix("id_") or None, refused.words)
        return _page(request, keyword, form)
    messages.success(request, f"{keyword} has been saved")
    if secret:
        request.session[SECRET] = seal(secret)
        return redirect("keywords:edit", uid)
    return redirect("keywords:list")


def _tried(keyword: Keyword, form: KeywordForm) -> services.Trial:
    """By what stands in the form, saved or not."""
    typed = copy.copy(keyword)
    form.fill(typed)
    typed.webhook_url = form.cleaned_data["webhook_url"]
    return services.tried(keyword=typed, text=form.cleaned_data["text"], now=timezone.now())


def _page(
    request: HttpRequest,
    keyword: Keyword,
    form: KeywordForm,
    *,
    trial: services.Trial | None = None,
) -> HttpResponse:
    now = timezone.now()
    sealed = request.session.pop(SECRET, "") if request.method == "GET" else ""
    code = keyword.department.code_on(day_of(now))
    example = f"{settings.SHORT_CODE_PREFIX} {keyword.word} {FIRST}"
    context: dict[str, Any] = {
        "keyword": keyword,
        "form": form,
        "trial": trial,
        "secret": unseal(sealed) if sealed else "",
        "has_secret": bool(keyword.webhook_secret),
        "month": queries.this_month(keyword, now=now),
        "price_tenths": price_tenths(keyword.department_id, day_of(now)),
        "rent_tenths": price_list().keyword_tenths(on=day_of(now)),
        "code": code,
        "short_code": settings.SHORT_CODE,
        "prefix": settings.SHORT_CODE_PREFIX,
        "example": example,
        "to_try": form["text"].value() or example.lower(),
        "reply": filled(keyword.reply, {"keyword": keyword.word}) if keyword.replies else "",
        "now": now,
    }
    status = 422 if form.errors else 200
    return render(request, "inbound/renting/keyword.html", context, status=status)
