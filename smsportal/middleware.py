"""What every answer carries, and what every log line may know of its request."""

import ipaddress
import secrets
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from smsportal.lib import request_context

Answer = Callable[[HttpRequest], HttpResponse]

# Nothing inline, nothing from elsewhere: a name with markup in it stays a name.
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        *(f"{kind}-src 'self'" for kind in ("script", "style", "img", "font", "connect")),
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ]
)
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()" for feature in ("camera", "microphone", "geolocation", "payment", "usb")
)
# Read aloud to the Service Desk, so without letters that sound or look like another.
ALPHABET = "23456789BCDFGHJKMNPQRTVWXYZ"


class RequestContext:
    """Names the request, before anything can log. Stands first."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        code = "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(2))
        request_context.begin(request_id=code, ip=client_ip(request))
        response = self.get_response(request)
        response.headers["X-Request-ID"] = code
        return response


class SecurityHeaders:
    """Adds to Django's own headers (nosniff, referrer policy, HSTS, no frames)."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        # The cookie and not request.user: this has to hold when there is no database, too.
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def client_ip(request: HttpRequest) -> str | None:
    """The browser's address. X-Forwarded-For counts only as far as our own proxies wrote it."""
    address = request.META.get("REMOTE_ADDR", "")
    if trusted := settings.TRUSTED_PROXY_COUNT:
        passed_on = request.headers.get("X-Forwarded-For", "").split(",")
        if len(passed_on) >= trusted:
            address = passed_on[-trusted].strip()
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return None
