"""To decide: the messaging team's list of texts that may have been sent, and its two choices."""

import datetime as dt
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.people.access import permission_required
from messaging.operations.forms.doubt import AGAIN, DecideForm, FindForm
from messaging.operations.queries import doubt as queries
from messaging.sending import services
from messaging.sending.queries import Chosen
from messaging.sending.services.doubt import MAY, MOST_AT_ONCE
from smsportal.lib.db import database_now
from smsportal.lib.errors import Refused

TEAM = permission_required(MAY)
A_PAGE, TEXTS_A_PAGE = 25, 50


@require_GET
@TEAM
def to_decide(request: HttpRequest) -> HttpResponse:
    now = database_now()
    carriers = queries.by_carrier(request.user, now=now)
    form = FindForm(request.GET, carriers=[carrier for carrier, _ in carriers])
    filters = form.filters()
    found = queries.grouped(request.user, now=now, **filters)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "carriers": carriers,
        "total": sum(count for _, count in carriers),
        "form": form,
        "is_asked": any(filters.values()),
        "page": page,
        "groups": queries.groups(page.object_list),
        "now": now,
    }
    return render(request, "messaging/operations/to_decide.html", context)


@require_GET
@TEAM
def texts(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Those of one message, one by one."""
    now = database_now()
    batch = queries.message(request.user, uid)
    if batch is None:
        raise Http404
    carrier = queries.carrier_named(request.user, request.GET.get("carrier", ""))
    found = queries.of_group(request.user, batch=batch, carrier=carrier, now=now)
    page = Paginator(found, TEXTS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "batch": batch,
        "carrier": carrier,
        "page": page,
        "rows": queries.with_stories(page.object_list),
        "now": now,
    }
    return render(request, "messaging/operations/to_decide_texts.html", context)


@require_http_methods(["GET", "POST"])
@TEAM
def decide(request: HttpRequest) -> HttpResponse:
    """What each choice would mean; then the deed."""
    now = database_now()
    asked = request.POST if request.method == "POST" else request.GET
    chosen = _chosen(request, asked, now)
    outlook = queries.outlook(chosen, now=now)
    if not outlook.text_count:
        messages.info(request, "Nothing of that is left to decide\nIt was settled meanwhile.")
        return redirect("operations:to_decide")
    form = DecideForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            return _done(request, form, chosen, now)
        except Refused as refused:
            form.add_error(refused.field or None, refused.words)
    context = {
        "form": form,
        "chosen": chosen,
        "outlook": outlook,
        "most_at_once": MOST_AT_ONCE,
        "now": now,
    }
    status = 422 if form.errors else 200
    return render(request, "messaging/operations/decide.html", context, status=status)


def _done(request: HttpRequest, form: DecideForm, chosen: Chosen, now: dt.datetime) -> HttpResponse:
    is_again = form.cleaned_data["choice"] == AGAIN
    deed = services.send_again if is_again else services.treat_as_not_sent
    count = deed(chosen=chosen, reason=form.cleaned_data["reason"], by=request.user, now=now)
    some = "1 text" if count == 1 else f"{count:,} texts"
    if is_again:
        said = f"{some} sent again\nEach goes once more and is charged once."
    else:
        said = f"{some} treated as not sent\nNone of them is charged."
    messages.success(request, said)
    return redirect("operations:to_decide")


def _chosen(request: HttpRequest, asked: QueryDict, now: dt.datetime) -> Chosen:
    """As the page asks: texts that were ticked, or all of a message, a carrier, or both."""
    batch = queries.message(request.user, _uid(asked.get("batch")))
    carrier = queries.carrier_named(request.user, asked.get("carrier", ""))
    picked = tuple(uid for pick in asked.getlist("pick")[:1000] if (uid := _uid(pick)))
    if (asked.get("batch") and not batch) or (asked.get("carrier") and not carrier):
        return Chosen(now)  # what is not known must not come to mean everything
    return Chosen(_as_of(asked.get("as_of", ""), now), picked, batch, carrier)


def _as_of(typed: str, now: dt.datetime) -> dt.datetime:
    """When the page that was decided on was made."""
    try:
        return min(dt.datetime.fromisoformat(typed), now)
    except (ValueError, TypeError):  # no time, or one without its zone
        return now


def _uid(typed: str | None) -> UUID | None:
    try:
        return UUID(typed or "")
    except ValueError:
        return None
