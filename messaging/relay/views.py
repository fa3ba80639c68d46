"""MY PROFILE: how emailed texts go."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.people.access import permission_required
from messaging.relay.forms import WishesForm
from messaging.relay.services import wishes
from messaging.senders.queries import sender_choices
from smsportal.lib.errors import Refused


@require_http_methods(["GET", "POST"])
@permission_required("send_by_email")
def edit(request: HttpRequest) -> HttpResponse:
    form = WishesForm(
        *([request.POST] if request.method == "POST" else []),
        person=request.user,
        senders=sender_choices(request.user),
        minutes=settings.RELAY_ALARM_MINUTES,
    )
    if request.method == "POST" and form.is_valid():
        try:
            wishes.set_wishes(wishes=form.wishes(), by=request.user, now=timezone.now())
        except Refused as refused:
            form.add_error(refused.field or None, refused.words)
        else:
            messages.success(request, "How your emailed texts go has been saved")
            return redirect("people:profile")
    status = 422 if form.errors else 200
    return render(request, "messaging/relay/settings.html", {"form": form}, status=status)
