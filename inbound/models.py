"""Where Django looks for this app's models."""

from inbound.calling.models import WebhookCall
from inbound.keywords.models import Keyword
from inbound.sorting.models import AutoReply, Sorting
from inbound.twoway.models import (
    Answer,
    Conversation,
    DigestLine,
    Note,
    ReplyNumber,
    SavedAnswer,
    StopReading,
)

__all__ = [
    "Answer",
    "AutoReply",
    "Conversation",
    "DigestLine",
    "Keyword",
    "Note",
    "ReplyNumber",
    "SavedAnswer",
    "Sorting",
    "StopReading",
    "WebhookCall",
]
