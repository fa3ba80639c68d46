"""The pages for when something went wrong.

500 and 503 use no database, no session and no context processor: those may be what is broken.
"""

import sys
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from smsportal.appearance import theme
from smsportal.lib import request_context

# What people write by hand, in the order in which a page shows it first.
WORDS_FIELDS = ("words", "message", "text", "body")
NEVER_REPEATED = ("password", "code", "credential", "csrfmiddlewaretoken")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return HttpResponse(_alone(request, "400.html"), status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page was open too long, or cookies are off. Shows the words so that they can be copied.

    It must not offer to send them again: the form may have come from another site.
    """
    page = _alone(request, "403_csrf.html", {"written": _written(request)})
    return HttpResponse(page, status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return unavailable(request)
    is_post = request.method == "POST"
    written = _written(request) if is_post else None
    page = _alone(request, "500.html", {"is_post": is_post, "written": written})
    return HttpResponse(page, status=500)


def unavailable(request: HttpRequest) -> HttpResponse:
    """No database: nothing can have been accepted. Keeps a message that was written."""
    kept = _kept(request) if request.method == "POST" else {}
    page = _alone(request, "503.html", {"is_post": request.method == "POST", **kept})
    return HttpResponse(page, status=503, headers={"Retry-After": "30"})


def _kept(request: HttpRequest) -> dict[str, Any]:
    """What the page needs to post a message again, unless no message was in it."""
    if (written := _written(request)) is None:
        return {}
    name, text = written
    again = [
        (key, value)
        for key, values in request.POST.lists()
        for value in values
        if key != name and not any(word in key for word in NEVER_REPEATED)
    ]
    # Their own token, never a fresh one: a form of another site must fail again.
    token = request.POST.get("csrfmiddlewaretoken", "")
    return {"name": name, "text": text, "again": again, "token": token, "path": request.path}


def _written(request: HttpRequest) -> tuple[str, str] | None:
    return next(
        ((name, request.POST[name]) for name in WORDS_FIELDS if request.POST.get(name)), None
    )


def _alone(request: HttpRequest, template: str, context: dict[str, Any] | None = None) -> str:
    return render_to_string(
        template,
        {
            "theme": theme(request),
            "service_desk": settings.SERVICE_DESK,
            "request_id": request_context.request_id(),
            **(context or {}),
        },
    )
