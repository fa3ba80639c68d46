"""Locked years: what was charged, corrected, and has changed since."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet, Sum

from billing.statements.lines import Line
from billing.statements.models import Correction, Statement, StatementLine, YearEnd
from billing.statements.settling import Account


def accounts(year_end: YearEnd) -> list[Account]:
    """As they were locked, by name. Two queries."""
    statements = year_end.statements.order_by("department_name", "department_id")
    return of_statements(list(statements.prefetch_related("lines")))


def of_statements(statements: Sequence[Statement]) -> list[Account]:
    """The same of some statements, whose lines have been fetched."""
    return [_account(statement) for statement in statements]


def _account(statement: Statement) -> Account:
    lines = sorted(statement.lines.all(), key=lambda line: line.place)
    return Account(
        department_id=statement.department_id,
        code_kind=statement.code_kind,
        code=statement.code,
        standing=statement.standing,
        lines=tuple(_line(line) for line in lines),
        prepaid_pence=statement.prepaid_pence,
        charge_pence=statement.charge_pence,
        next_pence=statement.next_pence,
    )


def _line(line: StatementLine) -> Line:
    return Line(
        kind=line.kind,
        code_kind=line.code_kind,
        code=line.code,
        label=line.label,
        thing_count=line.thing_count,
        count=line.count,
        price_tenths=line.price_tenths,
        from_month=line.from_month,
        to_month=line.to_month,
    )


def corrected(year_end: YearEnd) -> dict[int, int]:
    """By department, in pence: the sum of its corrections."""
    found = Correction.objects.filter(statement__year_end=year_end).order_by()
    sums = found.values_list("statement__department_id").annotate(Sum("pence"))
    return dict(sums)


def corrections(year_end: YearEnd) -> QuerySet[Correction]:
    """The newest first, with their statements."""
    found = Correction.objects.filter(statement__year_end=year_end)
    return found.select_related("statement__department").order_by("-pk")


@dataclass(frozen=True)
class Difference:
    """A department whose year, counted again, is not what was locked. None: it is not there."""

    department_id: int
    locked: Account | None
    counted: Account | None
    corrected_pence: int

    @property
    def to_correct_pence(self) -> int:
        """What is left to charge, or to give back, beyond the corrections so far."""
        locked = self.locked.charge_pence if self.locked else 0
        counted = self.counted.charge_pence if self.counted else 0
        return counted - locked - self.corrected_pence


def differences(
    locked: Sequence[Account], counted: Sequence[Account], corrected: dict[int, int]
) -> list[Difference]:
    """In the order in which they are given: none where nothing has changed since the lock."""
    before = {account.department_id: account for account in locked}
    now = {account.department_id: account for account in counted}
    return [
        Difference(pk, before.get(pk), now.get(pk), corrected.get(pk, 0))
        for pk in dict.fromkeys([*before, *now])
        if before.get(pk) != now.get(pk)
    ]
