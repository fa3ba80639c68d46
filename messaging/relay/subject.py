"""The subject line as the text that goes out: decoded, or refused rather than sent broken."""

import re
import unicodedata
from email import policy
from email.errors import MessageError
from typing import Final

from messaging.relay.answers import EMPTY_SUBJECT, UNREADABLE, Unfit

# The newer parser joins a character that was divided between two encoded words; the older raises
# on a charset that nobody knows.
_header = policy.SMTP.header_factory
_STUMBLES: Final = (
    LookupError, UnicodeError, ValueError, TypeError, AttributeError, MessageError,
)  # fmt: skip

_SPACES: Final = re.compile(r"\r\n|[\r\n\t\u2028\u2029]")
_TURNS_THE_LINE: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")  # reads as what it is not
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\ufffd\ud800-\udfff]")
_UNSEEN: Final = re.compile(
    "[\\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f"
    "\u2060-\u2064\u206a-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0]+"
)
_ENCODED_WORD: Final = re.compile(r"=\?[^?\s]+\?[BbQq]\?[^?]*\?=")
_PREFIX: Final = re.compile(
    r"\s*(?:(?:re|fwd?|aw|wg|sv|vs|antw)\s*(?:\[\d+\]|\(\d+\))?\s*:|"
    r"\[(?:external|ext|external email|caution)\]\s*:?|(?:external|caution):)\s*",
    re.IGNORECASE,
)


def text_of(raw: bytes) -> str:
    """The text of a Subject's value as it stood in the mail, folded or not. Raises Unfit."""
    text = _decoded(_unfolded(raw))
    text = _TURNS_THE_LINE.sub("", _SPACES.sub(" ", text))
    if _CONTROL.search(text) or _ENCODED_WORD.search(text):
        raise Unfit(UNREADABLE)
    text = unicodedata.normalize("NFC", text).strip()
    if _UNSEEN.sub("", text) == "":
        raise Unfit(EMPTY_SUBJECT)
    return text


def without_prefixes(text: str) -> str:
    """Without the Re:, Fwd: and [EXTERNAL] that mail programs put before it. Raises Unfit."""
    while found := _PREFIX.match(text):
        text = text[found.end() :]
    if not text:
        raise Unfit(EMPTY_SUBJECT)
    return text


def _unfolded(raw: bytes) -> str:
    joined = raw.replace(b"\r\n", b"")
    try:
        return joined.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        return joined.decode("cp1252")  # what old programs mean by bytes they do not declare
    except UnicodeDecodeError:
        raise Unfit(UNREADABLE) from None


def _decoded(value: str) -> str:
    value = value.strip(" \t")
    if "=?" not in value:
        return value
    # The parser takes a line break for the end; there is none left but in encoded words.
    try:
        return str(_header("Subject", value))
    except _STUMBLES:
        raise Unfit(UNREADABLE) from None
