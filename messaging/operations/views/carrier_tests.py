"""A test text by one carrier, and what became of the last ones."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.people.access import permission_required
from messaging.carriers.models import Carrier
from messaging.operations.forms.carrier_tests import CarrierTestForm
from messaging.operations.queries import carrier_tests
from messaging.sending.services.carrier_tests import ask
from smsportal.lib.errors import Refused


@require_http_methods(["GET", "POST"])
@permission_required("manage_carriers")
def test(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The page asks for itself again while the newest test is under way."""
    found = Carrier.objects.visible_to(request.user).select_related("health")
    carrier, now = get_object_or_404(found, uid=uid), timezone.now()
    form = CarrierTestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ask(carrier=carrier, **form.cleaned_data, by=request.user, now=now)
        except Refused as refused:
            form.add_error(refused.field or None, refused.words)
        else:
            return redirect("operations:carrier_test", uid)
    stories = carrier_tests.latest(request.user, carrier, now=now)
    context = {"carrier": carrier, "form": form, "stories": stories, "now": now}
    status = 422 if form.errors else 200
    return render(request, "messaging/operations/carrier_test.html", context, status=status)
