"""Mail that a person or the portal wants sent. It leaves with the worker, after commit."""

import datetime as dt
import uuid
from collections.abc import Sequence

from accounts.mail.models import OutgoingMail
from smsportal.lib.bells import enqueue
from smsportal.lib.db import CHUNK


def send(
    *,
    to: str,
    subject: str,
    body: str,
    html: str = "",
    department_id: int | None = None,
    is_reply: bool = False,
    now: dt.datetime,
) -> OutgoingMail:
    """Put one mail in the outbox; `body` is its plain text, `html` the same words with a look.

    is_reply: it answers mail of a machine or a person, and nothing may answer it.
    """
    mail = letter(
        to=to,
        subject=subject,
        body=body,
        html=html,
        department_id=department_id,
        is_reply=is_reply,
        now=now,
    )
    mail.save()
    enqueue("accounts.send_mail")
    return mail


def send_many(letters: Sequence[OutgoingMail]) -> None:
    """Put many in the outbox, as `letter` makes them."""
    OutgoingMail.objects.bulk_create(letters, batch_size=CHUNK)
    enqueue("accounts.send_mail")


def letter(
    *,
    to: str,
    subject: str,
    body: str,
    html: str = "",
    department_id: int | None = None,
    about: uuid.UUID | None = None,
    is_reply: bool = False,
    now: dt.datetime,
) -> OutgoingMail:
    """One mail, not in the outbox yet. about: of what it is a copy."""
    return OutgoingMail(
        to=to,
        # A name with a line break in it must not become a header.
        subject=" ".join(subject.split())[:200],
        body=body,
        html=html,
        department_id=department_id,
        about=about,
        is_reply=is_reply,
        created_at=now,
        next_at=now,
    )
