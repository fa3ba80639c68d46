"""What the wizard refuses, in words."""

from smsportal.lib.errors import Refused


class NoFile(Refused):
    def __init__(self) -> None:
        super().__init__("Choose a file first.", field="id_file")


class BadFile(Refused):
    def __init__(self, words: str) -> None:
        super().__init__(words, field="id_file")


class NoMobileColumn(Refused):
    def __init__(self) -> None:
        super().__init__("Choose which column holds the mobile numbers.", field="col0")


class ColumnTwice(Refused):
    def __init__(self, words: str, number: int) -> None:
        super().__init__(
            f"Two columns go into {words}. Choose something else for one of them.",
            field=f"col{number}",
        )


class NotGroups(Refused):
    def __init__(self, heading: str, limit: int, number: int) -> None:
        super().__init__(
            f"{heading} has more than {limit} different values, so it is not a list of groups. "
            "Choose something else for it.",
            field=f"col{number}",
        )


class BadGroupName(Refused):
    def __init__(self) -> None:
        super().__init__("A group name cannot have a ; in it.", field="id_everyone")


class NothingToImport(Refused):
    def __init__(self) -> None:
        super().__init__(
            "No row of this file has a number we can text. Correct one, or choose another column "
            "for the mobile numbers.",
            field="main",
        )


class StillWrong(Refused):
    """Corrections that are no numbers either; all of them are kept as typed."""

    def __init__(self, count: int) -> None:
        what = "1 corrected number is" if count == 1 else f"{count} corrected numbers are"
        super().__init__(
            f"{what} still not right. Correct, or empty the box to leave the row out.",
            field="bad-rows",
        )


class OutOfTurn(Refused):
    """Another click or another page was faster."""

    def __init__(self) -> None:
        super().__init__("This import has moved on. Here is where it is now.")


class UndoOver(Refused):
    def __init__(self) -> None:
        super().__init__("An import can be undone for 24 hours. That time is over.")
