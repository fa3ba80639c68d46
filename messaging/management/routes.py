"""`manage.py carrier route ..`: the page of routes without a browser."""

import datetime as dt
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable

from accounts.audit.actors import System
from messaging.carriers import queries as carriers
from messaging.carriers.models import Carrier
from messaging.routes import queries, services, words
from messaging.routes.models import Route, SenderKind
from messaging.routes.plan import ALPHA, ANY_KIND, Plan
from smsportal.lib.errors import Refused
from smsportal.lib.phones import BadNumber, normalise

FROM = "any, alpha, number, or one sender; any"


def add_arguments(parser: ArgumentParser) -> None:
    deeds = parser.add_subparsers(dest="route_deed", required=True, metavar="deed")
    deeds.add_parser("list", help="every route, in the order they are tried")
    add = deeds.add_parser("add", help="give texts to a carrier")
    add.add_argument("--choice", type=int, default=1, help="1 is the first choice; 1")
    add.add_argument("--weight", type=int, default=1, help="among those of the same choice; 1")
    remove = deeds.add_parser("remove", help="take them away again")
    for each in (add, remove):
        each.add_argument("name", help="of the carrier")
        each.add_argument("--to", default="", metavar="+447", help="how the number begins; any")
        each.add_argument("--from", default=ANY_KIND, dest="sender", help=FROM)
    attempt = deeds.add_parser("try", help="which carrier a text would take now, and why")
    attempt.add_argument("number")
    attempt.add_argument("--from", default=ALPHA, dest="sender", help="alpha, number, or a sender")


def run(given: Namespace, *, now: dt.datetime) -> Iterable[str]:
    """Lines to print. Raises Refused."""
    return {"list": _list, "add": _add, "remove": _remove, "try": _try}[given.route_deed](
        given, now
    )


def _list(given: Namespace, now: dt.datetime) -> Iterable[str]:
    board = queries.board(System(), queries.plan(now=now))
    if not board:
        return ["There are no routes: every carrier takes every text that it can."]
    lines = []
    for each in board:
        lines += [services.in_words(route) for route in each.routes]
        lines += [f"  {each.problem}"] if each.problem else []
    return lines


def _add(given: Namespace, now: dt.datetime) -> Iterable[str]:
    kind, name = _sender(given.sender)
    wanted = services.Wanted(
        carrier=_carrier(given.name),
        destination=given.to,
        sender_kind=kind,
        sender=name,
        place=given.choice,
        weight=given.weight,
    )
    route = services.add(wanted=wanted, by=System(), now=now)
    return [f"Added: {services.in_words(route)}."]


def _remove(given: Namespace, now: dt.datetime) -> Iterable[str]:
    kind, name = services.clean_sender(*_sender(given.sender))
    begins = services.clean_destination(given.to)
    found = Route.objects.filter(
        carrier=_carrier(given.name), destination=begins, sender_kind=kind, sender=name
    ).first()
    if found is None:
        what = f"texts {words.to(begins)} {words.sender(kind, name)}"
        raise Refused(f"{given.name} has no route for {what}.")
    said = services.in_words(found)
    services.remove(route=found, by=System(), now=now)
    return [f"Removed: {said}."]


def _try(given: Namespace, now: dt.datetime) -> Iterable[str]:
    try:
        number = normalise(given.number, foreign=True)
    except BadNumber as bad:
        raise Refused(bad.words) from bad
    kind, name = services.clean_sender(*_sender(given.sender))
    plan: Plan = queries.plan(now=now)
    told = words.told(plan, number, sender_kind=kind, sender=name)
    by = f"{told.by} takes it." if told.waits else f"Goes by {told.by}."
    rule = f" {words.texts_of(told.rule)}." if told.rule else ""
    return [f"{by} {told.why}{rule}".replace("  ", " ")]


def _sender(typed: str) -> tuple[str, str]:
    return (typed, "") if typed in SenderKind.values else (ANY_KIND, typed)


def _carrier(name: str) -> Carrier:
    carrier = carriers.carriers(System()).filter(name=name).first()
    if carrier is None:
        raise Refused(f"There is no carrier called {name}.")
    return carrier
