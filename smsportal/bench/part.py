"""One part of the bench, in a process and a database of its own: part.py NAME ROWS."""

import sys
from collections.abc import Callable, Iterable

import django
from django.core.management import call_command

django.setup()

from smsportal.bench import (  # noqa: E402 (models need setup first)
    delivery,
    http,
    imports,
    intake,
    lanes,
    pages,
    pure,
    relay,
    relay_fuzz,
    sending,
    smpp,
    usage,
)
from smsportal.bench.hostile import figures as hostile  # noqa: E402


def main(part: str, rows: int) -> None:
    if part != "sums":
        call_command("migrate", verbosity=0)
    figures: dict[str, Callable[[], Iterable[object]]] = {
        "sums": pure.figures,
        "imports": imports.figures,
        "sending": sending.figures,
        "smpp": smpp.figures,
        "emergency": lanes.emergencies,
        "fair": lanes.fairness,
        "http": http.figures,
        "intake": intake.figures,
        "relay": relay.figures,
        "relay-fuzz": relay_fuzz.figures,
        "pages": lambda: pages.figures(rows),
        "usage": lambda: usage.figures(rows),
        "delivery": lambda: delivery.figures(rows),
        "hostile": lambda: hostile.figures(rows),
    }
    for figure in figures[part]():
        print(f"   {figure}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
