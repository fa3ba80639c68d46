"""Somebody asks for a department; the messaging team looks, approves, or declines with words."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.audit import services as audit
from accounts.audit.access import require
from accounts.audit.actors import Actor, System
from accounts.mail import services as mail
from accounts.opening import services as opening
from accounts.opening.services import Opened
from accounts.people.details import Details
from accounts.requests.models import AccountRequest, RequestStep
from accounts.requests.queries import department_called, secret_of
from accounts.requests.states import OPEN, RequestState
from smsportal.lib.errors import Refused

LONGEST_ANSWER = 2000


@dataclass(frozen=True)
class Asked:
    """What stands in a request, tidied. answers: by the names of OpeningForm's fields."""

    name: str
    code: str
    code_kind: str
    asker_name: str
    asker_email: str
    purpose: str
    texts_a_year: int
    wants_replies: bool
    wants_keyword: bool
    answers: Mapping[str, Any]


@transaction.atomic
def ask(*, asked: Asked, now: dt.datetime) -> AccountRequest:
    """Keep a request and mail its secret address. Raises Refused for a name that is taken."""
    if there := department_called(asked.name):
        raise Refused(
            f"{there.name} has the service already: its administrator can add you today. If yours "
            "is another department, give it a name that tells the two apart.",
            field="name",
        )
    request = AccountRequest.objects.create(**vars(asked), asked_at=now)
    asker = _asker(request)
    _step(request, RequestState.RECEIVED, asker, now)
    _write(request, asker, "asked", f"{asked.asker_name} asked for {asked.name} to be opened.", now)
    _mail(request, "request_received", now)
    return request


@transaction.atomic
def look(*, request: AccountRequest, by: Actor, now: dt.datetime) -> None:
    """Somebody of the team has begun. Once it is being looked at, or over, nothing changes."""
    require(by, "manage_departments")
    if _move(request, {RequestState.RECEIVED}, RequestState.LOOKING, by, now):
        _write(request, by, "looked_at", f"Began to look at request {request}.", now)


@transaction.atomic
def approve(
    *,
    request: AccountRequest,
    name: str,
    code: str,
    kind: str,
    alpha_tag: str,
    admin: Details,
    user: Details,
    by: Actor,
    now: dt.datetime,
) -> Opened:
    """The department, its administrator and its user in one go, as asked or as changed since.

    Raises Refused, also when somebody else has answered meanwhile; then nothing is made.
    """
    require(by, "manage_departments")
    opened = opening.open_department(
        name=name, code=code, kind=kind, alpha_tag=alpha_tag, admin=admin, user=user, by=by, now=now
    )
    if not _move(
        request, OPEN, RequestState.APPROVED, by, now, settled_at=now, department=opened.department
    ):
        raise Refused(_over(request))
    _write(request, by, "approved", f"Approved request {request}.", now, opened.department.pk)
    _mail(request, "request_approved", now, department=opened.department, admin=opened.admin)
    return opened


@transaction.atomic
def decline(*, request: AccountRequest, words: str, by: Actor, now: dt.datetime) -> None:
    """Say no, with words that are mailed to whoever asked. Raises Refused."""
    require(by, "manage_departments")
    words = words.strip()
    if not words:
        raise Refused("Say why: it is mailed to whoever asked.", field="words")
    if len(words) > LONGEST_ANSWER:
        raise Refused(
            f"That has {len(words):,} characters. Shorten it to {LONGEST_ANSWER:,}.", field="words"
        )
    if not _move(request, OPEN, RequestState.DECLINED, by, now, settled_at=now, words=words):
        raise Refused(_over(request))
    _write(request, by, "declined", f"Declined request {request}: {words}", now)
    _mail(request, "request_declined", now)


@transaction.atomic
def withdraw(*, request: AccountRequest, now: dt.datetime) -> bool:
    """Whoever asked takes it back, by the secret address. False: it was answered already."""
    asker = _asker(request)
    if not _move(request, OPEN, RequestState.WITHDRAWN, asker, now, settled_at=now):
        return False
    _write(request, asker, "withdrawn", f"{request.asker_name} took back request {request}.", now)
    return True


def _asker(request: AccountRequest) -> System:
    return System(audit_name=request.asker_name, audit_role="not signed in")


def _move(
    request: AccountRequest,
    from_: set[RequestState] | frozenset[RequestState],
    to: RequestState,
    by: Actor,
    now: dt.datetime,
    **facts: Any,
) -> bool:
    """The claim: of two who answer at once, one finds it answered."""
    still = AccountRequest.objects.filter(pk=request.pk, state__in=from_)
    if not still.update(state=to, **facts):
        return False
    request.refresh_from_db()
    _step(request, to, by, now)
    return True


def _step(request: AccountRequest, state: RequestState, by: Actor, now: dt.datetime) -> None:
    RequestStep.objects.create(
        request=request, state=state, at=now, by_name=by.audit_name, is_team=by.pk is not None
    )


def _over(request: AccountRequest) -> str:
    request.refresh_from_db()
    return f"This request is {request.get_state_display().lower()} already."


def _write(
    request: AccountRequest,
    by: Actor,
    deed: str,
    words: str,
    now: dt.datetime,
    department_id: int | None = None,
) -> None:
    audit.record(
        by=by,
        verb=f"requests.{deed}",
        words=words,
        on=request,
        department_id=department_id,
        now=now,
    )


def _mail(request: AccountRequest, name: str, now: dt.datetime, **context: Any) -> None:
    known = {
        "asked": request,
        "link": settings.PORTAL_URL + reverse("requests:state", args=[secret_of(request)]),
        "service_desk": settings.SERVICE_DESK,
        "now": now,
        **context,
    }
    mail.send(
        to=request.asker_email,
        subject=render_to_string(f"emails/{name}_subject.txt", known),
        body=render_to_string(f"emails/{name}_message.txt", known).strip() + "\n",
        html=render_to_string(f"emails/{name}_message.html", known),
        now=now,
    )
