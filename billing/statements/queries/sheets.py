"""A department's year on paper, in the words of its page and its PDF."""

import datetime as dt
from collections.abc import Iterator

from django.conf import settings

from billing.statements.lines import RENTS, Line, LineKind
from billing.statements.queries.papers import Paper
from billing.statements.settling import Standing
from billing.statements.sheet import Sheet, SheetLine, Sum, control
from billing.tariffs.money import pounds
from smsportal.lib.walltime import day_of
from smsportal.lib.words import day, money


def sheet_of(paper: Paper) -> Sheet:
    """A draft says so in place of its number."""
    year, statement, account = paper.year, paper.statement, paper.account
    number = statement.number if statement else "Draft"
    made_on = day_of(year.year_end.locked_at) if year.year_end else year.today
    so_far = "" if year.is_over else " so far"
    lines = tuple(_lines(paper))
    return Sheet(
        title=f"Statement {number} for {paper.name}",
        number=number,
        to=tuple(_address(paper)),
        facts=(
            ("Year", f"{_short(year.year.first_on)} to {_short(year.year.last_on)}"),
            ("Made", day(made_on)),
        ),
        lines=lines,
        total=Sum(f"Actual for the year{so_far}", pounds(account.actual_pence)),
        sums=tuple(_sums(paper)),
        notes=tuple(_notes(paper, len(lines))),
        made_on=made_on,
        is_demonstration=settings.DEMO,
    )


def _short(on: dt.date) -> str:
    return f"{on.day} {on:%b %Y}"


def _address(paper: Paper) -> Iterator[str]:
    yield f"{paper.name} {paper.account.code}"
    if paper.admins:
        noun = "administrator" if len(paper.admins) == 1 else "administrators"
        yield f"For {', '.join(paper.admins)}, {noun}"


def _lines(paper: Paper) -> Iterator[SheetLine]:
    for line in paper.lines:
        price, amount = money(line.price_tenths), pounds(line.pence)
        yield SheetLine(line.words, _detail(paper, line), f"{line.count:,}", price, amount)
    if not paper.lines:
        yield SheetLine("Nothing was used", "", "0", "", pounds(0))
    if minimum := paper.account.minimum_pence:
        yield SheetLine("To reach the minimum", "", "", "", pounds(minimum))


def _detail(paper: Paper, line: Line) -> str:
    code = f"{line.code}, " if len(paper.codes) > 1 else ""
    if line.kind == LineKind.INCOMING and not line.price_tenths:
        return f"{code}Price not set"
    return f"{code}{line.months}{_rented(line)}"


def _rented(line: Line) -> str:
    if line.kind not in RENTS:
        return ""
    months = "1 month" if line.count == 1 else f"{line.count:,} months"
    return f", {months} in all" if line.thing_count > 1 else f", {months}"


def _sums(paper: Paper) -> Iterator[Sum]:
    account, year = paper.account, paper.year
    since = "" if account.standing == Standing.NEW else f" on {day(year.year.first_on)}"
    yield Sum(f"Prepaid{since}", pounds(account.prepaid_pence))
    if account.over_pence > 0:
        share = account.over_percent
        of = "" if share is None else f", {share}% of what was prepaid"
        yield Sum(f"Over{of}", pounds(account.over_pence))
    if account.over_pence < 0:
        yield Sum("Not used" if year.is_over else "Left", pounds(-account.over_pence))
    for each in paper.corrections:
        words = f"Correction, {day(each.at)}, {each.code}: {each.reason}"
        yield Sum(words, pounds(each.pence))
    for code, pence in paper.charged_codes:
        deed = "given back" if pence < 0 else "charged"
        yield Sum(f"To be {deed} to {code}", pounds(abs(pence)), is_strong=True)


def _notes(paper: Paper, line_count: int) -> Iterator[str]:
    if not paper.statement:
        # On the paper itself, since a draft that is kept or sent on has no page around it.
        ends = f"The year ends on {day(paper.year.year.last_on)}"
        since = "The year is not locked yet" if paper.year.is_over else ends
        yield f"{since}: these figures may still change."
    yield " ".join(_reasons(paper))
    yield f"{control(line_count)}: {pounds(paper.account.actual_pence)}"
    if year_end := paper.year.year_end:
        yield f"Signed off by {year_end.locked_by_name} on {day(year_end.locked_at)}."


def _reasons(paper: Paper) -> Iterator[str]:
    account, prices, coming = paper.account, paper.prices, paper.year.year.next.words
    percent, least = f"{prices.over_percent}%", money(prices.over_tenths)
    if account.charge_pence:
        yield f"Charged because it is over {percent} and over {least}."
    elif account.is_tolerated:
        yield f"Not charged: it is not over both {percent} and {least}."
    if decided := paper.prepayment:
        yield f"What was prepaid was set on {day(decided.at)}: {decided.reason}."
    yield "A journal moves what is charged; there is nothing to pay by hand."
    yield "Prices are without VAT."
    if account.standing == Standing.CANCELLED:
        yield f"The service is not renewed: nothing is charged for {coming}."
    else:
        what = "Prepaid" if paper.year.is_over else "Estimate"
        yield f"{what} for {coming}: {pounds(account.next_pence)}."
