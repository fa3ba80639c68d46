"""Mail that a person or the portal wants sent. It leaves with the worker, after commit."""

import datetime as dt

from accounts.mail.models import OutgoingMail
from smsportal.lib.bells import enqueue


def send(
    *,
    to: str,
    subject: str,
    body: str,
    html: str = "",
    department_id: int | None = None,
    now: dt.datetime,
) -> OutgoingMail:
    """Put one mail in the outbox; `body` is its plain text, `html` the same words with a look."""
    mail = OutgoingMail.objects.create(
        to=to,
        # A name with a line break in it must not become a header.
        subject=" ".join(subject.split())[:200],
        body=body,
        html=html,
        department_id=department_id,
        created_at=now,
        next_at=now,
    )
    enqueue("accounts.send_mail")
    return mail
