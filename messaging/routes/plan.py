"""Which carrier takes which text. Pure: routes and carriers come in as data.

A text is given its *path* once, when it gets in line: the carriers that may take it, the first
choice first. Who takes it now is the first of them that can. So a carrier that is down costs no
write: its texts are claimed by the next. Database and Python decide alike by `rules_for`, `shares`
and `bucket`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from itertools import groupby
from typing import Final

PRACTICE: Final = "+447700900"  # so begin Ofcom's drama numbers: people who do not exist

ANY: Final = ""  # every carrier: there are no routes
SANDBOX: Final = "sandbox"  # every carrier that plays a network
NOBODY: Final = "nobody"
THEN: Final = ">"  # between the carriers of a path
LONGEST: Final = 60

ANY_KIND, ALPHA, NUMBER = "any", "alpha", "number"

# Primes, so that neighbours are spread over any shares. Small enough for a bigint.
OF_BATCH: Final = 7919
OF_ROW: Final = 104729


@dataclass(frozen=True, slots=True)
class Choice:
    """A route as data. place: 1 is the first choice; those of one place share by their weight."""

    destination: str  # how the number begins; "" is every number
    sender_kind: str
    sender: str  # "" is every sender of the kind
    carrier_id: int
    place: int = 1
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    """A carrier as data. is_out: paused, down, or closed for now by its own breaker."""

    pk: int
    name: str
    is_sandbox: bool = False
    is_enabled: bool = True
    is_out: bool = False


@dataclass(frozen=True)
class Rule:
    """The choices for the same texts, the first first."""

    destination: str
    sender_kind: str
    sender: str
    choices: tuple[Choice, ...]

    def is_for(self, sender_kind: str, sender: str) -> bool:
        if self.sender:
            return self.sender.casefold() == sender.casefold()
        return self.sender_kind in (ANY_KIND, sender_kind)


@dataclass(frozen=True)
class Share:
    """A part of the texts of a rule, and the path they take."""

    weight: int
    path: str


def bucket(batch_id: int, row_no: int, total: int) -> int:
    """0 to total - 1: the same for the same text for ever, and even over many."""
    return (batch_id * OF_BATCH + row_no * OF_ROW) % total


def is_practice(number: str) -> bool:
    return number.startswith(PRACTICE)


def carriers_of(path: str) -> tuple[int, ...]:
    """Of a path that names its carriers; empty for ANY, SANDBOX and NOBODY."""
    return tuple(int(pk) for pk in path.split(THEN)) if path[:1].isdigit() else ()


def path_through(carrier_ids: Sequence[int]) -> str:
    return THEN.join(map(str, carrier_ids))


def rest_after(path: str, carrier_id: int) -> str:
    """The path without `carrier_id` and those before it; "" where nobody comes next."""
    ids = carriers_of(path)
    return path_through(ids[ids.index(carrier_id) + 1 :]) if carrier_id in ids else ""


@dataclass(frozen=True)
class Plan:
    choices: tuple[Choice, ...] = ()
    lines: tuple[Line, ...] = ()

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """In the order they are tried: one sender before its kind, a long beginning of the number
        before a short one, a kind of sender before any.
        """
        by_text = sorted(self.choices, key=lambda c: (c.destination, c.sender_kind, c.sender))
        found = [
            Rule(*same, tuple(sorted(choices, key=lambda c: (c.place, -c.weight, c.carrier_id))))
            for same, choices in groupby(
                by_text, key=lambda c: (c.destination, c.sender_kind, c.sender)
            )
        ]
        return tuple(
            sorted(
                found,
                key=lambda r: (
                    not r.sender,
                    -len(r.destination),
                    r.sender_kind == ANY_KIND,
                    (r.destination, r.sender_kind, r.sender),
                ),
            )
        )

    def rules_for(self, sender_kind: str, sender: str) -> list[Rule]:
        return [rule for rule in self.rules if rule.is_for(sender_kind, sender)]

    def rule_of(self, number: str, sender_kind: str, sender: str) -> Rule | None:
        fitting = self.rules_for(sender_kind, sender)
        return next((r for r in fitting if number.startswith(r.destination)), None)

    def allowed(self, practice: bool) -> dict[int, Line]:
        """Drama numbers go to a sandbox only. Real ones go to real carriers wherever there is one;
        with none, the sandbox is all there is, and plays them all.
        """
        enabled = [line for line in self.lines if line.is_enabled]
        sandbox = practice or all(line.is_sandbox for line in enabled)
        return {line.pk: line for line in enabled if line.is_sandbox == sandbox}

    def otherwise(self, practice: bool) -> str:
        """The path where no rule helps."""
        if practice:
            return SANDBOX
        return NOBODY if self.choices else ANY

    def shares(self, rule: Rule, practice: bool) -> list[Share]:
        """How the texts of a rule are divided between its first choices."""
        allowed = self.allowed(practice)
        left = [choice for choice in rule.choices if choice.carrier_id in allowed]
        if not left:
            return [Share(1, self.otherwise(practice))]
        first = [choice for choice in left if choice.place == left[0].place]
        return [
            Share(
                choice.weight,
                path_through([c.carrier_id for c in [choice, *(c for c in left if c != choice)]]),
            )
            for choice in first
        ]

    def path_of(
        self, number: str, *, sender_kind: str, sender: str, batch_id: int, row_no: int
    ) -> str:
        practice = is_practice(number)
        rule = self.rule_of(number, sender_kind, sender)
        if rule is None:
            return self.otherwise(practice)
        shares = self.shares(rule, practice)
        mine = bucket(batch_id, row_no, sum(share.weight for share in shares))
        for share in shares:
            if mine < share.weight:
                return share.path
            mine -= share.weight
        raise AssertionError("the shares are all there is")

    # -- Who takes a path now --------------------------------------------------------------

    def in_order(self, path: str) -> list[Line]:
        """Who may take its texts, the first choice first; for ANY and SANDBOX in no order."""
        if path in (ANY, SANDBOX):
            return list(self.allowed(path == SANDBOX).values())
        known = {line.pk: line for line in self.lines if line.is_enabled}
        return [known[pk] for pk in carriers_of(path) if pk in known]

    def takes(self, carrier_id: int, path: str) -> bool:
        """Whether this carrier, if it can, takes the texts of `path` now."""
        order = self.in_order(path)
        if path in (ANY, SANDBOX):
            return any(line.pk == carrier_id for line in order)
        for line in order:
            if line.pk == carrier_id:
                return True
            if not line.is_out:
                return False
        return False

    def paths_taken_by(self, carrier_id: int) -> list[str]:
        return sorted(path for path in self._known(carrier_id) if self.takes(carrier_id, path))

    def _known(self, carrier_id: int) -> set[str]:
        """Every path a waiting text may have, and what is left of it when some have refused it."""
        paths = {ANY, SANDBOX, str(carrier_id)}
        for rule in self.rules:
            for share in (*self.shares(rule, True), *self.shares(rule, False)):
                paths |= set(_ends(carriers_of(share.path)))
        return paths

    @property
    def fingerprint(self) -> str:
        """The same as long as every text would be given the same path."""
        if not self.choices:
            return ""
        lines = sorted((line.pk, line.is_sandbox, line.is_enabled) for line in self.lines)
        choices = [rule.choices for rule in self.rules]
        return blake2b(repr((choices, lines)).encode(), digest_size=16).hexdigest()


def _ends(ids: Sequence[int]) -> Iterator[str]:
    return (path_through(ids[start:]) for start in range(len(ids)))
