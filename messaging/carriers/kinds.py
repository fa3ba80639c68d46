"""What a kind of carrier is, as data: the page, the command, the rules and the adapter read it."""

import datetime as dt
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from messaging.carriers.base import Adapter, OutgoingText
from messaging.carriers.calls.heard import Listener
from messaging.carriers.fields import Field, Name, Secret, Settings, Tick, Whole
from messaging.carriers.models import Carrier
from smsportal.lib.errors import Refused
from smsportal.lib.hosts import is_loopback
from smsportal.lib.sealing import unseal

NAME: Final = Name(
    "name",
    "Name",
    "Small letters, digits and hyphens. Its sender runs under this name, so it cannot be changed "
    "later.",
    is_needed=True,
    width="w-m",
)
WINDOW: Final = Whole(
    "window",
    "On the way at once",
    "All connections together. So many may be in doubt if it breaks.",
    least=1,
    most=5000,
    usual=50,
)
RATE: Final = Whole(
    "texts_per_second",
    "Most texts a second",
    "Empty: as fast as it goes. We halve it for a while when the carrier says slow down.",
    least=1,
    most=10_000,
    is_needed=False,
)
DEDUPES: Final = Whole(
    "dedupes_for_minutes",
    "Sends no second copy for, minutes",
    "Empty: a text without an answer is never sent again by itself. Only give the time if the "
    "carrier says that it knows our reference again for so long, and you have seen it: the same "
    "text handed over twice came once. Then one without an answer goes to it again, five times at "
    "most, while four fifths of that time last.",
    least=10,
    most=30 * 24 * 60,
    is_needed=False,
)
CHARGING: Final = Tick("is_charging", "Departments pay for what it carries", begins=True)
SANDBOX: Final = Tick(
    "is_sandbox",
    "Sandbox",
    "It plays a network on this machine, so it takes practice numbers. Only where the host is "
    "127.0.0.1.",
)
OF_THE_ROW: Final = frozenset({f.name for f in (NAME, WINDOW, RATE, DEDUPES, CHARGING, SANDBOX)})

# What a preview shows being sent.
EXAMPLE: Final = OutgoingText(
    message_id=1,
    attempt=1,
    reference="018f6b3c2a7e7c3d9b1e5f4a6d8c0b21",
    number="+447700900123",
    sender="Library",
    body="The library closes at 5pm today.",
    part_count=1,
    valid_until=dt.datetime(2026, 5, 13, 9, 0, tzinfo=dt.UTC),
)

Line = tuple[Field, ...]  # fields that stand side by side


@dataclass(frozen=True)
class Fold:
    """What few carriers need, folded away on the page."""

    title: str
    lines: tuple[Line, ...]
    hint: str = ""


@dataclass(frozen=True)
class Section:
    title: str
    lines: tuple[Line, ...]
    folds: tuple[Fold, ...] = ()


@dataclass(frozen=True)
class Panel:
    """What stands beside the fields of a kind. pairs: names and values; words: whole sentences."""

    title: str
    pairs: tuple[tuple[str, str], ...]
    words: tuple[str, ...]


def how_we_send(*, time_outs: Fold, dedupes: bool = False) -> Section:
    """Of a carrier that is handed one text at a time."""
    lines = [(RATE, WINDOW), *([(DEDUPES,)] if dedupes else []), (CHARGING,), (SANDBOX,)]
    return Section("How we send", tuple(lines), (time_outs,))


def _nothing_more(settings: Settings, window: int) -> None:
    """The rule of a kind whose fields need not go together."""


@dataclass(frozen=True)
class Kind:
    """One kind of carrier.

    key: what its rows have as `kind`, and the word of the command. lead: of the page where one is
    added; afterwards: on the same page, what comes of it. adapter: made with the row and a thread
    for rows of its own. hosts: the machines that its settings lead to, by field. place: the same in
    words. check: what only several fields together can have wrong; raises Refused. preview: what
    would be sent of an example, for settings that are right. names_texts: whether each text goes
    with our reference. plays: it reaches no phone, so it is always a sandbox. listener: of a
    carrier that tells us by calling; proof: how its calls are proven, in a sentence, empty where it
    calls nobody. reports: whether it ever says what became of a text. panel: what it stands on that
    is set elsewhere.
    """

    key: str
    label: str
    lead: str
    afterwards: str
    sections: tuple[Section, ...]
    adapter: Callable[[Carrier, Executor], Adapter]
    hosts: Callable[[Settings], dict[str, str]]
    place: Callable[[Settings], str]
    check: Callable[[Settings, int], None] = _nothing_more
    preview: Callable[[Settings], str] | None = None
    names_texts: Callable[[Settings], bool] = lambda settings: False
    plays: bool = False
    listener: Callable[[Carrier], Listener | None] = lambda carrier: None
    proof: Callable[[Settings], str] = lambda settings: ""
    reports: Callable[[Settings], bool] = lambda settings: True
    panel: Callable[[], Panel | None] = lambda: None

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """As they stand on the page."""
        return tuple(_fields(self.sections))

    @cached_property
    def own_fields(self) -> tuple[Field, ...]:
        """What is kept among the settings and may be read."""
        kept = (field for field in self.fields if field.name not in OF_THE_ROW)
        return tuple(field for field in kept if not field.is_secret)

    @cached_property
    def secrets(self) -> tuple[Secret, ...]:
        return tuple(field for field in self.fields if isinstance(field, Secret))

    def clean(self, settings: Settings, *, window: int, is_sandbox: bool) -> dict[str, Any]:
        """The settings without secrets. Raises Refused for the first that is wrong."""
        clean = {f.name: f.clean(settings.get(f.name, f.usual)) for f in self.own_fields}
        for host in self.hosts(clean).values():
            if is_sandbox and not is_loopback(host):
                raise Refused(
                    f"{host} is another machine, so this is not a sandbox: practice numbers would "
                    "leave the house. Only a carrier on 127.0.0.1 can be one.",
                    field=SANDBOX.name,
                )
        self.check(clean, window)
        return clean


def opened(carrier: Carrier, secret: Secret) -> str:
    """A secret of the carrier, unsealed; empty where none was set. Raises InvalidToken."""
    sealed = carrier.settings.get(secret.name)
    return unseal(sealed) if sealed else ""


def _fields(sections: tuple[Section, ...]) -> Iterator[Field]:
    for section in sections:
        for line in section.lines:
            yield from line
        for fold in section.folds:
            for line in fold.lines:
                yield from line
