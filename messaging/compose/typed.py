"""What the page sent, as it was typed. Pure: nothing is looked up here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from messaging.compose.pattern import Every
from messaging.text.repair import with_plain_line_ends

FILL = "fill-"
LONGEST_SKIP = 10_000  # characters: two years of days are fewer


class Post(Protocol):
    """The part of a QueryDict that is needed."""

    def get(self, key: str, default: str = ...) -> str | None: ...
    def getlist(self, key: str) -> list[str]: ...
    def __iter__(self) -> Iterator[str]: ...


@dataclass(frozen=True)
class Picked:
    """Ticks that were set and ticks that were taken away since the page was made."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Typed:
    """uids stay strings: whoever looks them up throws out what is none."""

    numbers: str = ""
    body: str = ""
    template: str = ""
    sender: str = ""
    fill: Mapping[str, str] = field(default_factory=dict)
    is_later: bool = False
    is_emergency: bool = False
    date: str = ""
    time: str = ""
    fold: int | None = None
    repeat: Mapping[str, Any] = field(default_factory=dict)  # see Draft.repeat
    contacts: Picked = Picked()
    groups: Picked = Picked()
    page: str = ""  # which copy of the page, and how late in its life: see Draft.page
    turn: int = 0


def typed_from(post: Post) -> Typed:
    def text(name: str) -> str:
        # PostgreSQL cannot store NUL, and no text can carry it.
        return with_plain_line_ends(post.get(name, "") or "").replace("\x00", "")

    def picked(name: str) -> Picked:
        were, are = set(post.getlist(f"{name}-was")), set(post.getlist(name))
        return Picked(tuple(sorted(are - were)), tuple(sorted(were - are)))

    fold = text("fold")
    page, _, turn = text("turn")[:60].partition(":")
    return Typed(
        numbers=text("numbers"),
        body=text("message"),
        template=text("template"),
        sender=text("sender")[:16],
        fill={key.removeprefix(FILL): text(key) for key in post if key.startswith(FILL)},
        is_later=text("when") == "later",
        is_emergency=text("when") == "emergency",
        date=text("date").strip()[:20],
        time=text("time").strip()[:20],
        fold=int(fold) if fold in ("0", "1") else None,
        repeat={
            "every": text("repeat") if text("repeat") in Every.values else "",
            "days": sorted({day for day in post.getlist("day") if day in tuple("0123456")}),
            "month_on": "last" if text("month-on") == "last" else "day",
            "until": text("until").strip()[:20],
            "skip": text("skip")[:LONGEST_SKIP],
        },
        contacts=picked("contact"),
        groups=picked("group"),
        page=page[:36],
        turn=int(turn) if turn.isascii() and turn.isdigit() and len(turn) <= 15 else 0,
    )
