"""Where a request for an account is, and which step may follow which."""

from smsportal.lib.choices import TextChoices


class RequestState(TextChoices):
    RECEIVED = "received", "Received"
    LOOKING = "looking", "Being looked at"
    APPROVED = "approved", "Approved"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Taken back"


OPEN = frozenset({RequestState.RECEIVED, RequestState.LOOKING})

# What a tab of the messaging team's list shows.
TABS = {
    "open": ("To answer", OPEN),
    "approved": ("Approved", frozenset({RequestState.APPROVED})),
    "declined": ("Declined", frozenset({RequestState.DECLINED})),
    "withdrawn": ("Taken back", frozenset({RequestState.WITHDRAWN})),
}
