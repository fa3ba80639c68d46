"""Why an account could not be made, changed or opened: in words for the person who asked."""

from collections.abc import Sequence

from accounts.people.details import Problem
from smsportal.lib.errors import Refused


class DetailsRefused(Refused):
    """`problems` has all of them, each with its field; `words` are the first one's."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems[0].words, field=problems[0].field)
        self.problems = list(problems)


class NotPossible(Refused):
    """The account is not in a state for this: it has gone, or its department is closed."""


class LinkIsOver(Refused):
    """An invitation that was used, replaced or is older than three days."""


class RowsRefused(Refused):
    """A spreadsheet with rows that cannot be accounts; nobody was added."""
