"""Whom a mail is for: the part before the @ of an address, as a mobile number."""

import re
from collections.abc import Collection
from typing import Final

from messaging.relay.answers import (
    MALFORMED,
    NOT_A_MOBILE,
    NOT_ALLOWED,
    NOT_ASCII,
    NOT_OURS,
    Unfit,
)
from smsportal.lib.phones import BadNumber, normalise

OPERATOR: Final = "operator"  # in place of a number: the people who run this server
LONGEST_LOCAL_PART: Final = 64
_OF_THE_OPERATOR: Final = {"postmaster", "abuse"}
# Neither what no database keeps: control characters, and bytes that are no UTF-8.
_SOUND: Final = "[^<>\\s\x00-\x1f\x7f\ud800-\udfff]"
_PATH: Final = re.compile(rf"\s*(?:<({_SOUND}*)>|({_SOUND}+))(?:\s+(.*))?", re.DOTALL)
_AUTH_PARAMETER: Final = re.compile(r"(?:^|\s)AUTH=\S+", re.IGNORECASE)
_NOT_OF_AN_ADDRESS: Final = re.compile(r"[\x00-\x20\x7f\"\\(),:;<>\[\]]")
_AS_DIALLED: Final = re.compile(r"\+?[0-9]+")
_NEVER_ALLOWED: Final = {"premium", "pager", "personal", "service", "foreign", "voip", "wifi"}


def path_of(argument: str) -> tuple[str | None, str | None]:
    """The address and the parameters of MAIL FROM: or RCPT TO:. "<>" for the null address, None
    for what is no path. AUTH= (RFC 4954) is for servers that trust each other, and passed over.
    """
    found = _PATH.fullmatch(argument)
    if found is None:
        return None, None
    address = found[1] if found[1] is not None else found[2]
    return address or "<>", _AUTH_PARAMETER.sub("", found[3] or "").strip()


def number_of(address: str, *, domains: Collection[str]) -> str:
    """E.164, or OPERATOR. domains: ours, in lower case. Raises Unfit."""
    if not address.isascii():
        raise Unfit(NOT_ASCII)
    local, at, domain = address.rpartition("@")
    if not at:
        if address.lower() == "postmaster":  # RFC 5321 4.1.1.3: with no domain, too
            return OPERATOR
        raise Unfit(MALFORMED)
    domain = domain.lower().removesuffix(".")
    if not local or not domain or len(local) > LONGEST_LOCAL_PART or local.startswith("@"):
        raise Unfit(MALFORMED)
    # ";ext=1" is of a telephone number, and the rest of its letters are judged as one.
    if _NOT_OF_AN_ADDRESS.search(local.replace(";", "")):
        raise Unfit(MALFORMED)
    if domain not in domains:
        raise Unfit(NOT_OURS)
    if local.lower() in _OF_THE_OPERATOR:
        return OPERATOR
    return _number(local)


def _number(local: str) -> str:
    bare = re.sub(r"[.\-]", "", local)
    if not _AS_DIALLED.fullmatch(bare):
        raise Unfit(NOT_A_MOBILE.about(typed=local))
    try:
        return normalise(bare)
    except BadNumber as bad:
        if bad.reason in _NEVER_ALLOWED:
            raise Unfit(NOT_ALLOWED) from None
        raise Unfit(NOT_A_MOBILE.about(typed=local)) from None
