"""Practice phones and the mail that would have left: only in the demo."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from messaging.carriers.simulator import services as simulator
from smsportal.demo import phones
from smsportal.demo.forms import FaultsForm, FindForm, ReplyForm
from smsportal.lib.errors import Refused

View = Callable[..., HttpResponse]


def in_the_demo(view: View) -> View:
    """Elsewhere there is no such page; and what phones hold is for those who are signed in."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return login_required(view)(request, *args, **kwargs)

    return checked


@require_GET
@in_the_demo
def handsets(request: HttpRequest) -> HttpResponse:
    form = FindForm(request.GET)
    number = form.number() or request.GET.get("number", "")
    nobody = bool(request.GET.get("q")) and not form.number()
    return _page(request, form, number, nobody=nobody)


def _page(
    request: HttpRequest, form: FindForm, number: str, *, problem: str = "", nobody: bool = False
) -> HttpResponse:
    now = timezone.now()
    listed = phones.used(now=now)
    context = {
        "form": form,
        "now": now,
        "handsets": listed,
        "phone": phones.one(number or (listed[0].number if listed else ""), now=now),
        "is_open": bool(number),
        "nobody": nobody,
        "problem": problem,
        "typed": request.POST,
        "short_code": settings.SHORT_CODE,
        "example": f"{settings.SHORT_CODE_PREFIX} HELP hello",
        "digits": phones.DIGITS,
    }
    part = "demo/_phone.html" if request.htmx else "demo/handsets.html"
    return render(request, part, context, status=422 if problem else 200)


@require_POST
@in_the_demo
def reply(request: HttpRequest) -> HttpResponse:
    form = ReplyForm(request.POST)
    number = request.POST.get("number", "")
    if not form.is_valid():
        words = next(iter(form.errors.values()))[0]
        return _page(request, FindForm({}), number, problem=words)
    try:
        simulator.reply(**form.cleaned_data, now=timezone.now())
    except Refused as refusal:
        return _page(request, FindForm({}), number, problem=refusal.words)
    return HttpResponseRedirect(f"{reverse('demo:handsets')}?{urlencode({'number': number})}")


@require_http_methods(["GET", "POST"])
@in_the_demo
def faults(request: HttpRequest) -> HttpResponse:
    """Delays and faults of the practice network, so that trouble can be seen before it comes."""
    carrier = phones.network()
    if carrier is None:
        raise Http404
    form = FaultsForm(request.POST or None, initial=carrier.settings)
    if request.method == "POST" and form.is_valid():
        carrier.settings = {**carrier.settings, **form.values()}
        carrier.save(update_fields=["settings"])
        messages.success(request, "Saved\nThe practice network behaves so within seconds.")
        return HttpResponseRedirect(reverse("demo:faults"))
    status = 422 if form.errors else 200
    return render(request, "demo/faults.html", {"form": form}, status=status)


@require_GET
@in_the_demo
def mail(request: HttpRequest) -> HttpResponse:
    page = Paginator(phones.mail(), 25).get_page(request.GET.get("page"))
    return render(request, "demo/mail.html", {"page": page})
