import uuid
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.people.access import permission_required
from messaging.contacts import queries, services
from messaging.contacts.forms import FilterForm, GroupForm
from messaging.contacts.models import Group
from messaging.contacts.views import page
from smsportal.lib.errors import Refused

keeper = permission_required(*services.PERMISSIONS)


@require_GET
@keeper
def list_groups(request: HttpRequest) -> HttpResponse:
    deleted = FilterForm({"group": request.GET.get("deleted", "")}).filters().group
    own = Group.objects.visible_to(request.user).editable_by(request.user)
    context = {
        **page.tabs(request),
        "groups": queries.groups_of(request.user),
        "keeps_global": request.user.may("manage_global_contacts"),
        "may_send": request.user.may("send_texts"),
        "undo": own.filter(uid=deleted, deleted_at__isnull=False).first() if deleted else None,
    }
    return render(request, "messaging/contacts/groups.html", context)


@require_http_methods(["GET", "POST"])
@keeper
def add_group(request: HttpRequest) -> HttpResponse:
    form = GroupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            group = services.add_group(**form.cleaned_data, by=request.user, now=timezone.now())
        except Refused as refused:
            form.add_error("name", refused.words)
        else:
            messages.success(request, f"{group.name} has been added\nNow choose who is in it.")
            return redirect("contacts:group", group.uid)
    context = {"form": form, "keeps_global": request.user.may("manage_global_contacts")}
    status = 422 if form.errors else 200
    return render(request, "messaging/contacts/group_edit.html", context, status=status)


@require_GET
@keeper
def group(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Who is in it; for its keeper with ways to change that."""
    group = get_object_or_404(Group.objects.visible_to(request.user).live(), uid=uid)
    filters = queries.Filters(words=page.filters(request).words, group=group.uid)
    own = Group.objects.visible_to(request.user).editable_by(request.user)
    context = {
        **page.rows(request, queries.find(request.user, filters)),
        "group": group,
        "filters": filters,
        "is_mine": own.filter(pk=group.pk).exists(),
    }
    return render(request, "messaging/contacts/group.html", context)


@require_http_methods(["GET", "POST"])
@keeper
def rename_group(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    group = _own(request, uid)
    form = GroupForm(request.POST or None, initial={"name": group.name})
    if request.method == "POST" and form.is_valid():
        try:
            services.rename_group(
                group=group, **form.cleaned_data, by=request.user, now=timezone.now()
            )
        except Refused as refused:
            form.add_error("name", refused.words)
        else:
            messages.success(request, f"{group.name} has been saved")
            return redirect("contacts:group", group.uid)
    context = {"form": form, "group": group, "keeps_global": group.is_global}
    status = 422 if form.errors else 200
    return render(request, "messaging/contacts/group_edit.html", context, status=status)


@require_POST
@keeper
def delete_group(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    group = _own(request, uid)
    services.delete_group(group=group, by=request.user, now=timezone.now())
    return redirect(f"{reverse('contacts:groups')}?{urlencode({'deleted': group.uid})}")


@require_POST
@keeper
def restore_group(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    own = Group.objects.visible_to(request.user).editable_by(request.user)
    group = get_object_or_404(own, uid=uid)
    try:
        services.restore_group(group=group, by=request.user, now=timezone.now())
    except Refused as refused:
        messages.error(request, refused.words)
        return redirect("contacts:groups")
    messages.success(request, f"{group.name} is back")
    return redirect("contacts:group", group.uid)


def _own(request: HttpRequest, uid: uuid.UUID) -> Group:
    own = Group.objects.visible_to(request.user).editable_by(request.user).live()
    return get_object_or_404(own, uid=uid)
