"""What happens in conversations. They are their user's own: beyond what is sent, the activity has
no line of them, since the administrator reads it.
"""

from inbound.twoway.services.answering import answer
from inbound.twoway.services.counting import correct
from inbound.twoway.services.digesting import send_digests
from inbound.twoway.services.following import follow
from inbound.twoway.services.hearing import hear
from inbound.twoway.services.keeping import (
    add_note,
    is_something_else,
    mark_done,
    mark_read,
    reopen,
    wants_no_more,
)
from inbound.twoway.services.numbers import change_number
from inbound.twoway.services.saved import add_saved, change_saved, delete_saved

__all__ = [
    "add_note",
    "add_saved",
    "answer",
    "change_number",
    "change_saved",
    "correct",
    "delete_saved",
    "follow",
    "hear",
    "is_something_else",
    "mark_done",
    "mark_read",
    "reopen",
    "send_digests",
    "wants_no_more",
]
