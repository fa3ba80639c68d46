"""SMPP 3.4 as a kind of carrier: its fields and their rules."""

from dataclasses import dataclass
from typing import Any, ClassVar, Final

from messaging.carriers.fields import Field, File, Host, OneOf, Secret, Settings, Tick, Whole
from messaging.carriers.kinds import (
    CHARGING,
    NAME,
    RATE,
    SANDBOX,
    WINDOW,
    Fold,
    Kind,
    Section,
)
from messaging.carriers.smpp.adapter import SmppAdapter
from messaging.carriers.smpp.receipts import Ids, Reports
from messaging.carriers.smpp.words import Joining
from smsportal.lib.errors import Refused

LONGEST_PASSWORD: Final = 64  # SMPP says 8, and carriers give out longer ones


@dataclass(frozen=True)
class Word(Field):
    """A string of a bind."""

    most: int = 0

    control: ClassVar[str] = "name"

    def clean(self, value: Any) -> str:
        value = str(value or "").strip()
        if not value and self.is_needed:
            raise Refused(f"Give the {self.in_sentence}, as the carrier told you.", field=self.name)
        _refuse_strange(value, self.name)
        if len(value) > self.most:
            raise Refused(
                f"{value[:40]} is too long for SMPP. A {self.in_sentence} has {self.most} "
                f"characters at most; this has {len(value)}.",
                field=self.name,
            )
        return value


@dataclass(frozen=True)
class Password(Secret):
    def clean(self, value: Any) -> str:
        _refuse_strange(str(value or ""), self.name, named="the password has others")
        return super().clean(value)


def _refuse_strange(value: str, field: str, named: str = "") -> None:
    strange = next((letter for letter in value if not " " <= letter <= "~"), None)
    if strange is not None:
        named = named or f"{value[:40]} has {strange} in it"
        words = f"SMPP carries plain letters, digits and signs only, and {named}."
        raise Refused(words, field=field)


HOST: Final = Host("host", "Host", is_needed=True)
PORT: Final = Whole("port", "Port", least=1, most=65_535)
TLS: Final = Tick(
    "tls",
    "Encrypted (TLS)",
    "Without it, everything can be read on the way, the password too.",
    begins=True,
)
# SMPP 3.4, 5.2: one less than the field, which ends with a zero.
SYSTEM_ID: Final = Word("system_id", "System ID", is_needed=True, most=15)
SYSTEM_TYPE: Final = Word(
    "system_type", "System type", "Most carriers want none.", width="w-s", most=12
)
SERVICE_TYPE: Final = Word(
    "service_type", "Service type", "Most carriers want none.", width="w-s", most=5
)
PASSWORD: Final = Password("password", "Password", most=LONGEST_PASSWORD)
TLS_NAME: Final = Host(
    "tls_name", "Certificate name", "If its certificate names another machine than the host."
)
CA_FILE: Final = File(
    "ca_file", "Authority file", "If its certificate is not from a public authority."
)
CERTIFICATE_FILE: Final = File(
    "certificate_file",
    "Our certificate file",
    "If the carrier asks for a client certificate.",
)
KEY_FILE: Final = File("key_file", "Our key file")
BIND: Final = OneOf(
    "bind",
    "Connections are for",
    choices=(
        ("transceiver", "Sending and receiving (transceiver)"),
        ("pair", "Sending, with one beside it for receiving"),
    ),
)
BINDS: Final = Whole("binds", "Number of connections", least=1, most=20, usual=1)
JOINING: Final = OneOf(
    "joining",
    "Long texts",
    choices=(
        (str(Joining.HEADER), "Joined by a header in the text (UDH)"),
        (str(Joining.SAR), "Joined by SAR fields"),
        (str(Joining.PAYLOAD), "Whole, in message_payload"),
    ),
)
RECEIPT_IDS: Final = OneOf(
    "receipt_ids",
    "Ids in receipts",
    choices=(
        (str(Ids.SAME), "As the answer wrote them"),
        (str(Ids.DECIMAL), "Decimal, where the answer was hexadecimal"),
        (str(Ids.HEX), "Hexadecimal, where the answer was decimal"),
    ),
)
PART_RECEIPTS: Final = OneOf(
    "part_receipts",
    "Receipts of a long text",
    choices=(
        (str(Reports.EACH), "One for each part"),
        (str(Reports.LAST), "For its last part alone"),
        (str(Reports.FIRST), "For its first part alone"),
    ),
)
CONNECT: Final = Whole(
    "connect_seconds", "Wait for a connection, seconds", least=1, most=60, usual=5
)
ANSWER: Final = Whole(
    "answer_seconds",
    "Wait for an answer, seconds",
    "After that a text may have been sent.",
    least=2,
    most=300,
    usual=60,
)
ENQUIRE: Final = Whole(
    "enquire_seconds", "Check the line every, seconds", least=2, most=300, usual=30
)
HAS_PLUS: Final = Tick("has_plus", "Numbers go with their +")


def check(settings: Settings, window: int) -> None:
    if settings["binds"] > window:
        raise Refused(
            f"{window} texts on the way at once are too few for {settings['binds']} connections. "
            "Give each at least one.",
            field="window",
        )
    if bool(settings["certificate_file"]) != bool(settings["key_file"]):
        there, missing = CERTIFICATE_FILE, KEY_FILE
        if settings["key_file"]:
            there, missing = missing, there
        words = f"{there.label} is given and {missing.label.lower()} is not. Give both or none."
        raise Refused(words, field=missing.name)


SMPP: Final = Kind(
    key="smpp",
    label="SMPP 3.4",
    lead="A connection to a network, by SMPP 3.4.",
    afterwards="Real numbers go to real carriers as soon as there is one. The simulator then keeps "
    "practice numbers only.",
    sections=(
        Section(
            "Connection",
            ((NAME,), (HOST, PORT), (TLS,), (SYSTEM_ID, PASSWORD)),
            (
                Fold(
                    "Certificates",
                    ((TLS_NAME, CA_FILE), (CERTIFICATE_FILE, KEY_FILE)),
                    "Whole paths on the machine where the sender runs, such as "
                    "/etc/smsportal/carrier.pem. It must be able to read them.",
                ),
            ),
        ),
        Section(
            "How we send",
            (
                (BIND, BINDS),
                (RATE, WINDOW),
                (JOINING, PART_RECEIPTS),
                (RECEIPT_IDS,),
                (CHARGING,),
                (SANDBOX,),
            ),
            (
                Fold(
                    "Time-outs and number format",
                    (
                        (CONNECT, ANSWER),
                        (ENQUIRE, SYSTEM_TYPE),
                        (SERVICE_TYPE,),
                        (HAS_PLUS,),
                    ),
                ),
            ),
        ),
    ),
    adapter=SmppAdapter,
    hosts=lambda settings: {HOST.name: settings.get("host", "")},
    place=lambda settings: f"{settings['host']}:{settings['port']}",
    check=check,
)
