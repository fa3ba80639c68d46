"""From the words as written to what one person gets."""

from collections.abc import Mapping, Sequence
from typing import Any

from messaging.text.fields import Body, key_of

# The columns of a basket row that `values_of` wants, in order.
ROW_COLUMNS = ("first_name", "last_name", "number", "values")


def values_of(row: Sequence[Any], fill: Mapping[str, Any]) -> dict[str, Any]:
    """What fields can stand for. Answers given once for everyone win over a person's own.

    row: the ROW_COLUMNS of one person.
    """
    first_name, last_name, number, extra = row
    return {
        "name": f"{first_name} {last_name}".strip(),
        "first name": first_name,
        "last name": last_name,
        "mobile": number,
        **(extra or {}),
        **fill,
    }


def is_merged(body: Body, fill: Mapping[str, Any]) -> bool:
    """Words differ from person to person: a field is left that was not answered for everyone."""
    answered = {key_of(name) for name in fill}
    return any(key_of(name) not in answered for name in body.fields)
