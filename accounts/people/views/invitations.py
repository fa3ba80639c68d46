"""Choosing the first password from an invitation."""

from allauth.account.utils import perform_login
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.people.errors import LinkIsOver
from accounts.people.forms.passwords import FirstPasswordForm
from accounts.people.services.invitations import accept_invitation, open_invitation


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    now = timezone.now()
    found = open_invitation(token, now)
    if found is None:
        return render(request, "accounts/people/invitation_over.html", status=410)
    form = FirstPasswordForm(request.POST or None, person=found.person)
    if request.method == "POST" and form.is_valid():
        try:
            person = accept_invitation(token=token, password=form.cleaned_data["password"], now=now)
        except LinkIsOver:
            return render(request, "accounts/people/invitation_over.html", status=410)
        # Whoever was signed in here before is not the one who was invited.
        logout(request)
        return perform_login(request, person, redirect_url="/")
    return render(
        request,
        "accounts/people/invitation.html",
        {"form": form, "person": found.person},
        status=422 if form.errors else 200,
    )
