from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.people.access import permission_required
from messaging.contacts import queries, services
from messaging.contacts.forms import MergeForm
from messaging.contacts.models import Contact
from messaging.contacts.views import page

keeper = permission_required(*services.PERMISSIONS)


@require_GET
@keeper
def duplicates(request: HttpRequest) -> HttpResponse:
    context = {**page.tabs(request), "clusters": queries.same_names(request.user)}
    return render(request, "messaging/contacts/duplicates.html", context)


@require_POST
@keeper
def merge(request: HttpRequest) -> HttpResponse:
    """`keep` is the contact that stays, `pick` all of those that are one person."""
    own = Contact.objects.visible_to(request.user).editable_by(request.user).live()
    form = MergeForm(request.POST)
    if not form.is_valid():
        raise Http404
    keep = get_object_or_404(own, uid=form.cleaned_data["keep"])
    others = own.filter(uid__in=form.picked())
    count = services.merge(keep=keep, others=others, by=request.user, now=timezone.now())
    messages.success(request, f"{count + 1} contacts are now one\n{keep} is in all their groups.")
    return redirect("contacts:duplicates")
