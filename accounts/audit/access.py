"""Permission at the door and again in the service, so that it holds for web, API and mail alike."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from accounts.audit.actors import Actor

View = Callable[..., HttpResponse]


def require(by: Actor, *permissions: str) -> None:
    """Raises PermissionDenied unless `by` has one of them."""
    if not any(by.may(permission) for permission in permissions):
        raise PermissionDenied(f"Your role ({by.audit_role}) does not include this.")


def permission_required(*permissions: str) -> Callable[[View], View]:
    """One of these, or the 403 page; nobody signed in: the sign-in page, then back here."""

    def decorate(view: View) -> View:
        @login_required
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            require(request.user, *permissions)
            return view(request, *args, **kwargs)

        return checked

    return decorate
