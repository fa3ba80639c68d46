"""How a department may be called, and what a code looks like that it can be charged to."""

import datetime as dt
import re

from accounts.departments import alpha_tags
from smsportal.lib import words
from smsportal.lib.errors import Refused

CODE = re.compile(r"[A-Z0-9][A-Z0-9 ./-]*")
LONGEST_NAME, LONGEST_CODE = 120, 40


def clean_name(text: str, code: str = "") -> str:
    """The name without the cost code, which is shown after it everywhere. Raises Refused."""
    name = " ".join(text.split())
    if code and name.upper().endswith(f" {code}"):
        name = name[: -len(code)].rstrip()
    if not name:
        raise Refused("Give the department a name, such as Department of Physics.", field="name")
    if len(name) > LONGEST_NAME:
        raise Refused(
            f"The name has {len(name)} characters. Shorten it to {LONGEST_NAME}.", field="name"
        )
    return name


def clean_code(text: str) -> str:
    """S17: a department cannot be without the code it is charged to. Raises Refused."""
    code = " ".join(text.upper().split())
    if not code:
        raise Refused(
            "Give the cost code: a department cannot be without the code that it is charged to.",
            field="code",
        )
    if len(code) > LONGEST_CODE:
        raise Refused(
            f"{code} has {len(code)} characters. A cost code has {LONGEST_CODE} at most.",
            field="code",
        )
    if not CODE.fullmatch(code) or not re.search(r"\d", code):
        raise Refused(
            f"{code} does not look like a cost code. It has letters, numbers, spaces, full stops, "
            "slashes or hyphens, and at least one number, such as PH0123 or PHY00207 / 1.04.",
            field="code",
        )
    return code


def clean_tag(tag: str) -> str:
    """S72-S76: the tag as typed. Raises Refused."""
    broken = alpha_tags.check(tag)
    if len(broken) > 1 and tag.strip():
        # The list of rules beside the field says which.
        raise Refused(f"{tag} breaks {len(broken)} rules of Alpha tags.", field="alpha_tag")
    if broken:
        raise Refused(f"{broken[0].words.rstrip('.')}.", field="alpha_tag")
    return tag


def clean_day(code: str, from_on: dt.date | None, today: dt.date) -> dt.date:
    """The day from which `code` is charged. Raises Refused for one that has passed."""
    if from_on is None:
        raise Refused(f"Choose the day from which {code} is charged.", field="code_from")
    if from_on < today:
        raise Refused(
            f"{words.day(from_on)} has passed. Choose today, {words.day(today)}, or a later day: "
            "texts that were sent keep the code they were charged to.",
            field="code_from",
        )
    return from_on
