"""How long a session lasts, and who has to set up a second step before anything else."""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.people.roles import ROLES, RoleName
from accounts.people.services.sessions import is_over, touch

Answer = Callable[[HttpRequest], HttpResponse]

# What somebody without the second step may open: setting it up, proving who it is, leaving.
WITHOUT_SECOND_STEP = ("mfa_", "account_reauthenticate", "account_logout", "appearance")


class SessionLimits:
    """Twelve hours from sign-in and two hours of rest, whichever is over first."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = timezone.now()
            if is_over(request.session, now):
                logout(request)
                messages.info(request, "You were signed out after a while. Sign in to go on.")
            else:
                touch(request.session, now)
        return self.get_response(request)


class SecondStepRequired:
    """Leads people whose role needs it to setting up a second step, whatever they ask for."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, arguments: object, options: object
    ) -> HttpResponse | None:
        person = request.user
        if not settings.SECOND_STEP_REQUIRED or not person.is_authenticated:
            return None
        if not ROLES[RoleName(person.role)].needs_second_step:
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name.startswith(WITHOUT_SECOND_STEP) or name == "people:second_step":
            return None
        return None if is_mfa_enabled(person) else redirect("people:second_step")
