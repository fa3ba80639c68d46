"""The one place where money is rounded: a line of a statement, to the penny, half up.

Inside, money is an integer of tenths of a penny and exact. A total is the sum of the rounded lines
above it, so that every statement, export and page adds up to the penny.
"""

from collections.abc import Iterable, Sequence


def to_pence(tenths: int) -> int:
    """A line in whole pence. Half a penny goes up; of a line that takes back, down, so that a
    correction takes back exactly what its line charged.
    """
    pence = (abs(tenths) + 5) // 10
    return -pence if tenths < 0 else pence


def total_pence(lines: Iterable[int]) -> int:
    """Of lines in tenths: each is rounded, then they are added."""
    return sum(to_pence(tenths) for tenths in lines)


def shares(pieces: Sequence[int]) -> list[int]:
    """A line in tenths, cut into pieces: each in whole pence, and all together the line's own
    `to_pence`. So is every run of pieces from the first one, as a line that ended there.
    """
    found, so_far, paid = [], 0, 0
    for piece in pieces:
        so_far += piece
        found.append(to_pence(so_far) - paid)
        paid += found[-1]
    return found


def pounds(pence: int) -> str:
    """As on a statement: £4,504.80, −£19.30."""
    sign, pence = ("−", -pence) if pence < 0 else ("", pence)
    whole, rest = divmod(pence, 100)
    return f"{sign}£{whole:,}.{rest:02}"
