"""Numbers and keywords, for the messaging team."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.people.access import permission_required
from inbound.keywords import services as keyword_services
from inbound.keywords.models import Keyword
from inbound.renting import queries, services
from inbound.renting.forms import GiveForm, RentForm
from inbound.renting.resting import rests_until
from inbound.sorting.queries import listing
from messaging.sending.prices import price_list
from smsportal.lib.errors import Refused
from smsportal.lib.phones import display
from smsportal.lib.walltime import day_of

TEAM = permission_required("manage_inbound")
A_PAGE = 25


@require_GET
@TEAM
def numbers(request: HttpRequest) -> HttpResponse:
    now, words = timezone.now(), request.GET.get("q", "").strip()
    found = queries.numbers(words=words, now=now)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "rows": queries.number_rows(page.object_list, now=now),
        "rent_tenths": price_list().number_tenths(on=day_of(now)),
    }
    return _list(request, "numbers", page=page, words=words, now=now, **context)


@require_GET
@TEAM
def keywords(request: HttpRequest) -> HttpResponse:
    now, words = timezone.now(), request.GET.get("q", "").strip()
    found = queries.keywords(words=words, now=now)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    rent_tenths = price_list().keyword_tenths(on=day_of(now))
    return _list(request, "keywords", page=page, words=words, now=now, rent_tenths=rent_tenths)


@require_http_methods(["GET", "POST"])
@TEAM
def rent(request: HttpRequest) -> HttpResponse:
    form = RentForm(request.POST or None, initial={"number": request.GET.get("number", "")})
    if request.method == "POST" and form.is_valid():
        try:
            sender = services.rent(
                number=form.cleaned_data["number"],
                person=form.person,
                by=request.user,
                now=timezone.now(),
            )
        except Refused as refused:
            form.add_error(refused.field.removeprefix("id_"), refused.words)
        else:
            messages.success(request, f"{display(sender.number)} is rented to {sender.person.name}")
            return redirect("renting:numbers")
    rent_tenths = price_list().number_tenths(on=day_of(timezone.now()))
    return _form(request, "rent", form=form, rent_tenths=rent_tenths)


@require_http_methods(["GET", "POST"])
@TEAM
def release(request: HttpRequest, uid: UUID) -> HttpResponse:
    sender, now = get_object_or_404(queries.rented(), uid=uid), timezone.now()
    if request.method == "POST":
        services.give_back(sender=sender, by=request.user, now=now)
        messages.success(request, f"{display(sender.number)} has been given back\nNow it rests.")
        return redirect("renting:numbers")
    until = rests_until(sender.released_at or now)
    return _form(request, "release", sender=sender, until=until)


@require_http_methods(["GET", "POST"])
@TEAM
def give(request: HttpRequest) -> HttpResponse:
    form = GiveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            keyword = keyword_services.give(
                **form.cleaned_data, by=request.user, now=timezone.now()
            )
        except Refused as refused:
            form.add_error(refused.field.removeprefix("id_"), refused.words)
        else:
            messages.success(request, f"{keyword} is a keyword of {keyword.department}")
            return redirect("renting:keywords")
    rent_tenths = price_list().keyword_tenths(on=day_of(timezone.now()))
    return _form(request, "give", form=form, rent_tenths=rent_tenths)


@require_http_methods(["GET", "POST"])
@TEAM
def take_back(request: HttpRequest, uid: UUID) -> HttpResponse:
    visible = Keyword.objects.visible_to(request.user).select_related("department")
    keyword, now = get_object_or_404(visible, uid=uid), timezone.now()
    if request.method == "POST":
        keyword_services.take_back(keyword=keyword, by=request.user, now=now)
        messages.success(request, f"{keyword} has been given back")
        return redirect("renting:keywords")
    month = queries.this_month(keyword, now=now)
    return _form(request, "take_back", keyword=keyword, month=month)


def _list(request: HttpRequest, name: str, **context: Any) -> HttpResponse:
    context["counts"] = listing.counts()
    return render(request, f"inbound/renting/{name}.html", context)


def _form(request: HttpRequest, name: str, **context: Any) -> HttpResponse:
    form = context.get("form")
    status = 422 if form is not None and form.errors else 200
    return render(request, f"inbound/renting/{name}.html", context, status=status)
