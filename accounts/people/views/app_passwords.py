"""MY PROFILE: app passwords, made and revoked."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.audit.access import permission_required
from accounts.people import services
from accounts.people.errors import NotPossible
from accounts.people.forms.profile import AppPasswordForm
from accounts.people.models import AppPassword
from accounts.people.views.profile import mail_server, profile_page


@require_POST
@permission_required("send_by_email")
@never_cache
def make(request: HttpRequest) -> HttpResponse:
    """Answers with the secret itself: nothing keeps it, so no other page could show it."""
    if "password" not in settings.RELAY_PROOFS:
        raise Http404
    form = AppPasswordForm(request.POST)
    form.full_clean()
    try:
        made, secret = services.make_app_password(
            name=form.cleaned_data["name"], by=request.user, now=timezone.now()
        )
    except NotPossible as refused:
        form.add_error(refused.field or None, refused.words)
        return profile_page(request, app_form=form)
    context = {
        "app_password": made,
        "secret": secret,
        "mail_server": mail_server(),
        "server": settings.RELAY_SERVER,
        "relay_domain": settings.RELAY_DOMAINS[0],
    }
    return render(request, "accounts/people/app_password.html", context)


@require_POST
@permission_required("send_texts")
def revoke(request: HttpRequest, uid: UUID) -> HttpResponse:
    app_password = get_object_or_404(AppPassword.objects.visible_to(request.user), uid=uid)
    services.revoke_app_password(app_password=app_password, by=request.user, now=timezone.now())
    messages.success(request, f"{app_password} can no longer send")
    return redirect("people:profile")
