"""What the sums cost, on one core, beside the least that any Python could pay for the same inputs.

Every text and number is distinct and none is seen twice, so no cache can help. Numbers are made
here and go nowhere.
"""

import random
import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from messaging.text.fields import Body
from messaging.text.segments import measure
from smsportal.lib.phones import normalise

FIRST_NUMBER: Final = 7_400_000_000
_WORDS: Final = re.split(
    " ",
    "the lecture in room has moved to ten o'clock please bring your card and £2.50 for the café"
    " Renée library closes early on Friday reply by noon thank you",
)
_ELEVEN_DIGITS: Final = re.compile(r"[0-9]{11}")


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the bench; rates are a second, on one core."""

    name: str
    count: int
    rate: float
    goal: int | None
    limit: float
    limit_name: str

    def __str__(self) -> str:
        goal = f", goal {self.goal:,}" if self.goal else ""
        limit = f"{self.limit_name} {self.limit:,.0f}/s"
        return f"{self.name}: {self.rate:,.0f}/s ({self.count:,} distinct{goal}; {limit})"


def figures() -> list[Figure]:
    return [measure_gsm_7(), measure_ucs_2(), normalise_mobiles(), render_bodies()]


def measure_gsm_7(count: int = 200_000) -> Figure:
    """Texts of 100 to 160 characters, as people write them; one in ten has an extension one."""
    return _measured("measure, GSM-7", texts(count, *[""] * 9, "€"), 100_000)


def measure_ucs_2(count: int = 200_000) -> Figure:
    return _measured("measure, UCS-2", texts(count, "’", "😀"), 100_000)


def normalise_mobiles(count: int = 500_000) -> Figure:
    """Half as 07400000000; an eighth each with +44 and with +44 and spaces; a quarter spaced."""
    numbers = mobiles(count)
    plain = [f"0{number}" for number in range(FIRST_NUMBER, FIRST_NUMBER + count)]
    return Figure(
        name="normalise",
        count=count,
        rate=_rate(normalise, numbers),
        goal=500_000,
        limit=_rate(_ELEVEN_DIGITS.fullmatch, plain),
        limit_name="a bare regex",
    )


def render_bodies(count: int = 100_000) -> Figure:
    """One body with two fields and a condition, for that many people."""
    body = Body("Dear ((first name)), your lab is in ((room))((veg?? and lunch is vegetarian)).")
    people = [{"First Name": f"Ann{at}", "Room": "L2", "veg": "yes"} for at in range(count)]
    return Figure(
        name="merge fields",
        count=count,
        rate=_rate(body.render, people),
        goal=None,
        limit=_rate(lambda person: "".join(person.values()), people),
        limit_name="joining the values",
    )


def texts(count: int, *endings: str) -> list[str]:
    """Distinct texts of 100 to 160 characters."""
    chance = random.Random(count)
    made = []
    for at in range(count):
        words = " ".join(chance.choices(_WORDS, k=34))
        ending = f"{at}{endings[at % len(endings)]}"
        made.append(words[: chance.randint(100, 160) - len(ending) - 1] + ending)
    return made


def mobiles(count: int) -> list[str]:
    """Distinct UK mobiles from +447400000000 upwards, half of them with spaces or +44."""
    made = []
    for number in range(FIRST_NUMBER, FIRST_NUMBER + count):
        digits = str(number)
        form = number % 8
        if form < 4:
            made.append(f"0{digits}")
        elif form == 4:
            made.append(f"+44{digits}")
        elif form == 5:
            made.append(f"+44 {digits[:4]} {digits[4:]}")
        else:
            made.append(f"0{digits[:4]} {digits[4:]}")
    return made


def _measured(name: str, inputs: Sequence[str], goal: int) -> Figure:
    return Figure(name, len(inputs), _rate(measure, inputs), goal, _rate(len, inputs), "len()")


def _rate(work: Callable[..., object], inputs: Iterable[object]) -> float:
    began = time.perf_counter()
    count = 0
    for each in inputs:
        work(each)
        count += 1
    return count / (time.perf_counter() - began)
