"""The inbox: the list, and beside it one conversation. Both look again by themselves."""

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from inbound.twoway import services
from inbound.twoway.forms import FindForm
from inbound.twoway.models import Conversation, SavedAnswer
from inbound.twoway.queries import talks, thread
from messaging.contacts.models import Contact, Group
from messaging.sending.queries import price_tenths
from messaging.text.segments import measure
from smsportal.lib.errors import Refused
from smsportal.lib.walltime import day_of

A_PAGE: Final = 25
QUICK, SLOW = 2, 10  # seconds between two looks
QUIET_AFTER: Final = dt.timedelta(minutes=5)


@dataclass(frozen=True)
class Typed:
    """What was typed into one of the boxes, and why it could not be taken."""

    reply: str = ""
    note: str = ""
    key: uuid.UUID = field(default_factory=uuid.uuid4)
    problem: Refused | None = None


def page(
    request: HttpRequest,
    talk: Conversation | None = None,
    *,
    now: dt.datetime,
    typed: Typed | None = None,
) -> HttpResponse:
    typed = typed or Typed()
    pieces = _pieces(request, talk, now)
    if request.htmx:
        return _live(request, pieces, now)
    context = {
        **pieces,
        **_looks(now),
        "senders": talks.numbers_of(request.user),
        "has_or_had": talks.has_or_had_a_number(request.user),
    }
    if talk is not None:
        context |= _boxes(request, talk, pieces["contact"], typed, now)
    status = 422 if typed.problem else 200
    return render(request, "inbound/twoway/inbox.html", context, status=status)


def _pieces(request: HttpRequest, talk: Conversation | None, now: dt.datetime) -> dict[str, Any]:
    """What is looked at again: the list and the texts, and a mark by which a change is seen."""
    me, form = request.user, FindForm(request.GET)
    form.is_valid()  # what makes no sense narrows nothing
    asked = form.cleaned_data
    find, done = asked.get("q", "").strip(), asked.get("show") == "done"
    lines, fresh = None, 0
    if talk is not None:
        most = thread.MOST if "all" in request.GET else thread.SHOWN
        lines = thread.thread(talk, me, most=most, now=now)
        # Before the list is asked for, so that it says so.
        fresh = services.mark_read(talk=talk, by=me, now=now)
    found = Paginator(talks.find(me, words=find, done=done), A_PAGE)
    shown = found.get_page(request.GET.get("page"))
    listed = list(shown.object_list)
    numbers = [each.number for each in ([*listed, talk] if talk else listed)]
    named = talks.contacts(me, numbers)
    context = {
        "listed": talks.listed(listed, me, now=now, named=named),
        "page": shown,
        "talk": talk,
        "thread": lines,
        "opted_out": talk is not None and thread.has_opted_out(talk),
        "find": find,
        "done": done,
        "done_count": talks.done_count(me),
        "query": _query(request),
    }
    list_html = render_to_string("inbound/twoway/_conversations.html", context, request)
    thread_html = render_to_string("inbound/twoway/_thread.html", context, request) if talk else ""
    return {
        **context,
        "contact": named.get(talk.number) if talk else None,
        "fresh": fresh,
        "unread": talks.unread_count(me),
        "list_html": list_html,
        "thread_html": thread_html,
        "mark": hashlib.sha256(f"{list_html}\0{thread_html}".encode()).hexdigest()[:16],
    }


def _query(request: HttpRequest) -> str:
    """What the list is narrowed to, for the links in it."""
    kept = request.GET.copy()
    for name in set(kept) - {"q", "show", "page"}:
        del kept[name]
    return f"?{kept.urlencode()}" if kept else ""


def _live(request: HttpRequest, pieces: Mapping[str, Any], now: dt.datetime) -> HttpResponse:
    """What has changed since; nothing where nothing has. After some quiet it looks less often."""
    has_changed = request.headers.get("X-Seen") != pieces["mark"]
    looks = _looks(now)
    if not has_changed:
        since = _moment(request.headers.get("X-Since", ""), now)
        is_quiet = now - since > QUIET_AFTER
        if not is_quiet or request.headers.get("X-Seconds") == str(SLOW):
            return HttpResponse(status=204)
        looks = {"since": since, "seconds": SLOW}
    context = {**pieces, **looks, "has_changed": has_changed, "is_live": True}
    return render(request, "inbound/twoway/_live.html", context)


def _looks(now: dt.datetime) -> dict[str, Any]:
    return {"since": now, "seconds": QUICK}


def _moment(stamp: str, now: dt.datetime) -> dt.datetime:
    try:
        since = dt.datetime.fromisoformat(stamp)
    except ValueError:
        return now
    return since if since.tzinfo else now


def _boxes(
    request: HttpRequest,
    talk: Conversation,
    contact: Contact | None,
    typed: Typed,
    now: dt.datetime,
) -> dict[str, Any]:
    """What stands round the texts: who it is, and the boxes for a reply and for a note."""
    me, problem = request.user, typed.problem
    visible = Group.objects.visible_to(me).live()
    groups = visible.filter(contacts=contact).order_by("name") if contact else []
    is_mine = contact is not None and contact.owner_id == me.pk
    values = {"first name": contact.first_name, "last name": contact.last_name} if contact else {}
    measured, price = measure(typed.reply), price_tenths(talk.department_id, day_of(now))
    return {
        "groups": [group.name for group in groups],
        "contact_is_mine": is_mine,
        "saved": SavedAnswer.objects.visible_to(me).order_by("name"),
        "typed": typed,
        "problems": [{"id": problem.field or "reply", "text": problem.words}] if problem else [],
        "measure": measured,
        "price_tenths": price,
        "cost_tenths": measured.parts * price,
        "values_json": json.dumps(values),
        "can_be_answered": talk.is_with_a_phone and talk.sender.released_at is None,
    }
