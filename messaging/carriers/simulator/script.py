"""What each practice number does, by its last digit. No clock, no rows: a table and a sum."""

import re
from dataclasses import dataclass

SCRIPTED = re.compile(r"\+4477009009[0-4](\d)")


@dataclass(frozen=True)
class Script:
    """How a phone behaves. receipt: (state, reason), or None for a network that never says."""

    receipt: tuple[str, str] | None = ("delivered", "")
    arrives: bool = True  # the phone gets the text
    seconds: tuple[float, float] = (1.0, 3.0)  # until it does; the receipt comes then
    at_validity_end: bool = False
    reply: str = ""
    turned_away_count: int = 0  # "not now", so many times
    receipt_first: bool = False  # before the answer, and again later


ORDINARY = Script()
BY_LAST_DIGIT = {
    "0": ORDINARY,
    "1": Script(receipt=("undelivered", "dead"), arrives=False),
    "2": Script(receipt=("undelivered", "absent"), arrives=False, at_validity_end=True),
    "3": Script(reply="YES"),
    "4": Script(reply="STOP"),
    "5": Script(seconds=(30.0, 45.0)),
    "6": Script(receipt=None),
    "7": Script(receipt=("undelivered", "blocked"), arrives=False),
    "8": Script(turned_away_count=2),
    "9": Script(seconds=(0.0, 0.0), receipt_first=True),
}


def script_of(number: str) -> Script:
    match = SCRIPTED.fullmatch(number)
    return BY_LAST_DIGIT[match[1]] if match else ORDINARY


def can_reply_to(sender: str) -> bool:
    """A phone can answer a number, never an alpha tag."""
    return sender.startswith("+") or sender.isdigit()
