"""What the messaging team asks for: routes are added, changed, moved and removed."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from accounts.audit import services as audit
from accounts.audit.access import require
from accounts.audit.actors import Actor
from messaging.carriers.models import Carrier
from messaging.routes import words
from messaging.routes.models import Route, SenderKind
from messaging.routes.plan import ALPHA, NUMBER
from smsportal.lib.errors import Refused
from smsportal.lib.phones import BadNumber, normalise

MOST_CARRIERS: Final = 5  # of one rule: its path has room for so many
MOST_WEIGHT: Final = 100
LONGEST_TAG: Final = 11


@dataclass(frozen=True)
class Wanted:
    """How a route is to be, as typed. sender: empty for every one of its kind."""

    carrier: Carrier
    destination: str = ""
    sender_kind: str = SenderKind.ANY
    sender: str = ""
    place: int = 1
    weight: int = 1
    is_enabled: bool = True


@transaction.atomic
def add(*, wanted: Wanted, by: Actor, now: dt.datetime) -> Route:
    """Texts that wait take it within seconds. Raises Refused."""
    require(by, "manage_carriers")
    route = Route()
    _become(route, wanted)
    route.save()
    _record(route, "route_added", f"Added a route: {in_words(route)}.", by, now)
    return route


@transaction.atomic
def change(*, route: Route, wanted: Wanted, by: Actor, now: dt.datetime) -> None:
    """Raises Refused."""
    require(by, "manage_carriers")
    route = Route.objects.select_for_update().get(pk=route.pk)
    before = in_words(route)
    _become(route, wanted)
    after = in_words(route)
    if before != after:
        route.save()
        _record(route, "route_changed", f"Changed a route: {after}. It was: {before}.", by, now)


@transaction.atomic
def move(*, route: Route, up: bool, by: Actor, now: dt.datetime) -> bool:
    """Try it before, or after, those it stands beside; out of a share it gets a place of its own.

    Answers whether there was anywhere to go.
    """
    require(by, "manage_carriers")
    same = list(_same_texts(route).select_for_update().order_by("place", "pk"))
    places = sorted({each.place for each in same})
    levels = [[each for each in same if each.place == place] for place in places]
    at = places.index(next(each.place for each in same if each.pk == route.pk))
    others = [each for each in levels[at] if each.pk != route.pk]
    mine = [each for each in levels[at] if each.pk == route.pk]
    if not others and (at == 0 if up else at == len(levels) - 1):
        return False
    if others:
        levels[at : at + 1] = [mine, others] if up else [others, mine]
    else:
        levels.insert(at - 1 if up else at + 1, levels.pop(at))
    for number, level in enumerate(levels, start=1):
        Route.objects.filter(pk__in=[each.pk for each in level]).update(place=number)
    route.refresh_from_db()
    _record(route, "route_moved", f"Moved a route: {in_words(route)}.", by, now)
    return True


@transaction.atomic
def remove(*, route: Route, by: Actor, now: dt.datetime) -> None:
    require(by, "manage_carriers")
    _record(route, "route_removed", f"Removed a route: {in_words(route)}.", by, now)
    route.delete()


def in_words(route: Route) -> str:
    """texts to +44 7624…, from any sender, by tallis, first choice"""
    said = [
        f"texts {words.to(route.destination)}",
        words.sender(route.sender_kind, route.sender),
        f"by {route.carrier}",
        words.place(route.place).lower(),
    ]
    if route.weight != 1:
        said.append(f"weight {route.weight}")
    if not route.is_enabled:
        said.append("switched off")
    return ", ".join(said)


def clean_destination(typed: str) -> str:
    """How the number begins, as E.164; empty for every number. Raises Refused."""
    begins = re.sub(r"[\s().\-…]", "", typed)
    begins = re.sub(r"^00", "+", begins)
    begins = re.sub(r"^0", "+44", begins)
    if begins and not re.fullmatch(r"\+[1-9][0-9]{0,14}", begins):
        shown = " ".join(typed.split())[:20]
        raise Refused(
            f"{shown} is not how a number begins. Type +44 or 07624, or leave it empty for "
            "every number.",
            field="destination",
        )
    return begins


def clean_sender(kind: str, typed: str) -> tuple[str, str]:
    """Its kind and how it is kept. Raises Refused."""
    name = " ".join(typed.split())
    if not name:
        return kind, ""
    if re.search("[A-Za-z]", name):
        if len(name) > LONGEST_TAG:
            raise Refused(f"{name[:30]} is longer than an Alpha tag can be.", field="sender")
        return ALPHA, name
    try:
        return NUMBER, normalise(name)
    except BadNumber as bad:
        raise Refused(f"{bad} Type an Alpha tag or a mobile number.", field="sender") from bad


def _same_texts(route: Route) -> QuerySet:
    return Route.objects.filter(
        destination=route.destination, sender_kind=route.sender_kind, sender=route.sender
    )


def _become(route: Route, wanted: Wanted) -> None:
    """Raises Refused."""
    route.destination = clean_destination(wanted.destination)
    route.sender_kind, route.sender = clean_sender(wanted.sender_kind, wanted.sender)
    route.carrier = wanted.carrier
    route.place = _between(wanted.place, MOST_CARRIERS, "place", "choice")
    route.weight = _between(wanted.weight, MOST_WEIGHT, "weight", "weight")
    route.is_enabled = wanted.is_enabled
    others = _same_texts(route).exclude(pk=route.pk)
    same = f"texts {words.to(route.destination)} {words.sender(route.sender_kind, route.sender)}"
    if others.filter(carrier=route.carrier).exists():
        raise Refused(f"{route.carrier} has a route for {same} already.", field="carrier")
    if others.count() >= MOST_CARRIERS:
        raise Refused(
            f"There are {MOST_CARRIERS} carriers for {same}, and no more can be.", field="carrier"
        )


def _between(number: int, most: int, field: str, label: str) -> int:
    if not 1 <= number <= most:
        raise Refused(f"{number} is no {label}. Give a whole number from 1 to {most}.", field=field)
    return number


def _record(route: Route, verb: str, said: str, by: Actor, now: dt.datetime) -> None:
    audit.record(by=by, verb=f"carriers.{verb}", words=said, on=route.carrier, now=now)
