"""What finance decides about a year: what is prepaid, that it is locked, what is corrected."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import Final

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.audit.access import require
from accounts.audit.actors import Actor
from accounts.audit.services import record
from accounts.departments.models import Department
from accounts.mail import services as mail
from accounts.people.models import Person
from billing.statements import pounds
from billing.statements.models import Correction, Prepayment, Statement, StatementLine, YearEnd
from billing.statements.queries import counted
from billing.statements.queries.years import Year, waits_for_counting, years
from billing.statements.settling import Account, fingerprint, total
from billing.tariffs.money import pounds as shown
from billing.tariffs.years import FinancialYear
from smsportal.lib.db import CHUNK
from smsportal.lib.errors import Refused
from smsportal.lib.walltime import day_of
from smsportal.lib.words import day

FINANCE: Final = "end_years"


def lock(
    *,
    year: Year,
    seen: str,
    typed_total: str,
    is_early: bool = False,
    by: Actor,
    now: dt.datetime,
) -> YearEnd:
    """Keep the year as it is counted now, for good. seen: the fingerprint of what was looked at;
    typed_total: what is charged, typed to sign; is_early: although late reports may still come.

    Raises Refused.
    """
    require(by, FINANCE)
    _may_be_locked(year, is_early)
    accounts = counted.accounts(year.year, day_of(now))
    charge = total(accounts).charge_pence
    if fingerprint(accounts) != seen:
        raise Refused(
            "The figures have changed since you looked at them. Look at them again, then sign."
        )
    if pounds.read(typed_total) != charge:
        raise Refused(
            f"You typed {typed_total.strip()[:40] or 'nothing'}. The total to charge is "
            f"{shown(charge)}: type it to sign.",
            field="id_total",
        )
    try:
        with transaction.atomic():
            return _write(year.year, accounts, seen, by, now)
    except IntegrityError:
        locked = YearEnd.objects.filter(first_on=year.year.first_on).first()
        if locked is None:
            raise
        raise _already(locked) from None


def _may_be_locked(year: Year, is_early: bool) -> None:
    if year.year_end:
        raise _already(year.year_end)
    if not year.is_over:
        raise Refused(f"The year ends on {day(year.year.last_on)}. It can be locked after that.")
    if not year.is_late_over and not is_early:
        raise Refused(
            f"Reports of the last days may still come until {day(year.late_until_on)}, and change "
            "what is charged. Lock the year after that, or say that you lock it before.",
            field="id_early",
        )
    for before in years(year.today):
        if before.year < year.year and not before.is_locked:
            raise Refused(
                f"Lock {before.year.words} first: what it cost is what {year.year.words} prepaid."
            )
    if waits_for_counting(year.year):
        raise Refused("Some texts of the year are still being counted. Try again in a minute.")


def _already(year_end: YearEnd) -> Refused:
    return Refused(
        f"{year_end} is locked already, by {year_end.locked_by_name} on {day(year_end.locked_at)}."
    )


def _write(
    year: FinancialYear, accounts: Sequence[Account], seen: str, by: Actor, now: dt.datetime
) -> YearEnd:
    charge = total(accounts).charge_pence
    year_end = YearEnd.objects.create(
        first_on=year.first_on,
        last_on=year.last_on,
        locked_at=now,
        locked_by_name=by.audit_name,
        charge_pence=charge,
        fingerprint=seen,
    )
    names = dict(Department.objects.values_list("pk", "name"))
    numbers = _numbers(year, accounts)
    statements = Statement.objects.bulk_create(
        [
            Statement(
                year_end=year_end,
                department_id=account.department_id,
                department_name=names[account.department_id],
                number=numbers[account.department_id],
                code_kind=account.code_kind,
                code=account.code,
                standing=account.standing,
                actual_pence=account.actual_pence,
                prepaid_pence=account.prepaid_pence,
                charge_pence=account.charge_pence,
                next_pence=account.next_pence,
            )
            for account in accounts
        ],
        batch_size=CHUNK,
    )
    StatementLine.objects.bulk_create(
        [
            line
            for statement, account in zip(statements, accounts, strict=True)
            for line in _lines(statement, account)
        ],
        batch_size=CHUNK,
    )
    words = (
        f"Locked {year.words}: {len(statements)} statements, {shown(charge)} charged. "
        f"Fingerprint {seen[:12]}."
    )
    record(by=by, verb="statements.locked", words=words, now=now)
    _tell(statements, year, now)
    return year_end


def _numbers(year: FinancialYear, accounts: Sequence[Account]) -> dict[int, str]:
    """Y26-CR0340; of two departments with one code the second is Y26-CR0340-2."""
    taken: Counter[str] = Counter()
    numbers = {}
    for account in sorted(accounts, key=lambda each: each.department_id):
        number = f"Y{year.last_on:%y}-{account.code}"
        taken[number] += 1
        numbers[account.department_id] = (
            number if taken[number] == 1 else f"{number}-{taken[number]}"
        )
    return numbers


def _lines(statement: Statement, account: Account) -> list[StatementLine]:
    return [
        StatementLine(
            statement=statement,
            place=place,
            kind=line.kind,
            code_kind=line.code_kind,
            code=line.code,
            label=line.label,
            thing_count=line.thing_count,
            count=line.count,
            price_tenths=line.price_tenths,
            from_month=line.from_month,
            to_month=line.to_month,
            pence=line.pence,
        )
        for place, line in enumerate(account.lines)
    ]


def _tell(statements: Sequence[Statement], year: FinancialYear, now: dt.datetime) -> None:
    """Administrators hear of their own statement."""
    by_department = {statement.department_id: statement for statement in statements}
    people = Person.objects.live().having("see_statements").exclude(email="")
    told = people.filter(department__in=by_department, department__closed_at__isnull=True)
    letters = []
    for to, department_id in told.order_by("pk").values_list("email", "department_id"):
        statement = by_department[department_id]
        words = (
            f"The statement of {statement.department_name} for {year.words} is made.\n\n"
            f"Used: {shown(statement.actual_pence)}. Prepaid: {shown(statement.prepaid_pence)}. "
            f"Charged now to {statement.code}: {shown(statement.charge_pence)}.\n"
            f"Prepaid for the next year: {shown(statement.next_pence)}.\n\n"
            f"The statement: {settings.PORTAL_URL}/statements/\n"
        )
        letters.append(
            mail.letter(
                to=to,
                subject=f"Your SMS statement for {year.words}",
                body=words,
                department_id=department_id,
                now=now,
            )
        )
    mail.send_many(letters)


@transaction.atomic
def set_prepaid(
    *, department: Department, year: Year, pence: int, reason: str, by: Actor, now: dt.datetime
) -> Prepayment:
    """What a department prepays for a year, in place of what the year before says. Raises Refused
    when the year is locked.
    """
    require(by, FINANCE)
    if year.year_end:
        raise _already(year.year_end)
    words = f"{department} prepays {shown(pence)} for {year.year.words}: {reason}."
    record(
        by=by,
        verb="statements.prepaid_set",
        words=words,
        on=department,
        department_id=department.pk,
        now=now,
    )
    return Prepayment.objects.create(
        department=department,
        year_begins_on=year.year.first_on,
        pence=pence,
        reason=reason,
        at=now,
        by_name=by.audit_name,
    )


@transaction.atomic
def correct(
    *,
    statement: Statement,
    code: tuple[str, str],
    pence: int,
    reason: str,
    by: Actor,
    now: dt.datetime,
) -> Correction:
    """Add a line to a locked statement: charged when positive, given back when negative. code: kind
    and code that it goes to.
    """
    require(by, FINANCE)
    deed = "Charged" if pence > 0 else "Gave back"
    words = f"{deed} {shown(abs(pence))} on statement {statement}, {code[1]}: {reason}."
    record(
        by=by,
        verb="statements.corrected",
        words=words,
        on=statement,
        department_id=statement.department_id,
        now=now,
    )
    return Correction.objects.create(
        statement=statement,
        code_kind=code[0],
        code=code[1],
        pence=pence,
        reason=reason,
        at=now,
        by_name=by.audit_name,
    )
