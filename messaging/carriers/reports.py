"""What a carrier's report can mean for a text, in the engine's words. Each kind has a table from
its own words to these.
"""

from typing import Final

Meaning = tuple[str, str]  # the state and its reason

DELIVERED: Final[Meaning] = ("delivered", "")
ABSENT: Final[Meaning] = ("undelivered", "absent")
DEAD: Final[Meaning] = ("undelivered", "dead")
BLOCKED: Final[Meaning] = ("undelivered", "blocked")
UNDER_WAY: Final[Meaning] = ("", "")  # changes nothing: the text stays "sent"

# As a table says them that people fill in.
BY_NAME: Final = {
    "delivered": DELIVERED,
    "absent": ABSENT,
    "dead": DEAD,
    "blocked": BLOCKED,
    "under way": UNDER_WAY,
}
