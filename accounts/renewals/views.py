"""The question itself, for an administrator signed in or with a mailed link, and its answers."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.audit.access import permission_required
from accounts.departments.models import Department
from accounts.people.models import Person
from accounts.people.queries import away_count
from accounts.renewals import calendar, queries, services
from accounts.renewals.models import Answer
from smsportal.lib.errors import Refused

A_PAGE = 50
ANSWERS = frozenset(Answer.values) - {""}


@dataclass(frozen=True)
class Question:
    """Who is asked about which department and year; `is_mailed`: by a link, not signed in."""

    department: Department
    year_begins_on: dt.date
    by: Person
    is_mailed: bool = False


@require_http_methods(["GET", "POST"])
@permission_required("answer_renewal")
def own(request: HttpRequest) -> HttpResponse:
    """An administrator's own department."""
    now = timezone.now()
    year = queries.coming_year(now)
    return _ask(request, Question(request.user.department, year, request.user), now)


@require_http_methods(["GET", "POST"])
@never_cache
def link(request: HttpRequest, token: str) -> HttpResponse:
    """From a mail. Only the button changes anything: programs open links before people do."""
    now = timezone.now()
    found = queries.link_of(token, now)
    if found is None:
        return render(request, "accounts/renewals/over.html", status=410)
    admin = found.admin
    return _ask(request, Question(admin.department, found.year_begins_on, admin, True), now)


@require_http_methods(["GET", "POST"])
@permission_required("manage_departments")
def department(request: HttpRequest, uid: UUID) -> HttpResponse:
    """S42: who writes to the messaging team to cancel is cancelled by it."""
    found, now = (
        get_object_or_404(Department.objects.visible_to(request.user), uid=uid),
        timezone.now(),
    )
    return _ask(request, Question(found, queries.coming_year(now), request.user), now)


def _ask(request: HttpRequest, question: Question, now: dt.datetime) -> HttpResponse:
    problem = ""
    if request.method == "POST":
        problem = _answer(question, request.POST.get("answer", ""), now)
        if not problem:
            messages.success(request, "Your answer has been kept")
            return redirect(request.path)
    context = {
        "layout": "layouts/solo.html" if question.is_mailed else "layouts/app.html",
        "question": question,
        "department": question.department,
        "renewal": queries.renewal_of(question.department, question.year_begins_on),
        "last_day": calendar.last_day(question.year_begins_on),
        "away_count": away_count(question.department, now),
        "is_team": question.by.may("manage_departments"),
        "refused": [{"id": "main", "text": problem}] if problem else [],
        "now": now,
    }
    status = 422 if problem else 200
    return render(request, "accounts/renewals/question.html", context, status=status)


def _answer(question: Question, said: str, now: dt.datetime) -> str:
    """Why it could not be kept, or ""."""
    if said not in ANSWERS:
        return "Choose one of the two."
    try:
        services.answer(
            department=question.department,
            year_begins_on=question.year_begins_on,
            answer=Answer(said),
            by=question.by,
            now=now,
        )
    except Refused as refused:
        return refused.words
    return ""


@require_GET
@permission_required("manage_departments")
def renewals(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    year = queries.coming_year(now)
    show = request.GET.get("show", "")
    found = queries.answers(request.user, year)
    counts = queries.answer_counts(request.user, year)
    if show in queries.ANSWERS:
        found = found.filter(queries.ANSWERS[show])
    labels = {"none": "No answer", "needed": "Still needed", "cancelled": "Cancelled"}
    shows = [("", "All", sum(counts.values()))]
    shows += [(key, label, counts[key]) for key, label in labels.items()]
    context = {
        "page": Paginator(found, A_PAGE).get_page(request.GET.get("page")),
        "show": show if show in labels else "",
        "shows": shows,
        "year_begins_on": year,
        "last_day": calendar.last_day(year),
        "stages": calendar.stages(year),
        "now": now,
    }
    return render(request, "accounts/renewals/list.html", context)
