"""One department's year on paper: a statement as it was locked, or a draft of it."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Sum

from accounts.departments.models import Department
from accounts.people.models import Person
from billing.statements.lines import LineKind
from billing.statements.models import Correction, Prepayment, Statement
from billing.statements.queries import counted, prepaid, stored
from billing.statements.queries.years import Year
from billing.statements.settling import Account
from billing.tariffs.queries import Prices, price_book


@dataclass(frozen=True)
class Paper:
    """All that stands on a statement. statement: None for a draft."""

    department: Department
    year: Year
    account: Account
    statement: Statement | None
    corrections: list[Correction]
    prepayment: Prepayment | None  # where finance decided what was prepaid
    admins: list[str]
    prices: Prices  # of the year's last day: where the line to what is charged lies

    @property
    def name(self) -> str:
        return self.statement.department_name if self.statement else self.department.name

    @property
    def lines(self) -> list:
        """What was used; the minimum is a line of its own."""
        return [line for line in self.account.lines if line.kind != LineKind.MINIMUM]

    @property
    def codes(self) -> list[tuple[str, str]]:
        """Kinds and codes of its lines, the last one first."""
        own = (self.account.code_kind, self.account.code)
        return list(dict.fromkeys([own, *((each.code_kind, each.code) for each in self.lines)]))

    @property
    def corrected_pence(self) -> int:
        return sum(correction.pence for correction in self.corrections)

    @property
    def charged_pence(self) -> int:
        """With the corrections. Negative: more is given back than was charged."""
        return self.account.charge_pence + self.corrected_pence

    @property
    def charged_codes(self) -> list[tuple[str, int]]:
        """Codes and what each is charged in pence: the extra goes to the last one, a correction to
        the one that finance chose. The last one first.
        """
        own = (self.account.code_kind, self.account.code)
        pence = {own: self.account.charge_pence}
        for each in self.corrections:
            code = (each.code_kind, each.code)
            pence[code] = pence.get(code, 0) + each.pence
        return [(code, sum_) for (_, code), sum_ in pence.items()]


def paper(department: Department, year: Year) -> Paper | None:
    """None where the department has no statement of that year."""
    statement = _locked(department, year)
    if statement:
        [account] = stored.of_statements([statement])
    elif year.is_locked:
        return None
    else:
        found = counted.accounts(year.year, year.today, [department.pk])
        if not found:
            return None
        [account] = found
    people = Person.objects.live().having("see_statements").filter(department=department)
    return Paper(
        department=department,
        year=year,
        account=account,
        statement=statement,
        corrections=list(statement.corrections.order_by("pk")) if statement else [],
        prepayment=prepaid.decided(year.year).get(department.pk),
        admins=list(people.order_by("name").values_list("name", flat=True)),
        prices=price_book().on(year.year.last_on),
    )


def _locked(department: Department, year: Year) -> Statement | None:
    of_year = Statement.objects.of_year(year.year.first_on).filter(department=department)
    return of_year.prefetch_related("lines").first()


@dataclass(frozen=True)
class Listed:
    """A locked statement in a list."""

    statement: Statement
    corrected_pence: int
    first_on: dt.date
    last_on: dt.date

    @property
    def charged_pence(self) -> int:
        return self.statement.charge_pence + self.corrected_pence


def listed(statements: list[Statement]) -> list[Listed]:
    """Of statements with their year_end. One query."""
    found = Correction.objects.filter(statement__in=statements).order_by()
    sums = dict(found.values_list("statement_id").annotate(Sum("pence")))
    return [
        Listed(each, sums.get(each.pk, 0), each.year_end.first_on, each.year_end.last_on)
        for each in statements
    ]
