"""Who opted out: a department's people see the list, its administrator keeps it; the messaging
team keeps those for everywhere.
"""

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.people.access import permission_required
from messaging.contacts.views import page as contacts
from messaging.optouts import queries, services
from messaging.optouts.forms import AddForm, FilterForm, LiftForm
from messaging.senders.models import OptOut
from smsportal.lib import downloads
from smsportal.lib.errors import Refused
from smsportal.lib.phones import display

ROWS_A_PAGE = 50
reader = permission_required("see_opt_outs", services.KEEP_EVERYWHERE)
keeper = permission_required(services.KEEP, services.KEEP_EVERYWHERE)


@require_GET
@reader
def list_opt_outs(request: HttpRequest) -> HttpResponse:
    person = request.user
    form = FilterForm(request.GET, person=person)
    filters = form.filters()
    pages = Paginator(queries.find(person, filters), ROWS_A_PAGE)
    context = {
        **(contacts.tabs(request) if person.department_id else {}),
        "form": form,
        "filters": filters,
        "page": pages.get_page(request.GET.get("page")),
        "keeps": person.may(services.KEEP),
        "keeps_everywhere": person.may(services.KEEP_EVERYWHERE),
    }
    return render(request, "messaging/optouts/list.html", context)


@require_GET
@reader
def download(request: HttpRequest) -> HttpResponseBase:
    """All that was found, not only this page of it."""
    found = queries.find(request.user, FilterForm(request.GET, person=request.user).filters())
    return downloads.csv_file("opted-out", queries.HEADINGS, queries.export_rows(found))


@require_http_methods(["GET", "POST"])
@keeper
def add(request: HttpRequest) -> HttpResponse:
    form = AddForm(request.POST or None, initial={"number": request.GET.get("number", "")[:80]})
    if request.method == "POST" and form.is_valid():
        try:
            services.add(**form.cleaned_data, by=request.user, now=timezone.now())
        except Refused as refused:
            form.add_error(refused.field.removeprefix("id_"), refused.words)
        else:
            number = display(form.cleaned_data["number"])
            messages.success(request, f"{number} is opted out\nNo message goes there any more.")
            return redirect("optouts:list")
    context = {"form": form, "is_everywhere": request.user.may(services.KEEP_EVERYWHERE)}
    status = 422 if form.errors else 200
    return render(request, "messaging/optouts/add.html", context, status=status)


@require_http_methods(["GET", "POST"])
@keeper
def lift(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    found = OptOut.objects.visible_to(request.user).select_related("department")
    opt_out = get_object_or_404(queries.named(request.user, found), uid=uid)
    services.require_keeper(opt_out=opt_out, by=request.user)
    number = display(opt_out.number)
    form = LiftForm(request.POST or None)
    if opt_out.lifted_at:
        messages.info(request, f"{number} may be texted already: this opt-out has been lifted.")
        return redirect("optouts:list")
    if request.method == "POST" and form.is_valid():
        try:
            services.lift(opt_out=opt_out, **form.cleaned_data, by=request.user, now=timezone.now())
        except Refused as refused:
            messages.info(request, refused.words)
        else:
            messages.success(request, f"{number} may be texted again")
        return redirect("optouts:list")
    context = {"form": form, "opt_out": opt_out, "now": timezone.now()}
    status = 422 if form.errors else 200
    return render(request, "messaging/optouts/lift.html", context, status=status)
