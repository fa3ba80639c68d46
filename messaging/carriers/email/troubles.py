"""Why the mail server could not be used, in words for whoever runs the portal."""

import smtplib
from dataclasses import dataclass

from messaging.carriers import unreachable
from messaging.carriers.email.server import Server


@dataclass(frozen=True, slots=True)
class Trouble:
    """words: without a full stop. is_refused: it will not be over by itself in a moment."""

    words: str
    is_refused: bool = False


def trouble(why: Exception, server: Server) -> Trouble:
    place = server.place
    if isinstance(why, smtplib.SMTPNotSupportedError):
        asked = "encryption (STARTTLS)" if "STARTTLS" in str(why) else "log-in"
        return Trouble(f"{place} offers no {asked}, and EMAIL_URL asks for it", is_refused=True)
    if isinstance(why, smtplib.SMTPResponseException):
        words = f"{place} does not let us in just now ({why.smtp_code})"
        if isinstance(why, smtplib.SMTPAuthenticationError) and why.smtp_code >= 500:
            words = f"{place} refuses the user name and password of EMAIL_URL ({why.smtp_code})"
        return Trouble(words, is_refused=why.smtp_code >= 500)
    if isinstance(why, TimeoutError) or isinstance(why.__context__, TimeoutError):
        return Trouble(f"{place} did not answer in time")
    if isinstance(why, smtplib.SMTPServerDisconnected) or (
        isinstance(why, ConnectionError) and not isinstance(why, ConnectionRefusedError)
    ):
        return Trouble(f"{place} broke the connection off")
    if isinstance(why, smtplib.SMTPException) or not isinstance(why, OSError):
        return Trouble(f"{place} cannot be used as EMAIL_URL says", is_refused=True)
    return Trouble(unreachable.words(why, server.host, server.port))
