"""Own one carrier's connection, until told to stop."""

import asyncio
import signal
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import uvloop
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from messaging.carriers.base import TextFromPhone
from messaging.carriers.models import Carrier
from messaging.carriers.registry import KINDS, Unusable, adapter_for
from messaging.incoming import services as incoming
from messaging.operations.engine import beat
from messaging.operations.services import Lookout
from messaging.sending.engine import health, watermark
from messaging.sending.engine.hold import HeldElsewhere
from messaging.sending.engine.sender import Sender
from messaging.sending.engine.watermark import Restored
from smsportal.lib.db import database_now

OLDER_THAN_IT_WAS = 3  # the exit code
# The usual 5 ms is how long the wire may wait for a thread that puts a query together.
SWITCH_SECONDS = 0.0005


class Command(BaseCommand):
    help = "Send texts by one carrier. One process for each; a second one refuses to start."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("carrier", help="the carrier's name, as on its page")

    def handle(self, *args: Any, carrier: str, **options: Any) -> None:
        row = Carrier.objects.filter(name=carrier).first()
        if row is None:
            raise CommandError(f"There is no carrier called {carrier}.")
        if row.kind not in KINDS:
            raise CommandError(f"Nothing here speaks {row.kind}, the kind of {carrier}.")
        while row is not None:
            if not _is_to_connect_again(row):
                return
            row = Carrier.objects.filter(pk=row.pk).first()
        raise CommandError(f"{carrier} was removed. Its sender is not needed any more.")


def _is_to_connect_again(carrier: Carrier) -> bool:
    """Send until told to stop: False. True when the carrier's settings were changed meanwhile."""
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        return uvloop.run(_send(carrier))
    except* HeldElsewhere:
        raise CommandError(f"A sender of {carrier} runs already.") from None
    except* Restored as group:
        told = str(group.exceptions[0])
        words = f"{carrier} sends nothing. {told}."
        raise CommandError(words, returncode=OLDER_THAN_IT_WAS) from None
    except* Unusable as group:
        [why] = group.exceptions
        health.cannot_start(carrier, str(why), now=database_now())
        raise CommandError(f"{carrier} cannot be connected: {why}.") from why


async def _send(carrier: Carrier) -> bool:
    sender = Sender(
        carrier,
        adapter_for,
        journal_path=_journal_path(carrier, await asyncio.to_thread(watermark.era)),
        hand_over=partial(hand_over, carrier),
        heartbeat=partial(_say, carrier.name, Lookout()),
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, sender.stop)
    await sender.run()
    return sender.is_outdated


def _journal_path(carrier: Carrier, era: int) -> Path:
    """Another one after a restored backup: the ids in the last one may be given to other texts."""
    name = carrier.name if era == 1 else f"{carrier.name}.{era}"
    return Path(settings.VAR_DIR / "journal" / name)


def _say(name: str, lookout: Lookout) -> None:
    beat(f"sender:{name}")
    lookout.look()


def hand_over(carrier: Carrier, texts: Sequence[TextFromPhone]) -> None:
    incoming.store(carrier=carrier, texts=texts, now=database_now())
