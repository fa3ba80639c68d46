"""What has a price, in the words of the pages, and how a price is typed and shown. Pure."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from smsportal.lib.amounts import with_point, without_groups
from smsportal.lib.words import fee, money

MOST_TENTHS: Final = 1_000_000  # £1,000
AMOUNT: Final = re.compile(r"(£?)\s*(\d+(?:\.\d+)?|\.\d+)\s*(p?)")


@dataclass(frozen=True)
class Sort:
    """One thing that has a price. key: as in addresses; columns: of Tariff."""

    key: str
    label: str
    noun: str  # within a sentence and on a link: text price
    is_in_pence: bool = False
    columns: tuple[str, ...] = ()

    def shown(self, *values: int | None) -> str:
        """3.5p; £10.00; 10% and £5."""
        if None in values:
            return "Not set"
        *percent, tenths = values
        tenths = tenths or 0
        return f"{percent[0]}% and {fee(tenths)}" if percent else money(tenths)


SORTS: Final = {
    sort.key: sort
    for sort in (
        Sort("text", "A text part to one person", "text price", True, ("part_tenths",)),
        Sort("year", "Least for a year", "least for a year", columns=("minimum_tenths",)),
        Sort("keyword", "Keyword, each month", "keyword price", columns=("keyword_tenths",)),
        Sort(
            "number",
            "Virtual Mobile phone number, each user and month",
            "number price",
            columns=("number_tenths",),
        ),
        Sort("inbound", "Inbound text", "inbound price", True, ("incoming_tenths",)),
        Sort(
            "extra",
            "Charge extra when over by",
            "extra charge",
            columns=("over_percent", "over_tenths"),
        ),
    )
}


def read_amount(typed: str, *, is_in_pence: bool) -> int:
    """Tenths of a penny of "3.8", "3.8p", "£10" or "10.50"; without a sign as is_in_pence says.

    What is paid by the month or year is in whole pence: so its lines never need rounding, however
    a report or a statement gathers them. Raises ValueError, in plain words.
    """
    example = "3.8p" if is_in_pence else "£10.00"
    found = AMOUNT.fullmatch(without_groups(typed).strip())
    if not found or (found[1] and found[3]):
        # £3,8p would still have two signs.
        meant = (
            ""
            if "£" in typed and "p" in typed
            else with_point(typed, places=1 if is_in_pence else 2)
        )
        how = f": write {meant}." if AMOUNT.fullmatch(meant) else f". Write it as {example}."
        raise ValueError(f"{typed.strip()} is not an amount{how}")
    in_pounds = bool(found[1]) or not (found[3] or is_in_pence)
    tenths = Decimal(found[2]) * (1000 if in_pounds else 10)
    if tenths != int(tenths):
        raise ValueError(f"{typed.strip()} is finer than a tenth of a penny. Round it.")
    if tenths % 10 and not is_in_pence:
        raise ValueError(f"{typed.strip()} is not in whole pence. Round it.")
    if tenths > MOST_TENTHS:
        raise ValueError(f"{typed.strip()} is more than {money(MOST_TENTHS)}. Check the amount.")
    return int(tenths)
