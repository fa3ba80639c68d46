"""What the fields of a carrier may hold, and what is said of one that may not."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from messaging.carriers.smpp.receipts import Ids
from messaging.carriers.smpp.words import Joining
from smsportal.lib.errors import Refused
from smsportal.lib.hosts import is_loopback


@dataclass(frozen=True)
class Whole:
    """A whole number. label: as on the page, for the audit trail too."""

    label: str
    least: int
    most: int
    usual: int | None = None  # None: it has to be given, or may be empty

    def clean(self, value: Any, field: str) -> int:
        typed = str(value if value is not None else "").replace(",", "").strip()
        between = f"Give a whole number from {self.least:,} to {self.most:,}."
        if not typed:
            raise Refused(f"“{self.label}” is empty. {between}", field=field)
        if not re.fullmatch(r"-?\d{1,9}", typed):
            raise Refused(f"{typed[:20]} is not a whole number. {between}", field=field)
        number = int(typed)
        if not self.least <= number <= self.most:
            more = "more" if number > self.most else "less"
            raise Refused(f"{number:,} is {more} than we can do. {between}", field=field)
        return number


@dataclass(frozen=True)
class OneOf:
    label: str
    choices: tuple[tuple[str, str], ...]

    def clean(self, value: Any, field: str) -> str:
        if value not in dict(self.choices):
            known = ", ".join(key for key, _ in self.choices)
            raise Refused(f"{value or 'Nothing'} is no choice here. Choose {known}.", field=field)
        return str(value)


WINDOW: Final = Whole("On the way at once", 1, 5000, usual=50)
RATE: Final = Whole("Most texts a second", 1, 10_000)

NUMBERS: Final = {
    "port": Whole("Port", 1, 65_535),
    "binds": Whole("Number of connections", 1, 20, usual=1),
    "connect_seconds": Whole("Wait for a connection, seconds", 1, 60, usual=5),
    "answer_seconds": Whole("Wait for an answer, seconds", 2, 300, usual=60),
    "enquire_seconds": Whole("Check the line every, seconds", 2, 300, usual=30),
}
CHOICES: Final = {
    "bind": OneOf(
        "Connections are for",
        (
            ("transceiver", "Sending and receiving (transceiver)"),
            ("pair", "Sending, with one beside it for receiving"),
        ),
    ),
    "joining": OneOf(
        "Long texts",
        (
            (str(Joining.HEADER), "Joined by a header in the text (UDH)"),
            (str(Joining.SAR), "Joined by SAR fields"),
            (str(Joining.PAYLOAD), "Whole, in message_payload"),
        ),
    ),
    "receipt_ids": OneOf(
        "Ids in receipts",
        (
            (str(Ids.SAME), "As the answer wrote them"),
            (str(Ids.DECIMAL), "Decimal, where the answer was hexadecimal"),
            (str(Ids.HEX), "Hexadecimal, where the answer was decimal"),
        ),
    ),
}
# SMPP 3.4, 5.2: one less than the field, which ends with a zero.
WORDS: Final = {
    "system_id": ("System ID", 15),
    "system_type": ("System type", 12),
    "service_type": ("Service type", 5),
}
LONGEST_PASSWORD: Final = 64  # SMPP says 8, and carriers give out longer ones
FILES: Final = {
    "ca_file": "Authority file",
    "certificate_file": "Our certificate file",
    "key_file": "Our key file",
}
LABELS: Final = {
    "host": "Host",
    "tls": "Encrypted (TLS)",
    "tls_name": "Certificate name",
    "has_plus": "Numbers go with their +",
    **{name: rule.label for name, rule in NUMBERS.items()},
    **{name: choice.label for name, choice in CHOICES.items()},
    **{name: label for name, (label, _) in WORDS.items()},
    **FILES,
}


def clean_name(name: str) -> str:
    """Of the sender's service and journal too, so it is a word without surprises."""
    name = name.strip().lower()
    if not name:
        raise Refused("Give the carrier a name, such as tallis-mobile.", field="name")
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        raise Refused(
            f"{name[:50]} cannot be the name of a service. Use small letters and digits, with "
            "single hyphens between, such as tallis-mobile.",
            field="name",
        )
    if len(name) > 40:
        raise Refused(f"{name[:50]} is too long. Use 40 characters at most.", field="name")
    return name


def clean_host(host: str, field: str = "host") -> str:
    host = host.strip().lower()
    if not host:
        raise Refused("Give the host, such as smpp.example.com.", field=field)
    if "://" in host or "/" in host:
        raise Refused(
            f"{host[:80]} is an address. Give the name of the machine alone, such as "
            "smpp.example.com.",
            field=field,
        )
    if re.fullmatch(r"[^\[\]:]+:\d+", host):
        alone, port = host.split(":")
        raise Refused(f"{host[:80]} has the port in it. Give {alone} here.", field=field)
    labels = [] if ":" in host else host.split(".")
    if not re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|[0-9a-f:]*:[0-9a-f:.]*", host) or any(
        not 0 < len(label) < 64 for label in labels
    ):
        raise Refused(f"{host[:80]} is not the name of a machine.", field=field)
    return host


def clean_word(name: str, value: str) -> str:
    label, most = WORDS[name]
    value = value.strip()
    if not value and name == "system_id":
        raise Refused("Give the system ID, as the carrier told you.", field=name)
    _refuse_strange(value, name)
    if len(value) > most:
        named = f"{label[:1].lower()}{label[1:]}"
        raise Refused(
            f"{value[:40]} is too long for SMPP. A {named} has {most} characters at most; this has "
            f"{len(value)}.",
            field=name,
        )
    return value


def clean_password(value: str) -> str:
    _refuse_strange(value, "password", named="the password has others")
    if len(value) > LONGEST_PASSWORD:
        words = f"The password has {len(value)} characters. It can have {LONGEST_PASSWORD}."
        raise Refused(words, field="password")
    return value


def clean_file(name: str, value: str) -> str:
    """Where the sender runs, which may be another machine: only it can say whether it is there."""
    value = value.strip()
    if value and not (value.startswith("/") and value.isprintable()):
        raise Refused(
            f"{value[:80]} does not say where the file is. Give its whole path on the sender's "
            "machine, such as /etc/smsportal/carrier.pem.",
            field=name,
        )
    return value


def check_together(settings: Mapping[str, Any], *, window: int, is_sandbox: bool) -> None:
    """What only several fields together can have wrong. Raises Refused."""
    if is_sandbox and not is_loopback(settings["host"]):
        raise Refused(
            f"{settings['host']} is another machine, so this is not a sandbox: practice numbers "
            "would leave the house. Only a carrier on 127.0.0.1 can be one.",
            field="is_sandbox",
        )
    if settings["binds"] > window:
        raise Refused(
            f"{window} texts on the way at once are too few for {settings['binds']} connections. "
            "Give each at least one.",
            field="window",
        )
    if bool(settings["certificate_file"]) != bool(settings["key_file"]):
        there, missing = "certificate_file", "key_file"
        if settings["key_file"]:
            there, missing = missing, there
        words = f"{FILES[there]} is given and {FILES[missing].lower()} is not. Give both or none."
        raise Refused(words, field=missing)


def clean_smpp(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of an SMPP carrier, without its password. Raises Refused for the first wrong."""
    get = settings.get
    clean: dict[str, Any] = {"host": clean_host(str(get("host") or ""))}
    clean |= {name: rule.clean(get(name, rule.usual), name) for name, rule in NUMBERS.items()}
    clean |= {
        name: rule.clean(get(name) or rule.choices[0][0], name) for name, rule in CHOICES.items()
    }
    clean |= {name: clean_word(name, str(get(name) or "")) for name in WORDS}
    clean |= {name: clean_file(name, str(get(name) or "")) for name in FILES}
    clean["tls"], clean["has_plus"] = bool(get("tls")), bool(get("has_plus"))
    name = str(get("tls_name") or "")
    clean["tls_name"] = clean_host(name, "tls_name") if name.strip() else ""
    return clean


def _refuse_strange(value: str, field: str, named: str = "") -> None:
    strange = next((letter for letter in value if not " " <= letter <= "~"), None)
    if strange is not None:
        named = named or f"{value[:40]} has {strange} in it"
        words = f"SMPP carries plain letters, digits and signs only, and {named}."
        raise Refused(words, field=field)
