"""The demo invents people and texts, so it starts only where it can do no harm."""

import datetime as dt
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from accounts.audit import services as audit
from accounts.audit.actors import System
from accounts.audit.models import AuditEvent
from accounts.people.models import Person
from messaging.carriers.models import Carrier
from smsportal.lib.hosts import is_loopback

MARK = "demo.began"


class DemoRefused(RuntimeError):
    """Why the demo does not start here, and what to do instead."""


def refuse_a_real_database() -> None:
    """Raises DemoRefused where people are who were there before the demo, and where a carrier
    could reach a real network.
    """
    if Person.objects.exists() and not AuditEvent.objects.filter(verb=MARK).exists():
        raise DemoRefused(
            "This database has people in it who are not the demo's. Unset DATABASE_URL, or point "
            "it at an empty database, or set VAR_DIR to an empty folder."
        )
    for carrier in Carrier.objects.filter(is_enabled=True):
        for host in hosts(carrier.settings):
            if not is_loopback(host):
                raise DemoRefused(
                    f"The carrier {carrier.name} leads to {host}. In the demo every carrier stays "
                    f"on this machine: switch {carrier.name} off first."
                )


def mark_as_demo(*, now: dt.datetime) -> None:
    """Write down, before the first invented person, that this database is the demo's."""
    if not AuditEvent.objects.filter(verb=MARK).exists():
        words = "Began a demonstration: every person and text in it is invented."
        audit.record(by=System(), verb=MARK, words=words, now=now)


def hosts(settings: Any) -> Iterator[str]:
    """Every host that a carrier's settings name, however deep."""
    if isinstance(settings, dict):
        for key, value in settings.items():
            if isinstance(value, str) and "host" in key.lower():
                yield value
            else:
                yield from hosts(value)
    elif isinstance(settings, list):
        for value in settings:
            yield from hosts(value)
    elif isinstance(settings, str) and "://" in settings:
        yield urlsplit(settings).hostname or settings
