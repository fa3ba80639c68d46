"""The routes and the carriers as they are, as the data that plan.py decides by."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from accounts.audit.actors import Actor
from messaging.carriers.models import Carrier
from messaging.carriers.standing import LINE, health_of, is_heard, why_waiting
from messaging.routes import words
from messaging.routes.models import Route
from messaging.routes.plan import ANY, NOBODY, SANDBOX, Line, Plan, Rule

DOWN_AFTER: Final = dt.timedelta(seconds=30)  # so long a text waits before the next carrier may


def plan(*, now: dt.datetime) -> Plan:
    return plan_with(Carrier.objects.select_related("health"), now=now)


def plan_with(carriers: Iterable[Carrier], *, now: dt.datetime) -> Plan:
    """carriers: all of them, with their health."""
    routes = Route.objects.filter(is_enabled=True)
    return Plan(
        tuple(route.choice for route in routes),
        tuple(line(carrier, now=now) for carrier in carriers),
    )


def line(carrier: Carrier, *, now: dt.datetime) -> Line:
    return Line(
        carrier.pk, carrier.name, carrier.is_sandbox, carrier.is_enabled, is_out(carrier, now)
    )


def is_out(carrier: Carrier, now: dt.datetime) -> bool:
    """Whether the next carrier may take its texts: it is paused, or has long not been able to."""
    health = health_of(carrier)
    if carrier.paused_at or health is None or not is_heard(health, now):
        return True
    if health.breaker_opened_at is not None:
        return True
    return health.down_since is not None and now - health.down_since > DOWN_AFTER


class Waits:
    """What a waiting text waits for, by its path; asked once for each path."""

    def __init__(self, carriers: Iterable[Carrier], *, now: dt.datetime) -> None:
        self.carriers = {carrier.pk: carrier for carrier in carriers}
        self.now = now
        self.known: dict[str, str] = {NOBODY: words.NO_ROUTE}

    @cached_property
    def plan(self) -> Plan:
        """Not asked for where nothing waits."""
        return plan_with(self.carriers.values(), now=self.now)

    def why(self, path: str) -> str:
        """Empty where somebody can take it, or where nothing is known."""
        if path not in self.known:
            order = [self.carriers[line.pk] for line in self.plan.in_order(path)]
            at_work = [carrier for carrier in order if not carrier.paused_at]
            is_closed = bool(order) and not at_work and path not in (ANY, SANDBOX)
            closed = f"{LINE}is closed for now"
            self.known[path] = closed if is_closed else why_waiting(at_work, self.now)
        return self.known[path]


@dataclass(frozen=True)
class Board:
    """One rule with its routes, as the page lists them, the first choice first."""

    rule: Rule
    routes: list[Route]
    problem: str = ""

    @property
    def title(self) -> str:
        return words.texts_of(self.rule)


def board(person: Actor, plan: Plan) -> list[Board]:
    """Every rule in the order they are tried, those that are switched off among them."""
    routes = list(Route.objects.visible_to(person).select_related("carrier"))
    every = Plan(tuple(route.choice for route in routes), plan.lines)
    by_choice = {route.choice: route for route in routes}
    shown = []
    for rule in every.rules:
        theirs = [by_choice[choice] for choice in rule.choices]
        shown.append(Board(rule, theirs, _problem(plan, theirs)))
    return shown


def _problem(plan: Plan, routes: list[Route]) -> str:
    in_use = [route for route in routes if route.is_enabled]
    if not in_use:
        return "It is switched off: such texts take a wider route."
    usable = {**plan.allowed(practice=False), **plan.allowed(practice=True)}
    ready = [usable[route.carrier_id] for route in in_use if route.carrier_id in usable]
    if not ready:
        return "Its carriers are switched off, or only play a network: such texts wait."
    if all(line.is_out for line in ready):
        return "Its carriers cannot take texts just now: they wait."
    return ""
