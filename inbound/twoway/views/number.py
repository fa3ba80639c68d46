"""Edit Virtual Number: where its texts go, and what is answered by itself."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.people.access import permission_required
from inbound.twoway import services
from inbound.twoway.forms import NumberForm, initial_of_number
from inbound.twoway.models import ReplyNumber
from inbound.twoway.queries.talks import handling_of, numbers_of
from messaging.sending.prices import price_list
from messaging.sending.queries import price_tenths
from smsportal.lib.errors import Refused
from smsportal.lib.walltime import day_of


@require_http_methods(["GET", "POST"])
@permission_required("send_texts")
def edit(request: HttpRequest, uid: UUID | None = None) -> HttpResponse:
    """Without a uid, the first: nearly everybody has one."""
    mine = numbers_of(request.user)
    sender = (mine.filter(uid=uid) if uid else mine).first()
    if sender is None:
        raise Http404
    number = handling_of(sender)
    form = NumberForm(request.POST or None, initial=initial_of_number(number))
    if request.method == "POST" and form.is_valid():
        form.fill_number(number)
        try:
            services.change_number(number=number, by=request.user, now=timezone.now())
        except Refused as refused:
            form.add_error(refused.field.removeprefix("id_") or None, refused.words)
        else:
            messages.success(request, "Your virtual number has been saved")
            return redirect("twoway:list")
    return _page(request, number, form)


def _page(request: HttpRequest, number: ReplyNumber, form: NumberForm) -> HttpResponse:
    today = day_of(timezone.now())
    context = {
        "form": form,
        "number": number,
        "price_tenths": price_tenths(request.user.department_id, today),
        "rent_tenths": price_list().number_tenths(on=today),
    }
    status = 422 if form.errors else 200
    return render(request, "inbound/twoway/number.html", context, status=status)
