"""A text as a mail to a gateway: one mail, one recipient, and in it what the gateway wants."""

import re
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.utils import formatdate
from typing import Final

from messaging.carriers.base import OutgoingText
from messaging.carriers.fields import Settings
from messaging.carriers.http import templates

# No eight-bit bytes: not every server on the way takes them.
PLAIN: Final = policy.SMTP.clone(cte_type="7bit")
LONGEST_LINE: Final = 998  # RFC 5322, 2.1.1
OF_A_SUBJECT: Final = ("number", "digits", "sender", "reference", "secret")
OF_A_BODY: Final = ("body", *OF_A_SUBJECT)


@dataclass(frozen=True, slots=True)
class Letter:
    """reference: ours, which its Message-ID begins with. sender, recipient: of the envelope.
    content: as it goes over the line, without the last dot.
    """

    reference: str
    sender: str
    recipient: str
    content: bytes


class Writer:
    """host: what our Message-IDs end with."""

    def __init__(self, settings: Settings, secret: str, host: str) -> None:
        self.settings = settings
        self.secret = secret
        self.host = host

    def letter(self, text: OutgoingText) -> Letter:
        """Raises ValueError for a text that fits in no mail."""
        mail = self.mail(text)
        content = re.sub(rb"(?m)^\.", b"..", mail.as_bytes())  # RFC 5321, 4.5.2
        return Letter(text.reference, str(mail["From"]), str(mail["To"]), content)

    def mail(self, text: OutgoingText) -> EmailMessage:
        """Raises ValueError, where a header would have more than one line too."""
        if not re.fullmatch(r"\+[0-9]{4,15}", text.number):
            raise ValueError("a number that no gateway knows")
        values = templates.values_of(text, self.secret)
        mail = EmailMessage(policy=PLAIN)
        mail["From"] = self.settings["from_address"]
        mail["To"] = f"{written(text.number, self.settings['number_form'])}@{self.settings['host']}"
        if subject := templates.fill(self.settings["subject"], values):
            mail["Subject"] = subject
        mail["Date"] = formatdate(localtime=True)
        # The same on every attempt, so that a gateway may know it again.
        mail["Message-ID"] = f"<{text.reference}@{self.host}>"
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody answers this by itself
        mail["Precedence"] = "bulk"  # the same, to what is older
        body = templates.fill(self.settings["body"], values)
        mail.set_content(body, cte="7bit" if _is_plain(body) else None)
        return mail


def written(number: str, form: str) -> str:
    """An international number as a gateway wants it before its @."""
    if form == "plus":
        return number
    digits = number.removeprefix("+")
    if form == "digits":
        return digits
    return f"0{digits[2:]}" if digits.startswith("44") else f"00{digits}"


def _is_plain(body: str) -> bool:
    """Whether it can go as it is. Some gateways read nothing else."""
    return body.isascii() and max(map(len, body.encode().splitlines()), default=0) <= LONGEST_LINE
