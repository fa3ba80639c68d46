"""The worker's side of the outbox: claim, send outside any transaction, settle.

A mail may leave twice when the worker dies between sending and settling: it keeps its Message-ID,
so that mail programs show it once. It is never lost.
"""

import datetime as dt
import logging
import smtplib
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend
from django.db import transaction
from django.db.models import Q

from accounts.mail.models import OutgoingMail
from smsportal.lib import db

log = logging.getLogger(__name__)

LEASE = dt.timedelta(minutes=5)  # many times what one mail can take, see EMAIL_TIMEOUT
MOST_ATTEMPTS = 8
FIRST_PAUSE = dt.timedelta(minutes=1)  # doubled after each attempt: the last is after two hours
SERVER_PAUSE = dt.timedelta(seconds=30)
MOST_IN_A_RUN = 200


@dataclass(frozen=True)
class Outcome:
    """error: empty when the server took it. is_final: no use in trying again."""

    error: str = ""
    is_final: bool = False
    is_server_down: bool = False


def send_due() -> int:
    """Send what is due, one by one over one connection; answer how many the server took."""
    sent_count = 0
    connection = get_connection(timeout=settings.EMAIL_TIMEOUT)
    try:
        for _ in range(MOST_IN_A_RUN):
            mail = _claim()
            if mail is None:
                break
            outcome = _send(mail, connection)
            _settle(mail, outcome)
            sent_count += not outcome.error
            if outcome.is_server_down:
                _let_the_server_rest()
                break
    finally:
        _close(connection)
    return sent_count


def _waiting(now: dt.datetime) -> Q:
    return Q(sent_at__isnull=True, failed_at__isnull=True, next_at__lte=now)


def _claim() -> OutgoingMail | None:
    now = db.database_now()
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    wanted = OutgoingMail.objects.filter(_waiting(now), free).order_by("next_at", "pk")
    with transaction.atomic():  # PostgreSQL locks rows within a transaction only
        claimed = db.claim(wanted, 1, lease_until=now + LEASE)
    return OutgoingMail.objects.get(pk=claimed[0]) if claimed else None


def _send(mail: OutgoingMail, connection: BaseEmailBackend) -> Outcome:
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.body,
        to=[mail.to],
        connection=connection,
        headers={
            "Message-ID": f"<{mail.uid}@{urlsplit(settings.PORTAL_URL).hostname}>",
            "Auto-Submitted": "auto-replied" if mail.is_reply else "auto-generated",
            "X-Auto-Response-Suppress": "All",  # what Exchange heeds instead
        },
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    try:
        # Left open by open(): the next mail goes over the same connection.
        connection.open()
        if mail.is_reply and isinstance(connection, SmtpBackend):
            _send_without_return_path(message, connection)
        else:
            message.send()
    except smtplib.SMTPRecipientsRefused as refused:
        code, words = next(iter(refused.recipients.values()))
        return _after(connection, Outcome(_said(code, words), is_final=500 <= code < 600))
    except smtplib.SMTPDataError as refused:
        error = _said(refused.smtp_code, refused.smtp_error)
        return _after(connection, Outcome(error, is_final=500 <= refused.smtp_code < 600))
    except ValueError as unsendable:  # an address or a header that no mail may have
        return _after(connection, Outcome(str(unsendable)[:300], is_final=True))
    except (smtplib.SMTPException, OSError) as broken:
        # Not answering, or not letting us in: that is not the fault of this one mail.
        error = f"{type(broken).__name__}: {broken}"[:300]
        return _after(connection, Outcome(error, is_server_down=True))
    return Outcome()


def _send_without_return_path(message: EmailMultiAlternatives, connection: SmtpBackend) -> None:
    """Django has no way to say it: an empty sender becomes the usual one."""
    wire = message.message().as_bytes(linesep="\r\n")
    connection.connection.sendmail("", message.recipients(), wire)


def _after(connection: BaseEmailBackend, outcome: Outcome) -> Outcome:
    _close(connection)
    return outcome


def _close(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except (smtplib.SMTPException, OSError):
        log.info("the mail server hung up first", exc_info=True)


def _said(code: int, words: bytes | str) -> str:
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    return f"{code} {text}"[:300]


def _settle(mail: OutgoingMail, outcome: Outcome) -> None:
    """Only while the lease is still ours: a worker that woke up late changes nothing."""
    ours = OutgoingMail.objects.filter(pk=mail.pk, lease_until=mail.lease_until)
    now = db.database_now()
    attempt_count = mail.attempt_count + 1
    if not outcome.error:
        ours.update(sent_at=now, lease_until=None, attempt_count=attempt_count, last_error="")
    elif outcome.is_final or attempt_count >= MOST_ATTEMPTS:
        log.warning("mail %s given up: %s", mail.uid, outcome.error)
        ours.update(
            failed_at=now,
            lease_until=None,
            attempt_count=attempt_count,
            last_error=outcome.error,
        )
    else:
        ours.update(
            next_at=now + FIRST_PAUSE * 2 ** (attempt_count - 1),
            lease_until=None,
            attempt_count=attempt_count,
            last_error=outcome.error,
        )


def _let_the_server_rest() -> None:
    """What is due waits a little, so that a server that hangs costs one time-out, not hundreds."""
    now = db.database_now()
    OutgoingMail.objects.filter(_waiting(now)).update(next_at=now + SERVER_PAUSE)
