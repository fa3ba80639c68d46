"""Merge fields: ((name)) becomes the value; ((name??words)) shows the words if the value says yes.

Names match whatever their case, spaces, underscores and hyphens. A value is put in as it is: what
looks like a field inside a value stays text, so nobody's name can reach another column.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

YES: Final = frozenset({"yes", "y", "true", "t", "1", "include", "show"})

# The words of a condition may end in a bracket of their own: ((veg??no meat (or fish))).
_FIELD: Final = re.compile(
    r"\(\((?P<name>(?:[^()?]|\?(?!\?))+)"
    r"(?:\)\)|\?\?(?P<words>(?:(?!\(\()[\s\S])*?)\)\)(?!\)))"
)
_IGNORED: Final = re.compile(r"[\s_-]+")


class MissingValues(ValueError):
    """A person has no value for some fields; `names` are as the body writes them."""

    def __init__(self, names: list[str]) -> None:
        super().__init__("No value for " + ", ".join(names))
        self.names = names


class _Slot(NamedTuple):
    name: str
    key: str
    words: str | None  # None: the value itself is shown


@lru_cache(maxsize=4096)  # of column names, which are few; values never come here
def key_of(name: str) -> str:
    """The form in which two spellings of one field name are equal; "" for no name at all."""
    return _IGNORED.sub("", name).casefold()


def fields_of(body: str) -> list[str]:
    """Names of the fields of a body, each once, in order, spelt as they are first."""
    return Body(body).fields


class Body:
    """A body read once, to be rendered for many people."""

    __slots__ = ("_literals", "_slots", "fields", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._literals: list[str] = []
        self._slots: list[_Slot] = []
        at = 0
        for found in _FIELD.finditer(text):
            key = key_of(found["name"])
            if key:
                self._literals.append(text[at : found.start()])
                self._slots.append(_Slot(found["name"].strip(), key, found["words"]))
                at = found.end()
        self._literals.append(text[at:])
        self.fields = _names(self._slots)

    def missing(self, values: Mapping[str, object]) -> list[str]:
        """Fields that these values leave empty, as the body writes them.

        The value of a condition may be blank, which is a no, but its column must be there.
        """
        keyed = _by_key(values)
        return _names(slot for slot in self._slots if _is_missing(slot, keyed))

    def render(self, values: Mapping[str, object]) -> str:
        """The text for one person. Raises MissingValues rather than leave a gap."""
        if not self._slots:
            return self.text
        keyed = _by_key(values)
        rendered = [self._literals[0]]
        for slot, literal in zip(self._slots, self._literals[1:], strict=True):
            value = keyed.get(slot.key, "")
            if slot.words is not None:
                if slot.key not in keyed:
                    raise MissingValues(self.missing(values))
                rendered.append(slot.words if value.strip().lower() in YES else "")
            elif not value or value.isspace():
                raise MissingValues(self.missing(values))
            else:
                rendered.append(value)
            rendered.append(literal)
        return "".join(rendered)


def _names(slots: Iterable[_Slot]) -> list[str]:
    names: dict[str, str] = {}
    for slot in slots:
        names.setdefault(slot.key, slot.name)
    return list(names.values())


def _by_key(values: Mapping[str, object]) -> dict[str, str]:
    return {key_of(name): str(value) for name, value in values.items() if value is not None}


def _is_missing(slot: _Slot, keyed: dict[str, str]) -> bool:
    if slot.words is not None:
        return slot.key not in keyed
    return not keyed.get(slot.key, "").strip()
