"""What the fields of a carrier may hold, and what is said of one that may not.

A kind of carrier is described with these once (kinds.py). Its form, its command, its validation
and the words of the audit trail all read that description.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from smsportal.lib.amounts import without_groups
from smsportal.lib.errors import Refused


@dataclass(frozen=True)
class Field:
    """name: of the form, the option and the setting. label: as on the page, for the audit trail
    too. is_needed: the page does not call it optional. width: a class of the page. usual: where
    nothing is given.
    """

    name: str
    label: str
    hint: str = ""
    is_needed: bool = False
    width: str = ""
    usual: Any = ""

    control: ClassVar[str] = "line"
    is_secret: ClassVar[bool] = False

    @property
    def in_sentence(self) -> str:
        if self.label[:2].isupper():  # an abbreviation
            return self.label
        return f"{self.label[:1].lower()}{self.label[1:]}"

    def clean(self, value: Any) -> Any:
        """What is kept of what was typed. Raises Refused."""
        return str(value or "").strip()


@dataclass(frozen=True)
class Whole(Field):
    """A whole number; None where it may be empty and is."""

    least: int = 0
    most: int = 0
    usual: int | None = None
    is_needed: bool = True
    width: str = "w-xs"

    control: ClassVar[str] = "number"

    def clean(self, value: Any) -> int | None:
        typed = without_groups(str(value if value is not None else "")).strip()
        between = f"Give a whole number from {self.least:,} to {self.most:,}."
        if not typed and not self.is_needed:
            return None
        if not typed:
            raise Refused(f"“{self.label}” is empty. {between}", field=self.name)
        if not re.fullmatch(r"-?\d{1,9}", typed):
            raise Refused(f"{typed[:20]} is not a whole number. {between}", field=self.name)
        number = int(typed)
        if not self.least <= number <= self.most:
            more = "more" if number > self.most else "less"
            raise Refused(f"{number:,} is {more} than we can do. {between}", field=self.name)
        return number


@dataclass(frozen=True)
class OneOf(Field):
    """The first choice is the usual one."""

    choices: tuple[tuple[str, str], ...] = ()
    is_needed: bool = True

    control: ClassVar[str] = "choice"

    def clean(self, value: Any) -> str:
        value = value or self.choices[0][0]
        if value not in dict(self.choices):
            known = ", ".join(key for key, _ in self.choices)
            raise Refused(f"{value} is no choice here. Choose {known}.", field=self.name)
        return str(value)


@dataclass(frozen=True)
class Tick(Field):
    """begins: how a new carrier's page has it."""

    begins: bool = False
    usual: bool = False

    control: ClassVar[str] = "tick"

    def clean(self, value: Any) -> bool:
        return bool(value)


@dataclass(frozen=True)
class Secret(Field):
    """Sealed by the service and shown to nobody; empty keeps the one that is there."""

    most: int = 200

    control: ClassVar[str] = "secret"
    is_secret: ClassVar[bool] = True

    def clean(self, value: Any) -> str:
        value = str(value or "")
        if len(value) > self.most:
            words = f"The {self.in_sentence} has {len(value)} characters. It can have {self.most}."
            raise Refused(words, field=self.name)
        return value


@dataclass(frozen=True)
class Host(Field):
    """The name or address of a machine."""

    control: ClassVar[str] = "name"

    def clean(self, value: Any) -> str:
        host = str(value or "").strip().lower()
        if not host:
            if not self.is_needed:
                return ""
            raise Refused("Give the host, such as smpp.example.com.", field=self.name)
        return clean_host(host, self.name)


@dataclass(frozen=True)
class File(Field):
    """Where the sender runs, which may be another machine: only it can say whether it is there."""

    def clean(self, value: Any) -> str:
        path = str(value or "").strip()
        if path and not (path.startswith("/") and path.isprintable()):
            raise Refused(
                f"{path[:80]} does not say where the file is. Give its whole path on the sender's "
                "machine, such as /etc/smsportal/carrier.pem.",
                field=self.name,
            )
        return path


@dataclass(frozen=True)
class Line(Field):
    """A word or a line of words."""

    most: int = 200

    control: ClassVar[str] = "name"

    def clean(self, value: Any) -> str:
        line = str(value or "").strip()
        if not line and self.is_needed:
            raise Refused(
                f"“{self.label}” is empty. Give it as the carrier told you.", field=self.name
            )
        if not line.isprintable():
            raise Refused(f"“{self.label}” has letters in it that cannot be seen.", field=self.name)
        if len(line) > self.most:
            raise Refused(
                f"{line[:40]} is too long. “{self.label}” can have {self.most} characters; this "
                f"has {len(line)}.",
                field=self.name,
            )
        return line


@dataclass(frozen=True)
class Area(Field):
    """Several lines. Their ends are ours, whatever a browser makes of them."""

    most: int = 4000

    control: ClassVar[str] = "area"

    def clean(self, value: Any) -> str:
        lines = str(value or "").replace("\r\n", "\n").replace("\r", "\n").strip()
        if len(lines) > self.most:
            words = f"“{self.label}” can have {self.most:,} characters; this has {len(lines):,}."
            raise Refused(words, field=self.name)
        return lines


@dataclass(frozen=True)
class Name(Field):
    """A carrier's name: of its sender's service and journal too, so a word without surprises."""

    control: ClassVar[str] = "name"

    def clean(self, value: Any) -> str:
        name = str(value or "").strip().lower()
        if not name:
            raise Refused("Give the carrier a name, such as tallis-mobile.", field=self.name)
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
            raise Refused(
                f"{name[:50]} cannot be the name of a service. Use small letters and digits, with "
                "single hyphens between, such as tallis-mobile.",
                field=self.name,
            )
        if len(name) > 40:
            raise Refused(f"{name[:50]} is too long. Use 40 characters at most.", field=self.name)
        return name


def clean_host(host: str, field: str) -> str:
    """A host that was given. Raises Refused."""
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


Settings = Mapping[str, Any]
