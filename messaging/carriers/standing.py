"""How a carrier stands, in words, from what its sender wrote down last. The clock is passed in."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from messaging.carriers.models import Carrier, CarrierHealth
from smsportal.lib.words import clock, said_when

SILENT_AFTER: Final = dt.timedelta(seconds=45)  # three times what a sender needs to say a word
LINE: Final = "the connection to the network "  # so begins why a text waits that had no line
A_MOMENT: Final = dt.timedelta(seconds=10)  # a line that is opened again meanwhile was never down


@dataclass(frozen=True)
class Standing:
    """key: of the icon and tone; words: for the badge; why, advice: whole sentences, or empty."""

    key: str
    words: str
    why: str = ""
    advice: str = ""

    @property
    def is_bad(self) -> bool:
        return self.key == "down"


def health_of(carrier: Carrier) -> CarrierHealth | None:
    return getattr(carrier, "health", None)


def is_heard(health: CarrierHealth | None, now: dt.datetime) -> bool:
    """Whether its sender is at work."""
    return health is not None and now - health.at <= SILENT_AFTER


def standing(carrier: Carrier, now: dt.datetime) -> Standing:
    health = health_of(carrier)
    if not carrier.is_enabled:
        return Standing("standby", "Switched off", "No text goes by it.")
    if carrier.paused_at:
        since = said_when(carrier.paused_at, now=now)
        return Standing("paused", "Paused", f"Paused {since}. Its texts wait.")
    service = f"smsportal-sender@{carrier.name}"
    if health is None:
        advice = f"Start it on its machine: systemctl enable --now {service}"
        return Standing("down", "Not started", "Its sender has never run.", advice)
    if not is_heard(health, now):
        since = said_when(health.at, now=now)
        return Standing(
            "down",
            "Not answering",
            f"Its sender was last heard of {since}. Its texts wait, and nothing is lost.",
            f"Start it again on its machine: systemctl restart {service}. "
            f"What it said last: journalctl -u {service}",
        )
    return _connection(health, now)


def _connection(health: CarrierHealth, now: dt.datetime) -> Standing:
    some = f"{health.connected_count} of {health.connection_count}"
    why = ""
    if health.has_problem and health.problem_since:
        since = said_when(health.problem_since, now=now)
        why = f"Since {since}: {health.problem}."
    if health.is_ready and health.breaker_opened_at:
        at, tries = health.breaker_opened_at, health.breaker_tries_at
        why = f"It closed itself {said_when(at, now=now)}: {health.breaker_why}."
        next_try = f"at {clock(tries)}" if tries and tries > now else "now"
        advice = (
            f"It tries one text {next_try}, and opens again when that goes. Its other texts go by "
            "the next carrier of their route, or wait. Nothing is lost."
        )
        return Standing("down", "Closed itself", why, advice)
    if health.is_ready:
        if health.connected_count < health.connection_count:
            return Standing("slow", f"Working, {some} connected", why)
        if health.is_slowed:
            words = "The carrier asked us to go slower. We speed up again by and by."
            return Standing("slow", "Slowed down", words)
        return Standing("healthy", "Working")
    if not why:
        return Standing("standby", "Connecting")
    advice = "We keep trying, and its texts wait meanwhile. Nothing is lost."
    return Standing("down", "Not connected", why, advice)


def why_waiting(carriers: Iterable[Carrier], now: dt.datetime) -> str:
    """What a text waits for that any of `carriers` may take; empty where one of them is ready, or
    where nothing is known of one.
    """
    since: list[dt.datetime] = []
    tries: list[dt.datetime] = []
    for carrier in carriers:
        health = health_of(carrier)
        if health is None:
            return ""
        if not is_heard(health, now):
            since.append(health.down_since or health.at)
        elif health.down_since and now - health.down_since > A_MOMENT:
            since.append(health.down_since)
        elif health.breaker_opened_at and health.breaker_tries_at:
            since.append(health.breaker_opened_at)
            tries.append(health.breaker_tries_at)
        else:
            return ""
    if not since:
        return ""
    down = max(since)  # the line was down altogether when the last of them went
    is_today = now - down < dt.timedelta(hours=12)
    said = clock(down) if is_today else said_when(down, now=now)
    if not tries:
        return f"{LINE}is down since {said}; we keep trying"
    at = f"at {clock(min(tries))}" if min(tries) > now else "now"
    return f"{LINE}does not work since {said}; we try one text {at}"


def why_kept(carrier: Carrier, now: dt.datetime) -> str:
    """What a text waits for that may have gone by `carrier`, and so goes by no other."""
    if carrier.is_enabled and not carrier.paused_at:
        return why_waiting([carrier], now)
    why = "paused" if carrier.is_enabled else "switched off"
    return f"it may have gone by one connection already and goes by no other, which is {why} now"
