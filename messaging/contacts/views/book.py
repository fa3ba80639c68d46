import uuid
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.people.access import permission_required
from messaging.contacts import errors, queries, services
from messaging.contacts.forms import BulkForm, ContactForm, FilterForm, UndoForm
from messaging.contacts.models import Contact, Group
from messaging.contacts.views import page
from smsportal.lib import downloads
from smsportal.lib.errors import Refused

keeper = permission_required(*services.PERMISSIONS)


@require_GET
@keeper
def list_contacts(request: HttpRequest) -> HttpResponse:
    return _list(request)


def _list(request: HttpRequest, refused: Refused | None = None) -> HttpResponse:
    filters = page.filters(request)
    own = Group.objects.visible_to(request.user).editable_by(request.user).live()
    to = FilterForm({"group": request.GET.get("to", "")}).filters().group
    context = {
        **page.tabs(request),
        **page.rows(request, queries.find(request.user, filters)),
        "filters": filters,
        "groups": Group.objects.visible_to(request.user).live().order_by("name"),
        "own_groups": own.order_by("name"),
        "to": own.filter(uid=to).first() if to else None,
        "undo": page.undo(request),
        "problems": [{"id": refused.field, "text": refused.words}] if refused else [],
    }
    return render(request, "messaging/contacts/list.html", context, status=422 if refused else 200)


@require_http_methods(["GET", "POST"])
@keeper
def add(request: HttpRequest) -> HttpResponse:
    # The address may name a number, as that of somebody who wrote.
    initial = {"number": request.GET.get("number", "")}
    form = ContactForm(request.POST or None, person=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            contact = services.add_contact(**form.cleaned_data, by=request.user, now=timezone.now())
        except Refused as refused:
            form.add_error(refused.field.removeprefix("id_"), refused.words)
        else:
            messages.success(request, f"{contact} has been added")
            return redirect("contacts:list")
    context = {"form": form, "keeps_global": request.user.may("manage_global_contacts")}
    status = 422 if form.errors else 200
    return render(request, "messaging/contacts/edit.html", context, status=status)


@require_http_methods(["GET", "POST"])
@keeper
def edit(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    contact = _own(request, uid)
    form = ContactForm(request.POST or None, person=request.user, contact=contact)
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_contact(
                contact=contact, **form.cleaned_data, by=request.user, now=timezone.now()
            )
        except Refused as refused:
            form.add_error(refused.field.removeprefix("id_"), refused.words)
        else:
            messages.success(request, f"{contact} has been saved")
            return redirect("contacts:list")
    queries.with_opt_outs(contact.department_id, [contact])
    context = {"form": form, "contact": contact, "keeps_global": contact.is_global}
    status = 422 if form.errors else 200
    return render(request, "messaging/contacts/edit.html", context, status=status)


@require_POST
@keeper
def delete(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    contact = _own(request, uid)
    now = timezone.now()
    services.delete_contacts(
        contacts=Contact.objects.visible_to(request.user).filter(pk=contact.pk),
        by=request.user,
        now=now,
    )
    return redirect(f"{reverse('contacts:list')}?{urlencode({'deleted': now.isoformat()})}")


def _own(request: HttpRequest, uid: uuid.UUID) -> Contact:
    own = Contact.objects.visible_to(request.user).editable_by(request.user).live()
    return get_object_or_404(own, uid=uid)


@require_POST
@keeper
def bulk(request: HttpRequest) -> HttpResponse:
    """One deed on the ticked rows, or on all that the list's filters find."""
    form = BulkForm(request.POST)
    if not form.is_valid():
        raise Http404
    try:
        contacts = _chosen(request, form)
        return _DEEDS[form.cleaned_data["do"]](request, form, contacts)
    except Refused as refused:
        return _list(request, refused)


def _chosen(request: HttpRequest, form: BulkForm) -> QuerySet[Contact]:
    if form.cleaned_data["all"]:
        return queries.find(request.user, page.filters(request))
    chosen = Contact.objects.visible_to(request.user).live().filter(uid__in=form.picked())
    if not chosen.exists():
        raise errors.NobodyTicked
    return chosen


def _message(request: HttpRequest, form: BulkForm, contacts: QuerySet[Contact]) -> HttpResponse:
    """On to the MESSAGES page, which takes people from its address."""
    uids = [str(uid) for uid in contacts.values_list("uid", flat=True)[: page.ROWS_A_PAGE + 1]]
    if len(uids) > page.ROWS_A_PAGE:
        raise errors.TooManyToTick(page.ROWS_A_PAGE)
    return redirect(f"{reverse('compose:new')}?{urlencode({'contact': uids}, doseq=True)}")


def _join(request: HttpRequest, form: BulkForm, contacts: QuerySet[Contact]) -> HttpResponse:
    group = _group(request, form)
    count = services.join_group(contacts=contacts, group=group, by=request.user, now=timezone.now())
    messages.success(request, f"{_people(count)} joined {group.name}")
    return redirect("contacts:group", group.uid)


def _leave(request: HttpRequest, form: BulkForm, contacts: QuerySet[Contact]) -> HttpResponse:
    group = _group(request, form)
    count = services.leave_group(
        contacts=contacts, group=group, by=request.user, now=timezone.now()
    )
    messages.success(request, f"{_people(count)} left {group.name}")
    return redirect("contacts:group", group.uid)


def _delete(request: HttpRequest, form: BulkForm, contacts: QuerySet[Contact]) -> HttpResponse:
    now, asked = timezone.now(), contacts.count()
    count = services.delete_contacts(contacts=contacts, by=request.user, now=now)
    if asked > count:
        kept = _people(asked - count)
        messages.warning(request, f"{kept} not deleted\nYour administrator keeps global contacts.")
    return redirect(f"{reverse('contacts:list')}?{urlencode({'deleted': now.isoformat()})}")


_DEEDS = {"message": _message, "join": _join, "leave": _leave, "delete": _delete}


def _group(request: HttpRequest, form: BulkForm) -> Group:
    own = Group.objects.visible_to(request.user).editable_by(request.user).live()
    group = own.filter(uid=form.cleaned_data["to"]).first()
    if group is None:
        raise errors.NoGroupChosen
    return group


def _people(count: int) -> str:
    return f"{count:,} {'person' if count == 1 else 'people'}"


@require_POST
@keeper
def restore(request: HttpRequest) -> HttpResponse:
    form = UndoForm(request.POST)
    if not form.is_valid():
        raise Http404
    back, left = services.restore_contacts(**form.cleaned_data, by=request.user, now=timezone.now())
    words = f"{back:,} {'contact is' if back == 1 else 'contacts are'} back"
    if left:
        words += f"\n{left:,} could not come back: the numbers have been added again."
    messages.success(request, words)
    return redirect("contacts:list")


@require_GET
@keeper
def export(request: HttpRequest, kind: str) -> HttpResponseBase:
    """What the list shows; without a choice of type the own book, so that it imports unchanged."""
    if kind not in downloads.KINDS:
        raise Http404
    filters = page.filters(request)
    contacts = queries.find(request.user, filters)
    if not filters.scope:
        contacts = contacts.editable_by(request.user)
    rows = queries.export_rows(request.user, contacts)
    return downloads.KINDS[kind]("contacts", queries.EXPORT_HEADINGS, rows)
