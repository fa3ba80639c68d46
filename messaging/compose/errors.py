"""Why a message could not be taken as it is, in the person's own terms."""

from smsportal.lib.errors import Refused


class Unready(Refused):
    """Several things at once; `refusals` are all of them, in the order of the page."""

    def __init__(self, refusals: list[Refused]) -> None:
        super().__init__(refusals[0].words, field=refusals[0].field)
        self.refusals = refusals


class Unconfirmed(Refused):
    """An emergency whose last step is not done; `refusals` say what is missing of it."""

    def __init__(self, refusals: list[Refused]) -> None:
        super().__init__(refusals[0].words, field=refusals[0].field)
        self.refusals = refusals


class AlreadySent(Refused):
    """The draft has become a message: nothing of it can change."""

    def __init__(self) -> None:
        super().__init__("This message has been sent already.")


class NoMobile(Refused):
    """Nobody knows where to send the test."""

    def __init__(self) -> None:
        super().__init__(
            "Give your mobile number in My profile first. Then we can text you a test.",
            field="message",
        )
