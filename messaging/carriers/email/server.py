"""The one mail server that every mail of the portal leaves by, as EMAIL_URL names it: mails to
people, alerts, and the texts of all email gateways.
"""

from dataclasses import dataclass
from typing import Final

from django.conf import settings

NOT_SET: Final = "no outgoing mail server is set: whoever runs the portal sets EMAIL_URL"
SMTP: Final = "django.core.mail.backends.smtp.EmailBackend"


@dataclass(frozen=True, slots=True)
class Server:
    """security: how the connection is encrypted, in words. user: empty where it asks for none."""

    host: str
    port: int
    security: str
    user: str

    @property
    def place(self) -> str:
        return f"{self.host}:{self.port}"


def outgoing() -> Server | None:
    """None where none is set, and where mails go to a file or a screen instead."""
    if settings.EMAIL_BACKEND != SMTP:
        return None
    encrypted = "STARTTLS" if settings.EMAIL_USE_TLS else "no"
    return Server(
        settings.EMAIL_HOST,
        settings.EMAIL_PORT,
        "TLS" if settings.EMAIL_USE_SSL else encrypted,
        settings.EMAIL_HOST_USER,
    )
