"""MY PROFILE: the own details, password, second step and sessions."""

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.people import queries
from accounts.people.forms.passwords import ChangePasswordForm
from accounts.people.forms.profile import AppPasswordForm, MobileForm
from accounts.people.services.accounts import set_own_mobile
from accounts.people.services.passwords import end_own_sessions
from smsportal.lib import phones


@login_required
@require_safe
@never_cache
def profile(request: HttpRequest) -> HttpResponse:
    return profile_page(request)


@login_required
@require_POST
def mobile(request: HttpRequest) -> HttpResponse:
    form = MobileForm(request.POST)
    if not form.is_valid():
        return profile_page(request, form=form)
    set_own_mobile(person=request.user, number=form.cleaned_data["mobile"], now=timezone.now())
    messages.success(request, "Your mobile has been saved")
    return redirect("people:profile")


@login_required
@require_POST
def end_sessions(request: HttpRequest) -> HttpResponse:
    chosen = request.POST.get("session", "")
    count = end_own_sessions(
        person=request.user,
        keep=request.session.session_key,
        only=int(chosen) if chosen.isdecimal() else None,
        now=timezone.now(),
    )
    there = "There" if chosen else "Everywhere else"
    messages.success(request, f"{there} you are signed out" if count else "Nothing was open there")
    return redirect("people:profile")


@login_required
@require_safe
@never_cache
def second_step(request: HttpRequest) -> HttpResponse:
    """Where people are led whose role needs a second step."""
    if is_mfa_enabled(request.user):
        return redirect("people:profile")
    return render(request, "accounts/people/second_step.html")


def profile_page(
    request: HttpRequest,
    *,
    form: MobileForm | None = None,
    app_form: AppPasswordForm | None = None,
) -> HttpResponse:
    """The page as it is, or with what was typed into one of its forms and is wrong."""
    person = request.user
    mobile = phones.display(person.my_mobile) if person.my_mobile else ""
    context = {
        "form": form or MobileForm(initial={"mobile": mobile}),
        "app_form": app_form or AppPasswordForm(),
        "app_passwords": queries.app_passwords(person) if person.allow_relay else [],
        "makes_app_passwords": "password" in settings.RELAY_PROOFS,
        "relay_domain": settings.RELAY_DOMAINS[0],
        "mail_server": mail_server(),
        "password_form": ChangePasswordForm(user=person),
        "authenticators": queries.second_steps(person),
        "sessions": queries.live_sessions(person),
        "sends_texts": person.may("send_texts"),
        "edits_own_details": person.may("manage_admins"),
        "administrators": queries.administrators_of(person.department),
    }
    is_wrong = any(each and each.errors for each in (form, app_form))
    status = 422 if is_wrong else 200
    return render(request, "accounts/people/profile.html", context, status=status)


def mail_server() -> str:
    """As people type it into a mail program."""
    host, _, port = settings.RELAY_SERVER.partition(":")
    return f"{host}, port {port or '587'}"
