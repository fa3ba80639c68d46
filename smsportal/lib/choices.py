"""Django's choices as mypy can read them. Django ships no types: a member would be a tuple."""

from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:

    class TextChoices(StrEnum):
        label: str
        values: ClassVar[list[str]]
        choices: ClassVar[list[tuple[str, str]]]

    class IntegerChoices(IntEnum):
        label: str
        values: ClassVar[list[int]]
        choices: ClassVar[list[tuple[int, str]]]

else:
    from django.db.models import IntegerChoices, TextChoices

__all__ = ["IntegerChoices", "TextChoices"]
