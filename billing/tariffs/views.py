"""Prices by the date they begin: finance reads them, the messaging team announces them."""

import datetime as dt

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.people.access import permission_required
from billing.tariffs import queries, services
from billing.tariffs.forms import PriceForm
from billing.tariffs.sorts import SORTS, Sort
from smsportal.lib.errors import Refused
from smsportal.lib.walltime import day_of
from smsportal.lib.words import day

READER = permission_required("see_tariffs")
TEAM = permission_required(services.TEAM)


@require_GET
@READER
def list_prices(request: HttpRequest) -> HttpResponse:
    return _list(request)


@require_http_methods(["GET", "POST"])
@TEAM
def change(request: HttpRequest, key: str) -> HttpResponse:
    sort, now = _sort(key), timezone.now()
    form = PriceForm(request.POST or None, sort=sort)
    if request.method == "POST" and form.is_valid():
        values, from_on = form.asked()
        try:
            services.announce(sort=sort, values=values, from_on=from_on, by=request.user, now=now)
        except Refused as refused:
            form.add_error(refused.field.removeprefix("id_"), refused.words)
        else:
            told = f"{sort.label}: {sort.shown(*values)} from {day(from_on)}"
            messages.success(request, f"{told}\nAdministrators and finance are told by mail.")
            return redirect("tariffs:list")
    context = {"sort": sort, "line": queries.line(sort, day_of(now)), "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "billing/tariffs/change.html", context, status=status)


@require_POST
@TEAM
def take_back(request: HttpRequest, key: str, from_on: dt.date) -> HttpResponse:
    sort = _sort(key)
    try:
        services.take_back(sort=sort, from_on=from_on, by=request.user, now=timezone.now())
    except Refused as refused:
        return _list(request, problems=[{"id": "prices", "text": refused.words}])
    messages.success(request, f"The {sort.noun} from {day(from_on)} was taken back")
    return redirect("tariffs:list")


def _sort(key: str) -> Sort:
    if key not in SORTS:
        raise Http404
    return SORTS[key]


def _list(request: HttpRequest, problems: list[dict[str, str]] | None = None) -> HttpResponse:
    lines = queries.lines(day_of(timezone.now()))
    month, first = settings.FINANCIAL_YEAR_STARTS
    context = {
        "lines": lines,
        "inbound": next(line for line in lines if line.sort.key == "inbound"),
        "year_starts": f"{first} {dt.date(2000, month, first):%B}",
        "changes": request.user.may(services.TEAM),
        "problems": problems or [],
    }
    status = 422 if problems else 200
    return render(request, "billing/tariffs/list.html", context, status=status)
