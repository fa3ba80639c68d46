"""From X to Xadmin and back: the password once a session, then one click."""

from allauth.account.adapter import get_adapter
from allauth.account.utils import perform_login
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.people.forms.passwords import OtherPasswordForm
from accounts.people.models import Person
from accounts.people.services import sessions


@login_required
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
@never_cache
def switch(request: HttpRequest) -> HttpResponse:
    target = request.user.other_account
    if target is None:
        raise Http404
    if request.method == "POST" and sessions.has_proven(request.session, target):
        return _step_across(request, target)
    if request.method == "POST" and "password" not in request.POST:
        return redirect("people:switch")
    form = OtherPasswordForm(request.POST or None, request=request, target=target)
    if form.is_valid():
        _leave(request, target)
        return perform_login(request, target, redirect_url="/")
    return render(
        request,
        "accounts/people/switch.html",
        {"form": form, "target": target},
        status=422 if form.errors else 200,
    )


def _step_across(request: HttpRequest, target: Person) -> HttpResponse:
    _leave(request, target)
    get_adapter().login(request, target)
    sessions.show_in_list(request)
    messages.success(request, f"You are now {target.shown_username}\n{target.audit_role}")
    return redirect("/")


def _leave(request: HttpRequest, target: Person) -> None:
    sessions.leave_for(request.session, request.user, target, timezone.now())
    request.user = AnonymousUser()
