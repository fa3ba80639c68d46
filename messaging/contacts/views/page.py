"""What the pages of the CONTACTS tab share."""

import datetime as dt
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from messaging.contacts import queries
from messaging.contacts.forms import FilterForm, UndoForm
from messaging.contacts.models import Contact, Group
from messaging.senders.models import OptOut

ROWS_A_PAGE = 50
UNDO_FOR = dt.timedelta(hours=24)


def tabs(request: HttpRequest) -> dict[str, int]:
    """The counts that stand beside Contacts, Groups and Opted out."""
    person = request.user
    return {
        "contact_count": Contact.objects.visible_to(person).live().count(),
        "group_count": Group.objects.visible_to(person).live().count(),
        "opt_out_count": OptOut.objects.visible_to(person).in_force().count(),
    }


def rows(request: HttpRequest, contacts: QuerySet[Contact]) -> dict[str, Any]:
    """One page of contacts, with their groups, who opted out and who keeps them."""
    person = request.user
    pages = Paginator(queries.with_groups(person, contacts), ROWS_A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    page.object_list = queries.with_opt_outs(person.department_id, page.object_list)
    return {
        "page": page,
        "keeps_global": person.may("manage_global_contacts"),
        "may_send": person.may("send_texts"),
    }


def filters(request: HttpRequest) -> queries.Filters:
    return FilterForm(request.POST if request.method == "POST" else request.GET).filters()


def undo(request: HttpRequest) -> dict[str, Any] | None:
    """What was just deleted, for the bar that puts it back."""
    form = UndoForm({"deleted_at": request.GET.get("deleted", "")})
    if not form.is_valid() or form.cleaned_data["deleted_at"] < timezone.now() - UNDO_FOR:
        return None
    at = form.cleaned_data["deleted_at"]
    gone = queries.deleted_together(request.user, at)
    count = gone.count()
    return (
        {"at": at, "count": count, "one": gone.first() if count == 1 else None} if count else None
    )
