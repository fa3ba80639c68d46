"""Writing a message: what its pages ask for."""

from messaging.compose.services.again import again, edit, reopen
from messaging.compose.services.drafts import (
    change_people,
    discard,
    save,
    show_next,
    use_plain_characters,
    use_suggestion,
    use_template,
)
from messaging.compose.services.emergency import confirm, hurry
from messaging.compose.services.send import pattern, ready, reasons, send, test_to_me

__all__ = [
    "again",
    "change_people",
    "confirm",
    "discard",
    "edit",
    "hurry",
    "pattern",
    "ready",
    "reasons",
    "reopen",
    "save",
    "send",
    "show_next",
    "test_to_me",
    "use_plain_characters",
    "use_suggestion",
    "use_template",
]
