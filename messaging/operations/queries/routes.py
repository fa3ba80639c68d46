"""The routes as their page shows them: the rules, what twelve texts would do, what is wrong."""

import datetime as dt
from dataclasses import dataclass

from accounts.audit.actors import Actor
from messaging.routes import queries as routes
from messaging.routes import words
from messaging.routes.plan import NOBODY, Plan
from messaging.routes.queries import Board
from messaging.routes.words import TWELVE, Example, Told
from messaging.sending.models import Message
from messaging.sending.states import State

# What no route names: any sender of its kind.
NO_SENDER = ""


@dataclass(frozen=True)
class Page:
    plan: Plan
    rules: list[Board]
    twelve: list[tuple[Example, Told]]
    warnings: list[str]

    @property
    def senders(self) -> list[tuple[str, str]]:
        """Kind and name of each sender that a route names."""
        named = {(c.sender_kind, c.sender) for c in self.plan.choices if c.sender}
        return sorted(named)

    def hit(self, told: Told | None) -> int:
        """Which rule of the list it is, from 1; 0 for none."""
        found = [n for n, board in enumerate(self.rules, 1) if told and told.rule == board.rule]
        return found[0] if found else 0


def page(person: Actor, *, now: dt.datetime) -> Page:
    plan = routes.plan(now=now)
    twelve = [
        (each, words.told(plan, each.number, sender_kind=each.sender_kind, sender=NO_SENDER))
        for each in TWELVE
    ]
    return Page(plan, routes.board(person, plan), twelve, _warnings(plan, twelve))


def _warnings(plan: Plan, twelve: list[tuple[Example, Told]]) -> list[str]:
    found = []
    if waiting := Message.objects.filter(state=State.QUEUED, path=NOBODY).count():
        texts = "1 text waits" if waiting == 1 else f"{waiting:,} texts wait"
        found.append(f"{texts} because no route leads to a carrier that may take it.")
    lost = dict.fromkeys(
        f"{each.to} {each.sender}" for each, told in twelve if told.waits and told.by == "Nobody"
    )
    if plan.choices and lost:
        found.append(f"Without a carrier: {'; '.join(lost)}. Such texts wait.")
    return found
