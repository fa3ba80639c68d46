"""What became of mails."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence

from accounts.mail.models import OutgoingMail


def copies(about: Collection[uuid.UUID]) -> dict[uuid.UUID, list[OutgoingMail]]:
    """By what they are copies of, in the order in which they were written; without their words."""
    found: dict[uuid.UUID, list[OutgoingMail]] = defaultdict(list)
    mails = OutgoingMail.objects.filter(about__in=list(about)).defer("body", "html")
    for mail in mails.order_by("pk"):
        if mail.about is not None:
            found[mail.about].append(mail)
    return dict(found)


def in_words(mails: Sequence[OutgoingMail]) -> list[str]:
    """To whom, and whether the mail server took it. Those that went well, or wait, are one line."""
    gone = [mail.to for mail in mails if mail.sent_at]
    waits = [mail.to for mail in mails if mail.is_waiting and not mail.last_error]
    said = [f"Mailed to {', '.join(gone)}"] if gone else []
    said += [f"Being mailed to {', '.join(waits)}"] if waits else []
    for mail in mails:
        if mail.failed_at:
            said.append(f"Could not be mailed to {mail.to}: {mail.last_error}")
        elif mail.is_waiting and mail.last_error:
            said.append(f"Not mailed to {mail.to} yet, and tried again: {mail.last_error}")
    return said
