"""CARRIERS > Routes: which carrier takes which texts."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.people.access import permission_required
from messaging.operations.forms.routes import RouteForm, TryForm
from messaging.operations.queries import routes as pages
from messaging.routes import services, words
from messaging.routes.models import Route
from smsportal.lib.errors import Refused

TEAM = permission_required("manage_carriers")
SOON = "Texts that wait take it within seconds."


@require_GET
@TEAM
def routes(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    page = pages.page(request.user, now=now)
    form = TryForm(request.GET if "to" in request.GET else None, senders=page.senders)
    told = None
    if form.is_valid():
        kind, name = form.cleaned_data["sender"]
        told = words.told(page.plan, form.cleaned_data["to"], sender_kind=kind, sender=name)
    hit = page.hit(told)
    context = {
        "page": page,
        "form": form,
        "told": told,
        "hit": hit,
        "title": page.rules[hit - 1].title if hit else "",
        "now": now,
    }
    status = 422 if form.errors else 200
    return render(request, "messaging/operations/routes.html", context, status=status)


@require_http_methods(["GET", "POST"])
@TEAM
def add(request: HttpRequest) -> HttpResponse:
    return _form(request, None)


@require_http_methods(["GET", "POST"])
@TEAM
def edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _form(request, _route(request, uid))


@require_POST
@TEAM
def move(request: HttpRequest, uid: UUID) -> HttpResponse:
    up = request.POST.get("to") != "down"
    services.move(route=_route(request, uid), up=up, by=request.user, now=timezone.now())
    return redirect("operations:carrier_routes")


@require_POST
@TEAM
def remove(request: HttpRequest, uid: UUID) -> HttpResponse:
    services.remove(route=_route(request, uid), by=request.user, now=timezone.now())
    messages.success(request, "The route has been removed\nWhat waits takes another in seconds.")
    return redirect("operations:carrier_routes")


def _route(request: HttpRequest, uid: UUID) -> Route:
    found = Route.objects.visible_to(request.user).select_related("carrier")
    return get_object_or_404(found, uid=uid)


def _form(request: HttpRequest, route: Route | None) -> HttpResponse:
    form = RouteForm(request.POST or None, by=request.user, route=route)
    if request.method == "POST" and form.is_valid():
        try:
            _save(request, form, route)
        except Refused as refused:
            form.add_error(refused.field or None, refused.words)
        else:
            return redirect("operations:carrier_routes")
    status = 422 if form.errors or request.method == "POST" else 200
    context = {"form": form, "route": route}
    return render(request, "messaging/operations/route.html", context, status=status)


def _save(request: HttpRequest, form: RouteForm, route: Route | None) -> None:
    """Raises Refused."""
    wanted, now = form.wanted(), timezone.now()
    if route:
        services.change(route=route, wanted=wanted, by=request.user, now=now)
        messages.success(request, f"The route has been saved\n{SOON}")
    else:
        services.add(wanted=wanted, by=request.user, now=now)
        messages.success(request, f"The route has been added\n{SOON}")
