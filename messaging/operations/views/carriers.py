"""The CARRIERS tab of the messaging team: all carriers, and one."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.people.access import permission_required
from messaging.carriers import queries as carrier_queries
from messaging.carriers import services
from messaging.carriers.models import Carrier
from messaging.carriers.registry import KINDS
from messaging.operations.forms.carriers import CarrierForm
from messaging.operations.queries import carrier_tests
from messaging.operations.queries import carriers as carrier_cards
from smsportal.lib.errors import Refused

TEAM = permission_required("manage_carriers")


@require_GET
@TEAM
def carriers(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    cards = carrier_cards.cards(request.user, now=now)
    context = {
        "cards": cards,
        "bad": [card for card in cards if card.standing.is_bad],
        "events": carrier_cards.today(request.user, now=now),
        "now": now,
    }
    return render(request, "messaging/operations/carriers.html", context)


@require_http_methods(["GET", "POST"])
@TEAM
def add(request: HttpRequest) -> HttpResponse:
    kind = KINDS.get(request.GET.get("kind", "")) or next(iter(KINDS.values()))
    form = CarrierForm(kind, request.POST or None)
    shown = _preview(request, form)
    if _is_to_save(request) and form.is_valid():
        try:
            carrier = services.add(
                name=form.cleaned_data["name"],
                kind=kind.key,
                wanted=form.wanted(),
                by=request.user,
                now=timezone.now(),
            )
        except Refused as refused:
            form.add_error(refused.field or None, refused.words)
        else:
            messages.success(request, f"{carrier} has been added\nNow start its sender.")
            return redirect("operations:carrier", carrier.uid)
    status = 422 if form.errors else 200
    context = {"form": form, "kind": kind, "kinds": KINDS.values(), "preview": shown}
    return render(request, "messaging/operations/carrier_add.html", context, status=status)


@require_http_methods(["GET", "POST"])
@TEAM
def edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    carrier = _carrier(request, uid)
    form = CarrierForm(KINDS[carrier.kind], request.POST or None, carrier=carrier)
    shown = _preview(request, form)
    if _is_to_save(request) and form.is_valid():
        try:
            services.change(
                carrier=carrier, wanted=form.wanted(), by=request.user, now=timezone.now()
            )
        except Refused as refused:
            form.add_error(refused.field or None, refused.words)
        else:
            messages.success(
                request, f"{carrier} has been saved\nA running sender connects again in seconds."
            )
            return redirect("operations:carrier", uid)
    return _page(request, carrier, form=form, preview=shown)


def _is_to_save(request: HttpRequest) -> bool:
    return request.method == "POST" and "preview" not in request.POST


def _preview(request: HttpRequest, form: CarrierForm) -> str:
    """What would be sent of an example, where that was asked for and nothing is wrong."""
    if "preview" not in request.POST or not form.is_valid():
        return ""
    try:
        return form.preview()
    except Refused as refused:
        form.add_error(refused.field or None, refused.words)
        return ""


@require_POST
@TEAM
def pause(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _do(request, uid, services.pause, "{} is paused\nIts texts wait.")


@require_POST
@TEAM
def resume(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _do(request, uid, services.resume, "Texts go by {} again")


@require_POST
@TEAM
def switch_off(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _do(request, uid, services.switch_off, "{} is switched off")


@require_POST
@TEAM
def switch_on(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _do(request, uid, services.switch_on, "{} is switched on")


@require_POST
@TEAM
def remove(request: HttpRequest, uid: UUID) -> HttpResponse:
    said = "{} has been removed\nStop its sender, too."
    return _do(request, uid, services.remove, said, to="operations:carriers")


def _do(
    request: HttpRequest, uid: UUID, deed: Callable[..., None], said: str, *, to: str = ""
) -> HttpResponse:
    carrier = _carrier(request, uid)
    try:
        deed(carrier=carrier, by=request.user, now=timezone.now())
    except Refused as refused:
        return _page(request, carrier, problems=[{"id": "main", "text": refused.words}])
    messages.success(request, said.format(carrier.name))
    return redirect(to) if to else redirect("operations:carrier", uid)


def _carrier(request: HttpRequest, uid: UUID) -> Carrier:
    found = Carrier.objects.visible_to(request.user).select_related("health")
    return get_object_or_404(found, uid=uid)


def _page(
    request: HttpRequest,
    carrier: Carrier,
    *,
    form: CarrierForm | None = None,
    preview: str = "",
    problems: list[dict[str, str]] | None = None,
) -> HttpResponse:
    """The page of one carrier, as it is now or with what was typed into it."""
    now = timezone.now()
    form = form or CarrierForm(KINDS[carrier.kind], carrier=carrier)
    context = {
        "carrier": carrier,
        "card": carrier_cards.card(carrier, now=now),
        "calls": carrier_cards.calls(carrier, now=now),
        "form": form,
        "problems": problems or [],
        "preview": preview,
        "last_test": carrier_tests.last(request.user, carrier, now=now),
        "has_carried": carrier_queries.has_carried(carrier),
        "now": now,
    }
    status = 422 if form.errors or problems else 200
    return render(request, "messaging/operations/carrier.html", context, status=status)
