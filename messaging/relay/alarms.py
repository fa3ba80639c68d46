"""Subjects of monitoring mails as a phone should show them, and which of them say the same.

Each system decorates its subjects in its own way, where a text wants the state, what and where.
What is not unmistakably a system's own form stays as it was written.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Alarm:
    """DOWN, Library catalogue, timeout exceeded. detail: what may differ between repeats."""

    state: str
    what: str
    detail: str = ""

    @property
    def text(self) -> str:
        return f"{self.state}: {self.what}" + (f", {self.detail}" if self.detail else "")


def read(subject: str) -> Alarm | None:
    """None for what is not the form of a system that is known here."""
    tidied = " ".join(subject.split())
    for pattern, make in KNOWN:
        if found := pattern.fullmatch(tidied):
            return make(found)
    return None


def readable(subject: str) -> str:
    """What goes out as the text: an alarm without its decoration, all else as it was written."""
    alarm = read(subject)
    return alarm.text if alarm else subject


def fingerprint(subject: str) -> str:
    """Equal for two that say the same. Another state is never the same."""
    alarm = read(subject) or _zabbix(subject)
    said = f"{alarm.state}: {alarm.what}" if alarm else subject
    return " ".join(said.casefold().split())


def and_more(subject: str, count: int) -> str:
    """The text at the end of a window: CRITICAL: HTTP on web1 (and 47 more)"""
    return f"{readable(subject)} (and {count:,} more)"


def _zabbix(subject: str) -> Alarm | None:
    """Its subjects can be read as they are, and people write such ones too: nothing is changed.

    After how long a problem was over differs from time to time, and is no part of what it says.
    """
    found = ZABBIX.fullmatch(" ".join(subject.split()))
    return Alarm(found["state"], found["what"]) if found else None


def _nagios(found: re.Match[str]) -> Alarm:
    kind, state = found["kind"].upper(), found["state"].upper()
    service = found.groupdict().get("service")
    what = f"{service} on {found['host']}" if service else found["host"]
    if kind in ("PROBLEM", "RECOVERY"):  # which the state says better
        return Alarm(state, what)
    return Alarm(NAGIOS_WORDS.get(kind, kind), what, state)


def _uptime_kuma(found: re.Match[str]) -> Alarm:
    return Alarm(found["state"].upper(), found["what"], (found["detail"] or "").strip())


def _alertmanager(found: re.Match[str]) -> Alarm:
    count = int(found["count"] or 1)
    return Alarm(found["state"].upper(), found["what"], f"{count} alerts" if count > 1 else "")


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(words, re.IGNORECASE)


NAGIOS_WORDS = {
    "ACKNOWLEDGEMENT": "ACKNOWLEDGED",
    "DOWNTIMESTART": "DOWNTIME BEGINS",
    "DOWNTIMEEND": "DOWNTIME OVER",
    "DOWNTIMECANCELLED": "DOWNTIME CANCELLED",
    "FLAPPINGSTART": "FLAPPING",
    "FLAPPINGSTOP": "FLAPPING OVER",
    "FLAPPINGDISABLED": "FLAPPING NOT WATCHED",
}
_KIND = rf"(?P<kind>PROBLEM|RECOVERY|{'|'.join(NAGIOS_WORDS)}|CUSTOM)"
_STATE = r"(?P<state>OK|UP|DOWN|UNREACHABLE|WARNING|CRITICAL|UNKNOWN)"
_HOST = r"(?P<host>[^\s/]+)"
ZABBIX = _pattern(r"(?P<state>Problem|Resolved|Updated problem|OK)(?: in [\w ]+)?: (?P<what>.+)")
KNOWN: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Alarm]], ...] = (
    # Nagios and Icinga 1: ** PROBLEM Service Alert: web1/HTTP is CRITICAL **
    (
        _pattern(
            rf"(?:\*\* |Nagios: )?{_KIND} Service Alert: "
            rf"{_HOST}/(?P<service>.+) is {_STATE}(?: \*\*)?"
        ),
        _nagios,
    ),
    (_pattern(rf"(?:\*\* |Nagios: )?{_KIND} Host Alert: {_HOST} is {_STATE}(?: \*\*)?"), _nagios),
    # OMD and Thruk: *** PROBLEM *** web1 / HTTP is CRITICAL
    (_pattern(rf"\*\*\* {_KIND} \*\*\* {_HOST} / (?P<service>.+) is {_STATE}"), _nagios),
    (_pattern(rf"\*\*\* {_KIND} \*\*\* {_HOST} is {_STATE}"), _nagios),
    # Icinga 2, older: PROBLEM - web1 - HTTP is CRITICAL
    (_pattern(rf"{_KIND} - {_HOST} - (?P<service>.+) is {_STATE}"), _nagios),
    (_pattern(rf"{_KIND} - {_HOST} is {_STATE}"), _nagios),
    # Icinga 2: [PROBLEM] HTTP on web1 is CRITICAL!
    (_pattern(rf"\[{_KIND}\] (?P<service>.+) on {_HOST} is {_STATE}!"), _nagios),
    (_pattern(rf"\[{_KIND}\] Host {_HOST} is {_STATE}!"), _nagios),
    # Uptime Kuma: [Library catalogue] [🔴 Down] timeout of 48000ms exceeded
    (
        _pattern(r"\[(?P<what>[^\]]+)\] ?\[[^\w\]]*(?P<state>Up|Down)\](?: (?P<detail>.+))?"),
        _uptime_kuma,
    ),
    # Alertmanager and Grafana: [FIRING:2] InstanceDown prod (node critical)
    (
        _pattern(
            r"\[(?P<state>FIRING(?=:)|RESOLVED)(?::(?P<count>\d{1,6}))?(?:, RESOLVED:\d+)?\] "
            r"(?P<what>.+)"
        ),
        _alertmanager,
    ),
)
