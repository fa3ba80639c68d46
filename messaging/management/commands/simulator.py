"""Play a carrier that speaks SMPP 3.4, for this machine alone, until told to stop."""

import asyncio
import os
import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from messaging.carriers.models import Carrier
from messaging.carriers.simulator.exchange import HOST, Exchange
from messaging.carriers.simulator.line import Account
from messaging.carriers.smpp.kind import SYSTEM_ID
from smsportal.lib.errors import Refused
from smsportal.lib.sealing import unseal


class Command(BaseCommand):
    help = (
        "Play a carrier over SMPP 3.4, on 127.0.0.1 alone. Its network, its practice numbers and "
        "its faults are those of a sandbox carrier, whose ledger it keeps."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--smpp-port", type=int, required=True, help="0: one that is free")
        parser.add_argument("--carrier", default="simulator", help="the sandbox it plays")
        parser.add_argument("--system-id", help="as whom clients bind; the carrier's own, or name")
        parser.add_argument("--password-env", metavar="NAME", help="the variable that holds it")

    def handle(self, *args: Any, **options: Any) -> None:
        carrier = _sandbox(options["carrier"])
        account = _account(carrier, options["system_id"], options["password_env"])
        port = options["smpp_port"]
        if not 0 <= port < 65536:
            raise CommandError(f"{port} is no port. Give a number from 1 to 65535, or 0.")
        asyncio.run(self._play(carrier, account, port))

    async def _play(self, carrier: Carrier, account: Account, port: int) -> None:
        exchange = Exchange(carrier, account)
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, exchange.stop)
        try:
            port = await exchange.open(port)
        except OSError as why:
            raise CommandError(f"Port {port} cannot be listened on: {why.strerror}.") from None
        self.stdout.write(f"{carrier} is played at {HOST}:{port} for {account.system_id}.")
        self.stdout.flush()
        await exchange.run()


def _sandbox(name: str) -> Carrier:
    carrier = Carrier.objects.filter(name=name).first()
    if carrier is None:
        raise CommandError(f"There is no carrier called {name}: manage.py carrier add simulator")
    if not carrier.is_sandbox:
        raise CommandError(f"{name} is a real carrier, and the simulator plays only a sandbox.")
    return carrier


def _account(carrier: Carrier, system_id: str | None, variable: str | None) -> Account:
    """The account of the carrier's own settings, where nothing else is asked for."""
    sealed = carrier.settings.get("password", "")
    if variable is not None:
        if variable not in os.environ:
            raise CommandError(f"There is no variable {variable}.")
        password = os.environ[variable]
    elif sealed:
        password = unseal(sealed)
    else:
        raise CommandError(
            f"{carrier} has no password. Put one into a variable, and name it: --password-env NAME"
        )
    try:
        known = system_id or carrier.settings.get("system_id") or carrier.name[:15]
        return Account(SYSTEM_ID.clean(known), password)
    except Refused as refused:
        raise CommandError(refused.words) from None
