"""A gateway that turns mails into texts, as a kind of carrier: its fields and their rules."""

from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from messaging.carriers.email.adapter import MOST_CONNECTIONS, EmailAdapter
from messaging.carriers.email.letters import OF_A_BODY, OF_A_SUBJECT, Writer
from messaging.carriers.email.server import NOT_SET, outgoing
from messaging.carriers.fields import Area, Host, Line, OneOf, Secret, Settings
from messaging.carriers.http import templates
from messaging.carriers.http.fields import ANSWER
from messaging.carriers.kinds import (
    CHARGING,
    EXAMPLE,
    NAME,
    RATE,
    SANDBOX,
    WINDOW,
    Fold,
    Kind,
    Panel,
    Section,
    opened,
)
from messaging.carriers.models import Carrier
from smsportal.lib.errors import Refused
from smsportal.lib.hosts import is_loopback

HIDDEN: Final = "(kept sealed)"


@dataclass(frozen=True)
class Mailbox(Line):
    """One address of a mail."""

    def clean(self, value: Any) -> str:
        address = super().clean(value)
        try:
            validate_email(address)
        except ValidationError:
            words = f"{address[:80]} is no address. It is like sms@example.ac.uk."
            raise Refused(words, field=self.name) from None
        if not address.isascii():
            words = f"{address[:80]} has letters that not every mail server takes."
            raise Refused(words, field=self.name)
        return address


@dataclass(frozen=True)
class Gateway(Host):
    def clean(self, value: Any) -> str:
        typed = str(value or "").strip()
        alone = typed.rpartition("@")[2]
        if not alone or alone != typed:
            example = alone or "sms.example.com"
            words = f"Give what stands after the @ of the gateway's addresses, such as {example}."
            raise Refused(words, field=self.name)
        host = super().clean(value)
        if ":" in host:
            raise Refused(f"{host[:80]} is no domain of a mail address.", field=self.name)
        return host


HOST: Final = Gateway(
    "host", "Gateway", "What stands after the @, such as sms.example.com.", is_needed=True
)
NUMBER_FORM: Final = OneOf(
    "number_form",
    "Numbers before the @",
    choices=(
        ("digits", "447700900123"),
        ("plus", "+447700900123"),
        ("national", "07700900123, others with 00"),
    ),
)
FROM: Final = Mailbox(
    "from_address",
    "From",
    "Most gateways know us by this address, so tell them which. They write back to it when "
    "something goes wrong.",
    is_needed=True,
    most=254,
)
SUBJECT: Final = Line(
    "subject",
    "Subject",
    "Empty: none. Some gateways want the sender there, ((sender)), or a PIN, ((secret)).",
)
BODY: Final = Area(
    "body",
    "What is in the mail",
    "Gaps are filled in for each text: "
    + ", ".join(f"(({name})) {templates.GAPS[name]}" for name in OF_A_BODY)
    + ".",
    usual="((body))",
    is_needed=True,
)
SECRET: Final = Secret("secret", "Secret", "If the gateway wants a PIN or a password.")


def check(settings: Settings, window: int) -> None:
    """Raises Refused."""
    for field, known in ((SUBJECT, OF_A_SUBJECT), (BODY, OF_A_BODY)):
        try:
            templates.check_gaps(settings[field.name], known)
        except templates.Wrong as wrong:
            raise Refused(str(wrong), field=field.name) from None
    if "body" not in templates.gaps_of(settings[BODY.name]):
        words = "Nothing says ((body)), so no text could go by it."
        raise Refused(words, field=BODY.name)


def hosts(settings: Settings) -> dict[str, str]:
    """A mail goes on from the server to the gateway, so both count."""
    server = outgoing()
    if server and not is_loopback(server.host):
        return {HOST.name: server.host}  # which is no field of the page
    return {HOST.name: settings.get(HOST.name, "")}


def preview(settings: Settings) -> str:
    """The mail for an example, without the secret."""
    mail = Writer(settings, HIDDEN, "example.ac.uk").mail(EXAMPLE)
    lines = [f"{name}: {mail[name]}" for name in ("From", "To", "Subject") if mail[name]]
    return "\n".join([*lines, "", mail.get_content().strip()])


def panel() -> Panel:
    server = outgoing()
    pairs: tuple[tuple[str, str], ...] = ()
    words = [f"{NOT_SET[:1].upper()}{NOT_SET[1:]}. Until then texts wait."]
    if server:
        pairs = (
            ("Server", server.place),
            ("Encrypted", server.security),
            ("User name", server.user or "none"),
        )
        words = [
            "All email and SMS accounts share it, and so do the portal's own mails. A change is a "
            "change for all of them.",
            "Whoever runs the portal sets it in EMAIL_URL, and then starts the portal and its "
            "senders again.",
        ]
    return Panel("Outgoing server", pairs, tuple(words))


def adapter(carrier: Carrier, database: Executor) -> EmailAdapter:
    return EmailAdapter(carrier, opened(carrier, SECRET))


EMAIL: Final = Kind(
    key="email",
    label="Email gateway",
    lead="A service that turns mails into texts: each text goes as a mail to its number at the "
    "gateway.",
    afterwards="Gateways send no reports. A text is sent when the mail server has taken it; a day "
    "after its time is over it says “No report from the network”.",
    sections=(
        Section(
            "What the gateway wants",
            ((NAME,), (HOST, NUMBER_FORM), (FROM,), (SUBJECT,), (BODY,), (SECRET,)),
        ),
        Section(
            "How we send",
            (
                (
                    RATE,
                    replace(
                        WINDOW,
                        hint="Each over a connection of its own to the mail server. So many may "
                        "be in doubt if it breaks.",
                        most=MOST_CONNECTIONS,
                        usual=4,
                    ),
                ),
                (CHARGING,),
                (
                    replace(
                        SANDBOX,
                        hint="It plays a network on this machine, so it takes practice numbers. "
                        "Only where the gateway is localhost and the mail server is here, too.",
                    ),
                ),
            ),
            (Fold("Time-out", ((ANSWER,),)),),
        ),
    ),
    adapter=adapter,
    hosts=hosts,
    place=lambda settings: settings["host"],
    check=check,
    preview=preview,
    reports=lambda settings: False,
    panel=panel,
)
