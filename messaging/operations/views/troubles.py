"""What is wrong now: the page for 3 a.m."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.people.access import permission_required
from messaging.operations.queries import figures
from messaging.operations.queries import troubles as queries
from smsportal.lib.db import database_now


@require_GET
@permission_required("see_troubles")
def troubles(request: HttpRequest) -> HttpResponse:
    """Asked anew for each look at it, so it holds while nobody else keeps watch."""
    now = database_now()
    context = {
        "troubles": queries.now_wrong(request.user, now=now),
        "figures": figures.figures(now),
        "past": queries.history(request.user, now=now),
        "told": settings.ALERT_EMAILS,
        "now": now,
    }
    return render(request, "messaging/operations/troubles.html", context)
