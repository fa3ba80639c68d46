"""Routes in words, for people. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from messaging.routes.plan import (
    ALPHA,
    ANY,
    ANY_KIND,
    NOBODY,
    NUMBER,
    SANDBOX,
    Line,
    Plan,
    Rule,
    is_practice,
)
from smsportal.lib.phones import display

SENDERS: Final = {
    ANY_KIND: "from any sender",
    ALPHA: "from any Alpha tag",
    NUMBER: "from any number",
}
NO_ROUTE: Final = "no carrier takes texts to this number yet; the messaging team sees it"
PLACES: Final = ("First choice", "Second choice", "Third choice")


@dataclass(frozen=True)
class Example:
    """to, sender: in words; the number itself belongs to nobody, and is shown to nobody."""

    to: str
    number: str
    sender_kind: str

    @property
    def sender(self) -> str:
        return "from an Alpha tag" if self.sender_kind == ALPHA else "from a number"


TO: Final = (
    ("A practice number, 07700 900…", "+447700900123"),
    ("A UK mobile, 074…", "+447400000000"),
    ("A UK mobile, 075…", "+447500000000"),
    ("Jersey, 07797…", "+447797000000"),
    ("Guernsey, 07781…", "+447781000000"),
    ("Isle of Man, 07624…", "+447624000000"),
)
TWELVE: Final = tuple(Example(to, number, kind) for to, number in TO for kind in (ALPHA, NUMBER))


@dataclass(frozen=True)
class Told:
    """rule: None where none fits. by: the carriers that take it now. why: whole sentences."""

    rule: Rule | None
    by: str
    why: str
    waits: bool = False


def destination(begins: str) -> str:
    """+44 7624"""
    return f"+44 {begins[3:]}".strip() if begins.startswith("+44") else begins


def to(begins: str) -> str:
    return f"to {destination(begins)}…" if begins else "to every number"


def sender(kind: str, name: str) -> str:
    return f"from {display(name) if kind == NUMBER else name}" if name else SENDERS[kind]


def texts_of(rule: Rule) -> str:
    """Texts to +44 7624…, from any Alpha tag"""
    return f"Texts {to(rule.destination)}, {sender(rule.sender_kind, rule.sender)}"


def place(number: int) -> str:
    return PLACES[number - 1] if number <= len(PLACES) else f"Choice {number}"


def listed(names: Sequence[str], last: str = "and") -> str:
    *most, one = names
    return f"{', '.join(most)} {last} {one}" if most else one


def share(weight: int, total: int) -> str:
    return f"{round(100 * weight / total)}%"


def told(plan: Plan, number: str, *, sender_kind: str, sender: str) -> Told:
    """Which way such a text would go now, and why."""
    practice = is_practice(number)
    rule = plan.rule_of(number, sender_kind, sender)
    shares = plan.shares(rule, practice) if rule else []
    paths = [each.path for each in shares] or [plan.otherwise(practice)]
    if paths[0] in (ANY, SANDBOX, NOBODY):
        return _without_a_route(plan, paths[0], rule)
    total = sum(each.weight for each in shares)
    takes, why = Counter[str](), []
    for each in shares:
        order = plan.in_order(each.path)
        now = next((line for line in order if not line.is_out), None)
        if now:
            takes[now.name] += each.weight
        why.append(_in_place_of(order, now))
    by = [f"{name} {share(weight, total)}" for name, weight in takes.items()]
    return Told(
        rule,
        ", ".join(by if len(by) > 1 else takes) or "Nobody just now",
        " ".join(dict.fromkeys(filter(None, why))),
        waits=not takes,
    )


def _in_place_of(order: list[Line], now: Line | None) -> str:
    if now is None:
        names = listed([line.name for line in order])
        return f"{names} cannot take it now. It waits for the first that can."
    passed = [line.name for line in order[: order.index(now)]]
    return f"{listed(passed)} cannot take it now, so {now.name} does." if passed else ""


def _without_a_route(plan: Plan, path: str, rule: Rule | None) -> Told:
    if path == NOBODY:
        why = "No route fits it. It waits until one does."
        if rule:
            why = (
                "The carriers of its route are switched off, or only play a network. It waits "
                "until the route has another."
            )
        return Told(rule, "Nobody", why, waits=True)
    names = [line.name for line in plan.in_order(path)]
    if not names:
        why = "There is no carrier for it. It waits until there is one."
        return Told(None, "Nobody", why, waits=True)
    if path == SANDBOX:
        why = "Practice numbers go to a carrier that plays a network, whatever the routes say."
    else:
        why = "There are no routes: every carrier takes what it can."
    return Told(None, listed(names, "or"), why)
