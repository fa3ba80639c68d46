"""The words of an automatic reply. Pure."""

import re
from collections.abc import Mapping
from typing import Final

from messaging.text.fields import Body

FIELDS: Final = ("first name", "last name", "name", "number", "keyword")
# Replies are counted with a long name, as templates are.
EXAMPLES: Final = {
    "first name": "Bartholomew",
    "last name": "Adeyemi-Clarke",
    "name": "Bartholomew Adeyemi-Clarke",
    "number": "07700 900123",
    "keyword": "OPENDAY",
}
_TIDY: Final = ((re.compile(r"[ \t]{2,}"), " "), (re.compile(r" +([,.;:!?])"), r"\1"))


def filled(reply: str, values: Mapping[str, str]) -> str:
    """With what is known. A field that is not leaves no gap: nobody is there to be asked."""
    body = Body(reply)
    missing = body.missing(values)
    if not missing:
        return body.render(values)
    text = body.render({**dict.fromkeys(missing, _HOLE), **values_that_say_something(values)})
    text = text.replace(_HOLE, "")
    for pattern, instead in _TIDY:
        text = pattern.sub(instead, text)
    return text.strip()


def values_that_say_something(values: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value.strip()}


def unknown_fields(reply: str) -> list[str]:
    """Fields that no reply can fill, as the text writes them."""
    return Body(reply).missing(dict.fromkeys(FIELDS, "x"))


_HOLE: Final = "\ue000"  # of the private use area: nobody writes it
