"""What can be refused in a contact book, in words."""

from smsportal.lib.errors import Refused


class NumberTaken(Refused):
    """The book has this number already, under `name`."""

    def __init__(self, number: str, name: str) -> None:
        words = f"{number} is in your contacts already"
        words += f", as {name}. Change that contact instead." if name else ". Search for it."
        super().__init__(words, field="id_number")


class NumberArriving(Refused):
    def __init__(self, number: str) -> None:
        super().__init__(
            f"{number} is in a file that is being imported now. Look again in a minute.",
            field="id_number",
        )


class GroupTaken(Refused):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"You have a group called {name} already. Choose another name.", field="id_name"
        )


class NobodyTicked(Refused):
    def __init__(self) -> None:
        super().__init__("Tick at least one contact first.", field="bulk")


class TooManyToTick(Refused):
    def __init__(self, most: int) -> None:
        super().__init__(
            f"More than {most} people are messaged as a group. Add them to a group first.",
            field="bulk",
        )


class NoGroupChosen(Refused):
    def __init__(self) -> None:
        super().__init__("Choose the group.", field="id_to")
