"""A department's year, added up and set against what it prepaid. Pure."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

from billing.statements.lines import RENTS, Line, LineKind
from smsportal.lib.choices import TextChoices


class Standing(TextChoices):
    RENEWED = "renewed", "Renewed"
    NEW = "new", "New this year"
    CANCELLED = "cancelled", "Not renewed"


class IsOver(Protocol):
    """S45, T11: whether a year is over by enough to be charged (see Prices.is_over)."""

    def __call__(self, *, actual_tenths: int, prepaid_tenths: int) -> bool: ...


@dataclass(frozen=True)
class Account:
    """One department's year in pence: a draft of its statement, or the statement as locked."""

    department_id: int
    code_kind: str
    code: str  # its last of the year: what it owes is charged to this one
    standing: str
    lines: tuple[Line, ...]
    prepaid_pence: int
    charge_pence: int  # extra, at the year's end
    next_pence: int  # prepaid for the next year

    def pence_of(self, *kinds: str) -> int:
        return sum(line.pence for line in self.lines if line.kind in kinds)

    @property
    def texts_pence(self) -> int:
        return self.pence_of(LineKind.TEXTS)

    @property
    def inbound_pence(self) -> int:
        """Keywords, numbers and the texts that came in."""
        return self.pence_of(*RENTS, LineKind.INCOMING)

    @property
    def minimum_pence(self) -> int:
        """What was missing to the minimum."""
        return self.pence_of(LineKind.MINIMUM)

    @property
    def actual_pence(self) -> int:
        return sum(line.pence for line in self.lines)

    @property
    def over_pence(self) -> int:
        """Negative: what was prepaid and not used."""
        return self.actual_pence - self.prepaid_pence

    @property
    def is_tolerated(self) -> bool:
        """Over, and too little to be charged."""
        return self.over_pence > 0 and not self.charge_pence

    @property
    def over_percent(self) -> float | None:
        """Of what was prepaid, to one decimal; None where nothing was."""
        if not self.prepaid_pence:
            return None
        return round(self.over_pence * 100 / self.prepaid_pence, 1)


def settle(
    *,
    department_id: int,
    code: tuple[str, str],
    standing: str,
    lines: Sequence[Line],
    least_pence: int,
    year: tuple[dt.date, dt.date],
    prepaid_pence: int,
    is_over: IsOver,
    estimate_pence: int | None = None,
) -> Account:
    """Add the year up. code: kind and code; least_pence: the minimum, 0 for whom there is none;
    year: its first and last month; estimate_pence: None when the year is over, and the next one is
    charged what this one cost.
    """
    used = sum(line.pence for line in lines)
    if used < least_pence:
        missing = (least_pence - used) * 10
        least = Line(LineKind.MINIMUM, *code, "", 1, 1, missing, *year)
        lines = [*lines, least]
    actual = max(used, least_pence)
    over = is_over(actual_tenths=actual * 10, prepaid_tenths=prepaid_pence * 10)
    coming = actual if estimate_pence is None else estimate_pence
    return Account(
        department_id=department_id,
        code_kind=code[0],
        code=code[1],
        standing=standing,
        lines=tuple(lines),
        prepaid_pence=prepaid_pence,
        charge_pence=actual - prepaid_pence if over else 0,
        next_pence=0 if standing == Standing.CANCELLED else coming,
    )


@dataclass(frozen=True)
class Totals:
    """Of several accounts, in pence: the sums of their rounded lines."""

    texts_pence: int
    inbound_pence: int
    minimum_pence: int
    actual_pence: int
    prepaid_pence: int
    over_pence: int
    charge_pence: int
    next_pence: int
    charged_count: int  # departments
    part_count: int


def total(accounts: Sequence[Account]) -> Totals:
    def of(name: str) -> int:
        return sum(getattr(account, name) for account in accounts)

    return Totals(
        **{name: of(name) for name in Totals.__annotations__ if name.endswith("_pence")},
        charged_count=sum(account.charge_pence > 0 for account in accounts),
        part_count=sum(
            line.count
            for account in accounts
            for line in account.lines
            if line.kind == LineKind.TEXTS
        ),
    )


@dataclass(frozen=True)
class CodeTotal:
    """What one code bears, of however many departments."""

    code_kind: str
    code: str
    department_count: int
    actual_pence: int
    charge_pence: int
    next_pence: int


def by_code(accounts: Iterable[Account]) -> list[CodeTotal]:
    """Lines by their own code; extra and the next year by the department's last one."""
    found: dict[tuple[str, str], dict] = {}

    def at(kind: str, code: str) -> dict:
        return found.setdefault((kind, code), {"who": set(), "actual": 0, "charge": 0, "next": 0})

    for account in accounts:
        own = at(account.code_kind, account.code)
        own["who"].add(account.department_id)
        own["charge"] += account.charge_pence
        own["next"] += account.next_pence
        for line in account.lines:
            at(line.code_kind, line.code)["who"].add(account.department_id)
            at(line.code_kind, line.code)["actual"] += line.pence
    return [
        CodeTotal(kind, code, len(sums["who"]), sums["actual"], sums["charge"], sums["next"])
        for (kind, code), sums in sorted(found.items())
    ]


def fingerprint(accounts: Iterable[Account]) -> str:
    """The same for the same figures, whenever and in whatever order they are counted: SHA-256."""
    ordered = sorted(accounts, key=lambda account: account.department_id)
    content = json.dumps([asdict(account) for account in ordered], sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()
