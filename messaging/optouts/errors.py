"""What cannot be written down about somebody who opted out, and why, in plain words."""

from smsportal.lib.errors import Refused


class OutAlready(Refused):
    def __init__(self, number: str, day: str, *, is_everywhere: bool) -> None:
        of = "everything but emergencies" if is_everywhere else "your department's texts"
        super().__init__(
            f"{number} has been out of {of} since {day}. You need not add it again.",
            field="id_number",
        )


class InAgainAlready(Refused):
    def __init__(self, number: str) -> None:
        super().__init__(f"{number} may be texted already: this opt-out has been lifted.")
