"""Why a message was not accepted, in the person's own terms."""

from smsportal.lib.errors import Refused


class NobodyToText(Refused):
    """The basket has nobody who may be texted."""


class EmptyText(Refused):
    """No words."""


class TooManyParts(Refused):
    """More parts a person than a phone joins up again."""


class MissingValues(Refused):
    """Some people have nothing for a ((field)). fields: {name: how many people}."""

    def __init__(self, words: str, *, fields: dict[str, int]) -> None:
        super().__init__(words, field="message")
        self.fields = fields


class CapReached(Refused):
    """It would go over a cap; the words say what is left and whom to ask."""


class NotNow(Refused):
    """The department is frozen or closed."""


class BadTime(Refused):
    """Past, or a time the clocks skip (suggestion) or show twice (is_twice)."""

    def __init__(self, words: str, *, suggestion: str = "", is_twice: bool = False) -> None:
        super().__init__(words, field="date")
        self.suggestion = suggestion
        self.is_twice = is_twice


class TooLate(Refused):
    """It has begun to go, so it can no longer be undone, changed or cancelled."""


class NoReason(Refused):
    """An emergency must say why it is one."""


class NotLater(Refused):
    """An emergency cannot be scheduled."""
