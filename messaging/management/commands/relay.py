"""Take mail for numbers and make texts of it, until told to stop."""

import asyncio
import signal
from typing import Any

import uvloop
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from messaging.relay.services import Relay
from smsportal.lib.db import by_key_alone


class Command(BaseCommand):
    help = "Email to SMS: take mail for number@ our domains; its subject line is the text."

    def handle(self, *args: Any, **options: Any) -> None:
        by_key_alone()
        uvloop.run(self._serve())

    async def _serve(self) -> None:
        stopped = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
        try:
            relay = Relay()
            await relay.open(
                host=settings.RELAY_HOST,
                port=settings.RELAY_PORT,
                local_port=settings.RELAY_LMTP_PORT or None,
                local_path=settings.RELAY_LMTP_SOCKET,
                policy_port=settings.RELAY_POLICY_PORT or None,
            )
        except OSError as why:
            raise CommandError(f"The relay cannot listen: {why}.") from None
        self.stdout.write(f"Mail is taken at {settings.RELAY_HOST}:{settings.RELAY_PORT}.")
        self.stdout.flush()
        await stopped.wait()
        await relay.close()
