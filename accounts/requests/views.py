"""The public form and its page, and the REQUESTS tab of the messaging team."""

from typing import Any
from uuid import UUID

from allauth.core import ratelimit
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.audit.access import permission_required
from accounts.departments import alpha_tags
from accounts.departments.queries import tag_warnings
from accounts.opening.forms import OTHER, OpeningForm
from accounts.people.details import admin_username, tidy_username
from accounts.people.views.keeping import tell_of_links
from accounts.requests import queries, services
from accounts.requests.forms import APPROVE, AnswerForm, RequestForm
from accounts.requests.models import AccountRequest
from accounts.requests.states import TABS, RequestState
from smsportal.lib.errors import Refused

TEAM = permission_required("manage_departments")
A_PAGE = 50


@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    form = RequestForm(request.POST or None, now=now)
    if request.method == "POST" and form.is_bound:
        if form.is_by_a_program:
            return render(request, "accounts/requests/thanks.html")
        if form.is_valid() and (asked := _ask(request, form)):
            return redirect("requests:state", queries.secret_of(asked))
    return _form_page(request, "accounts/requests/ask.html", form)


def _ask(request: HttpRequest, form: RequestForm) -> AccountRequest | None:
    """None: the form says why not."""
    asked = form.request()
    if not ratelimit.consume(request, action="ask_for_account", key=asked.asker_email.lower()):
        form.add_error(
            None,
            "Too many requests came from here within an hour. Wait a while, then send it again: "
            "what you wrote is still here.",
        )
        return None
    try:
        return services.ask(asked=asked, now=form.now)
    except Refused as refused:
        form.add_error(refused.field or None, refused.words)
        return None


@require_GET
@never_cache
def state(request: HttpRequest, secret: str) -> HttpResponse:
    asked = queries.of_secret(secret)
    now = timezone.now()
    if asked is None or not asked.is_readable(now):
        return render(request, "accounts/requests/gone.html", status=410)
    context = {
        "asked": asked,
        "people": _people(asked.answers),
        "secret": secret,
        "steps": _steps(asked),
        "now": now,
    }
    return render(request, "accounts/requests/state.html", context)


@require_POST
@never_cache
def withdraw(request: HttpRequest, secret: str) -> HttpResponse:
    asked = queries.of_secret(secret)
    if asked is None:
        return render(request, "accounts/requests/gone.html", status=410)
    services.withdraw(request=asked, now=timezone.now())
    return redirect("requests:state", secret)


@require_GET
@TEAM
def requests(request: HttpRequest) -> HttpResponse:
    tab = request.GET.get("show", "")
    tab = tab if tab in TABS else "open"
    counts = queries.counts(request.user)
    page = Paginator(queries.listed(request.user, tab), A_PAGE).get_page(request.GET.get("page"))
    shows = [(key, label, counts[key]) for key, (label, _) in TABS.items()]
    context = {"page": page, "tab": tab, "shows": shows, "now": timezone.now()}
    return render(request, "accounts/requests/list.html", context)


@require_GET
@TEAM
def request_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _page(request, _found(request, uid), AnswerForm(initial={"answer": APPROVE}))


@require_POST
@TEAM
def look(request: HttpRequest, uid: UUID) -> HttpResponse:
    services.look(request=_found(request, uid), by=request.user, now=timezone.now())
    return redirect("requests:request", uid)


@require_POST
@TEAM
def answer(request: HttpRequest, uid: UUID) -> HttpResponse:
    asked, now, form = _found(request, uid), timezone.now(), AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, asked, form)
    if form.cleaned_data["answer"] == APPROVE:
        return _approve(request, asked, OpeningForm(asked.answers, now=now))
    try:
        services.decline(request=asked, words=form.cleaned_data["words"], by=request.user, now=now)
    except Refused as refused:
        form.add_error(refused.field or None, refused.words)
        return _page(request, asked, form)
    messages.success(request, f"{asked.name} has been declined\nWe emailed your words.")
    return redirect("requests:request", uid)


@require_http_methods(["GET", "POST"])
@TEAM
def approve(request: HttpRequest, uid: UUID) -> HttpResponse:
    """As asked, to be changed before it is approved."""
    asked, now = _found(request, uid), timezone.now()
    if request.method == "POST":
        return _approve(request, asked, OpeningForm(request.POST, now=now))
    if not asked.is_open:
        return redirect("requests:request", uid)
    return _form_page(
        request,
        "accounts/requests/approve.html",
        OpeningForm(now=now, initial=asked.answers),
        asked=asked,
    )


def _approve(request: HttpRequest, asked: AccountRequest, form: OpeningForm) -> HttpResponse:
    if form.is_valid():
        try:
            opened = services.approve(request=asked, **form.asked(), by=request.user, now=form.now)
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, refused.words)
        else:
            tell_of_links(request, opened.links, f"{opened.department} has been set up")
            return redirect("people:department_people", opened.department.uid)
    return _form_page(request, "accounts/requests/approve.html", form, asked=asked)


def _found(request: HttpRequest, uid: UUID) -> AccountRequest:
    return get_object_or_404(AccountRequest.objects.visible_to(request.user), uid=uid)


def _people(answers: dict[str, Any]) -> list[tuple[str, str, str, str, str]]:
    """Which account, name, username, email and extension of the two, as they would be made."""
    plain = tidy_username(answers["admin_username"]).removesuffix("admin")
    who = "user" if answers["first_user"] == OTHER else "admin"
    sends = answers["user_username"] if who == "user" else plain
    return [
        (label, answers[f"{of}_name"], name, answers[f"{of}_email"], answers[f"{of}_extension"])
        for label, of, name in (
            ("Administrator", "admin", admin_username(plain)),
            ("First user", who, tidy_username(sends)),
        )
    ]


def _steps(asked: AccountRequest) -> list[Any]:
    return list(asked.steps.order_by("pk"))


def _page(request: HttpRequest, asked: AccountRequest, form: AnswerForm) -> HttpResponse:
    now = timezone.now()
    checked = OpeningForm(asked.answers, now=now)
    found = checked.errors.values() if asked.is_open else []
    hindrances = [words for errors in found for words in errors]
    context = {
        "asked": asked,
        "form": form,
        "hindrances": hindrances,
        "people": _people(asked.answers),
        "warnings": tag_warnings(asked.answers["alpha_tag"]) if asked.is_open else [],
        "alike": queries.alike(asked) if asked.is_open else None,
        "steps": _steps(asked),
        "is_received": asked.state == RequestState.RECEIVED,
        "now": now,
    }
    status = 422 if form.errors else 200
    return render(request, "accounts/requests/request.html", context, status=status)


def _form_page(
    request: HttpRequest, template: str, form: OpeningForm, **context: Any
) -> HttpResponse:
    tag = form["alpha_tag"].value() or ""
    known = {
        "form": form,
        "tag": tag,
        "broken": [problem.rule for problem in alpha_tags.check(tag)],
        "warnings": tag_warnings(tag) if tag and request.user.is_authenticated else [],
        "other": OTHER,
        **context,
    }
    return render(request, template, known, status=422 if form.errors else 200)
