"""Fields that carriers over HTTP have in common."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

from messaging.carriers.fields import Area, Field, File, Whole
from messaging.carriers.http import templates
from messaging.carriers.http.guard import is_public, is_trusted
from smsportal.lib.errors import Refused

LONGEST_ADDRESS: Final = 1000


@dataclass(frozen=True)
class Address(Field):
    """Of a service on the web. What its host leads to is looked up by the sender (guard.py)."""

    control: ClassVar[str] = "name"
    width: str = "w-l"
    is_needed: bool = True

    def clean(self, value: Any) -> str:
        url = str(value or "").strip()
        if not url:
            raise Refused(
                "Give the address, such as https://sms.example.com/send.", field=self.name
            )
        if len(url) > LONGEST_ADDRESS or not url.isprintable() or " " in url:
            raise Refused(f"{url[:80]} is no address.", field=self.name)
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname or "", parts.port
        except ValueError:
            raise Refused(f"{url[:80]} is no address.", field=self.name) from None
        if parts.scheme not in ("http", "https") or not host:
            words = f"{url[:80]} is no address of the web. It begins with https://."
            raise Refused(words, field=self.name)
        if parts.username is not None or parts.password is not None:
            words = "Names and passwords have fields of their own, where they are sealed."
            raise Refused(words, field=self.name)
        self._refuse_strangers(parts.scheme, host)
        return url.partition("#")[0]

    def _refuse_strangers(self, scheme: str, host: str) -> None:
        if is_trusted(host):
            return
        if scheme == "http":
            words = f"{host} is another machine, and http can be read on the way. Use https."
            raise Refused(words, field=self.name)
        try:
            is_inside = not is_public(host)
        except ValueError:  # a name
            is_inside = False
        if is_inside:
            raise Refused(
                f"{host} is not on the internet. Whoever runs the portal can allow it with "
                "PRIVATE_CARRIER_HOSTS.",
                field=self.name,
            )


@dataclass(frozen=True)
class Written(Area):
    """An area that must make sense. read: raises templates.Wrong."""

    read: Callable[[str], Any] = str

    def clean(self, value: Any) -> str:
        lines = super().clean(value)
        try:
            self.read(lines)
        except templates.Wrong as wrong:
            raise Refused(str(wrong), field=self.name) from None
        return lines


CA_FILE: Final = File(
    "ca_file",
    "Authority file",
    "If its certificate is not from a public authority: the whole path on the sender's machine.",
)
# Shorter than the lease of a text in hand.
ANSWER: Final = Whole(
    "answer_seconds",
    "Wait for an answer, seconds",
    "After that a text may have been sent.",
    least=2,
    most=50,
    usual=30,
)


def host_of(url: str) -> str:
    return urlsplit(url).hostname or ""
