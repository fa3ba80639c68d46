"""Doors for carriers, who have no session: what they tell us is proven, kept and answered. What it
says is read afterwards by the carrier's sender.
"""

import logging
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from messaging.carriers.calls import hearing
from messaging.carriers.calls.heard import About, Heard, NotProven
from messaging.carriers.registry import Unusable, listener_for

log = logging.getLogger(__name__)
LATER = {"Retry-After": "30"}


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _hear(request, uid, About.REPORT)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def text(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _hear(request, uid, About.TEXT)


def _hear(request: HttpRequest, uid: UUID, about: About) -> HttpResponse:
    if int(request.META.get("CONTENT_LENGTH") or 0) > hearing.LONGEST:
        return _said("That is more than a report or a text can be.", 413)
    try:
        return _keep(_heard(request, about), uid, request.method or "")
    except (OperationalError, InterfaceError):
        log.warning("a call of carrier %s could not be kept: the database is away", uid)
    except Unusable as why:
        log.error("a call of carrier %s could not be proven: %s", uid, why)
    return _said("Not kept. Say it again in a moment.", 503, **LATER)


def _keep(heard: Heard, uid: UUID, method: str) -> HttpResponse:
    carrier = hearing.carrier_called(uid)
    listener = listener_for(carrier) if carrier else None
    if carrier is None or listener is None:
        raise Http404
    if method not in listener.methods:
        return HttpResponseNotAllowed(sorted(listener.methods))
    try:
        hearing.keep(carrier, listener, heard, now=timezone.now())
    except NotProven as why:
        log.warning("a call in the name of %s was refused: %s", carrier, why)
        if why.wants_a_name:
            asks = {"WWW-Authenticate": 'Basic realm="carrier"'}
            return _said("Say who you are.", 401, **asks)
        return _said("Refused.", 403)
    return HttpResponse(listener.answer, content_type=listener.answer_type)


def _heard(request: HttpRequest, about: About) -> Heard:
    """The address is the one that people and carriers know, whatever a proxy makes of it."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Heard(about, f"{settings.PORTAL_URL}{request.get_full_path()}", headers, request.body)


def _said(words: str, status: int, **headers: str) -> HttpResponse:
    return HttpResponse(words, status=status, content_type="text/plain", headers=headers)
