"""What finance should look at before a year is locked. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from billing.statements.lines import Line, LineKind
from billing.statements.settling import Account, Standing
from billing.tariffs.money import pounds


@dataclass(frozen=True)
class Thing:
    icon: str
    title: str
    why: str
    department_id: int | None  # None: it is about a price


def things(
    accounts: Sequence[Account], names: Mapping[int, str], *, is_incoming_set: bool, line: str
) -> list[Thing]:
    """names: by department; line: from where on extra is charged, such as "10% and £5.00"."""
    found = [
        thing for account in accounts for thing in _of(account, names[account.department_id], line)
    ]
    came = _count(accounts, LineKind.INCOMING)
    if came and not is_incoming_set:
        found.append(
            Thing(
                "receipt",
                "The price for each inbound text is not set.",
                f"{came:,} inbound text{'' if came == 1 else 's'} counted at £0.00.",
                None,
            )
        )
    return found


def _of(account: Account, name: str, line: str) -> Iterator[Thing]:
    pk = account.department_id
    if account.over_pence > 0:
        of = "" if account.over_percent is None else f", {account.over_percent}% of what it prepaid"
        why = (
            f"Over the line of {line}, so it is charged."
            if account.charge_pence
            else f"Within the line of {line}, so nothing is charged."
        )
        yield Thing("alert", f"{name} is {pounds(account.over_pence)} over{of}.", why, pk)
    codes = list(dict.fromkeys(each.code for each in account.lines))
    if len(codes) > 1:
        shares = ", ".join(f"{pounds(_at(account, code))} to {code}" for code in codes)
        yield Thing(
            "swap", f"{name} was charged to {len(codes)} codes.", f"{shares}. {_ADDS_UP}", pk
        )
    if account.standing == Standing.CANCELLED:
        yield Thing("ban", f"{name} is not renewed.", "It prepays nothing for the next year.", pk)
    if account.standing == Standing.NEW:
        yield Thing(
            "plus",
            f"{name} is new this year.",
            "It prepays the next whole year what it used since it came. Change that if it is "
            "too little.",
            pk,
        )


_ADDS_UP = "They add up to the department."


def _at(account: Account, code: str) -> int:
    return sum(line.pence for line in account.lines if line.code == code)


def _count(accounts: Sequence[Account], kind: str) -> int:
    lines: list[Line] = [line for account in accounts for line in account.lines]
    return sum(line.count for line in lines if line.kind == kind)
