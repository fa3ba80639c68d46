"""Mail for postmaster@ and abuse@, which every domain has to take (RFC 5321 4.5.1, RFC 2142)."""

from django.conf import settings

from accounts.audit import services as audit
from accounts.audit.actors import System
from accounts.mail import services as mail
from messaging.relay.answers import printable
from smsportal.lib.db import database_now, or_reconnect

MOST_WORDS = 20_000


def keep(*, recipients: str, envelope_from: str, peer: str, content: bytes) -> None:
    """Mail it on to those whom settings name; without any, the audit trail says that it came."""
    or_reconnect(lambda: _keep(recipients, envelope_from, peer, content))


def _keep(recipients: str, envelope_from: str, peer: str, content: bytes) -> None:
    now = database_now()
    came = f"for {recipients} from {printable(envelope_from)}, by {peer or 'the front server'}"
    if not settings.RELAY_OPERATORS:
        words = f"A mail came {came}. RELAY_OPERATORS names nobody who would read it."
        audit.record(by=System(), verb="relay.operator_mail", words=words, now=now)
        return
    body = content[:MOST_WORDS].decode("utf-8", "replace").replace("\x00", "")
    mail.send_many(
        [
            mail.letter(to=to, subject=f"Mail {came}", body=body, now=now)
            for to in settings.RELAY_OPERATORS
        ]
    )
