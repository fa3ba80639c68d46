"""Pages of the messaging team about sending itself."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.people.access import permission_required
from messaging.operations import services
from messaging.operations.forms.halting import StopForm
from messaging.operations.queries.halting import queue
from messaging.sending.queries import halt
from smsportal.lib.errors import Refused

TEAM = permission_required("stop_everything")


@require_http_methods(["GET", "POST"])
@TEAM
def stop_everything(request: HttpRequest) -> HttpResponse:
    """What the switch does, before it is pressed; afterwards, the way back."""
    form = StopForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.stop_everything(**form.cleaned_data, by=request.user, now=timezone.now())
        except Refused as refused:
            form.add_error(refused.field or None, refused.words)
        else:
            messages.success(request, "Sending is stopped\nEverybody reads it on every page.")
            return redirect("operations:stop_everything")
    context = {"form": form, "halt": halt(), "queue": queue(), "now": timezone.now()}
    status = 422 if form.errors else 200
    return render(request, "messaging/operations/stop_everything.html", context, status=status)


@require_POST
@TEAM
def start_again(request: HttpRequest) -> HttpResponse:
    if services.start_again(by=request.user, now=timezone.now()):
        messages.success(request, "Sending goes on\nWhat was kept goes now.")
    return redirect("operations:stop_everything")
