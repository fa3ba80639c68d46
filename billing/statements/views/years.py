"""A financial year for finance: as it runs, the dry run, the lock, and what changed after it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.people.access import permission_required
from billing.statements import noticing, services
from billing.statements.forms import PrepaidForm
from billing.statements.models import YearEnd
from billing.statements.queries import counted, papers, stored, tables, whose
from billing.statements.queries.years import Year, year_that_begins, years
from billing.statements.settling import Account, by_code, fingerprint, total
from billing.tariffs.money import pounds, to_pence
from billing.tariffs.queries import prices_on
from smsportal.lib import downloads
from smsportal.lib.errors import Refused
from smsportal.lib.walltime import day_of

FINANCE = permission_required(services.FINANCE)


@require_GET
@FINANCE
def home(request: HttpRequest) -> HttpResponse:
    """The year that waits to be locked, the oldest first; without one, the running year."""
    found = years(day_of(timezone.now()))
    waiting = [each for each in found if each.is_over and not each.is_locked]
    return redirect("statements:year", waiting[-1].begins if waiting else found[0].begins)


@require_GET
@FINANCE
def year(request: HttpRequest, begins: int) -> HttpResponse:
    return _page(request, year_or_404(begins))


@require_POST
@FINANCE
def lock(request: HttpRequest, begins: int) -> HttpResponse:
    found, now = year_or_404(begins), timezone.now()
    try:
        year_end = services.lock(
            year=found,
            seen=request.POST.get("seen", ""),
            typed_total=request.POST.get("total", ""),
            is_early="early" in request.POST,
            by=request.user,
            now=now,
        )
    except Refused as refused:
        problem = {"id": refused.field or "main", "text": refused.words}
        return _page(request, found, problems=[problem])
    messages.success(
        request, f"{year_end} is locked\nAdministrators are told of their statement by mail."
    )
    return redirect("statements:year", begins)


@require_GET
@FINANCE
def download(request: HttpRequest, begins: int, what: str, kind: str) -> HttpResponseBase:
    found = year_or_404(begins)
    if what not in tables.TABLES or kind not in downloads.KINDS:
        raise Http404
    header, rows = tables.TABLES[what]
    accounts = _accounts(found)
    name = f"sms-{found.year.label.replace('/', '-')}-{what}"
    return downloads.KINDS[kind](name, header, rows(accounts, _names(found, accounts)))


@require_http_methods(["GET", "POST"])
@FINANCE
def prepaid(request: HttpRequest, begins: int, uid: UUID) -> HttpResponse:
    department = get_object_or_404(whose.departments(request.user), uid=uid)
    found = year_or_404(begins)
    paper = papers.paper(department, found)
    if paper is None:
        raise Http404
    form = PrepaidForm(request.POST or None, initial={"pence": pounds(paper.account.prepaid_pence)})
    if request.method == "POST" and form.is_valid():
        try:
            services.set_prepaid(
                department=department,
                year=found,
                **form.cleaned_data,
                by=request.user,
                now=timezone.now(),
            )
        except Refused as refused:
            form.add_error(None, refused.words)
        else:
            amount = pounds(form.cleaned_data["pence"])
            messages.success(request, f"{department} prepays {amount} for {found.year.words}")
            return redirect("statements:statement", begins, uid)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "paper": paper, "year": found}
    return render(request, "billing/statements/prepaid.html", context, status=status)


def year_or_404(begins: int) -> Year:
    found = year_that_begins(begins, day_of(timezone.now()))
    if found is None:
        raise Http404
    return found


def _accounts(year: Year) -> list[Account]:
    if year.year_end:
        return stored.accounts(year.year_end)
    return counted.accounts(year.year, year.today)


def _names(year: Year, accounts: list[Account]) -> dict[int, str]:
    """As they are; in a locked year as they were."""
    ids = [account.department_id for account in accounts]
    names = dict(whose.named(ids))
    if year.year_end:
        names |= dict(year.year_end.statements.values_list("department_id", "department_name"))
    return names


def _page(
    request: HttpRequest, year: Year, problems: list[dict[str, str]] | None = None
) -> HttpResponse:
    now, accounts = timezone.now(), _accounts(year)
    names = _names(year, accounts)
    context: dict[str, Any] = {
        "year": year,
        "years": years(year.today),
        "rows": _rows(accounts, names),
        "total": total(accounts),
        "codes": by_code(accounts),
        "tables": tables.TABLES,
        "now": now,
        "problems": problems or [],
        "wrong": {problem["id"] for problem in problems or []},
        "typed": request.POST,
        **_beside(year, accounts, names),
    }
    status = 422 if problems else 200
    return render(request, "billing/statements/year.html", context, status=status)


def _rows(accounts: list[Account], names: dict[int, str]) -> list[dict[str, Any]]:
    uids = whose.uids(names)
    return [
        {"account": account, "name": names[pk], "uid": uids[pk]}
        for account in accounts
        for pk in [account.department_id]
    ]


def _beside(year: Year, accounts: list[Account], names: dict[int, str]) -> dict[str, Any]:
    if year.year_end:
        return _after(year, year.year_end, accounts, names)
    return _before(year, accounts, names)


def _before(year: Year, accounts: list[Account], names: dict[int, str]) -> dict[str, Any]:
    """What a dry run says beside the figures."""
    prices = prices_on(year.year.last_on)
    line = f"{prices.over_percent}% and {pounds(to_pence(prices.over_tenths))}"
    things = noticing.things(accounts, names, is_incoming_set=prices.is_incoming_set, line=line)
    uids = whose.uids(names)
    return {
        "things": [
            (thing, uids[thing.department_id] if thing.department_id else None) for thing in things
        ],
        "seen": fingerprint(accounts),
    }


def _after(
    year: Year, year_end: YearEnd, accounts: list[Account], names: dict[int, str]
) -> dict[str, Any]:
    """What became of a locked year: its corrections, and what a recount finds."""
    corrected = stored.corrected(year_end)
    again = counted.accounts(year.year, year.today)
    found = stored.differences(accounts, again, corrected)
    missing = [each.department_id for each in found if each.department_id not in names]
    names = names | dict(whose.named(missing))
    uids = whose.uids(names)
    return {
        "corrections": stored.corrections(year_end),
        "corrected_pence": sum(corrected.values()),
        "differences": [
            {"of": each, "name": names[each.department_id], "uid": uids[each.department_id]}
            for each in found
        ],
    }
