"""Carriers without a browser: the same services, for automation."""

import asyncio
import os
import sys
from argparse import Namespace
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.forms import BooleanField

from accounts.audit.actors import System
from messaging.carriers import queries, services
from messaging.carriers.base import LineState
from messaging.carriers.models import Carrier
from messaging.carriers.registry import Unusable, adapter_for
from messaging.carriers.standing import Standing, standing
from messaging.operations.forms.carriers import FORMS, CarrierForm
from messaging.sending.engine.hold import HeldElsewhere, Hold
from smsportal.lib.db import database_now
from smsportal.lib.errors import Refused

DEEDS = {
    "pause": (services.pause, "{} is paused. Its texts wait."),
    "resume": (services.resume, "Texts go by {} again."),
    "off": (services.switch_off, "{} is switched off."),
    "on": (services.switch_on, "{} is switched on."),
    "remove": (services.remove, "{} is removed. Stop its sender, too."),
}
HELP = {
    "pause": "no text leaves by it until it is resumed",
    "resume": "texts leave by it again",
    "off": "no text is meant for it any more",
    "on": "texts are meant for it again",
    "remove": "one that never carried a text",
}
GLANCE_SECONDS = 0.1


class Command(BaseCommand):
    help = "Add, list, test, pause, resume, switch off and remove carriers."

    def add_arguments(self, parser: CommandParser) -> None:
        deeds = parser.add_subparsers(dest="deed", required=True, metavar="deed")
        deeds.add_parser("list", help="every carrier, and how it is")
        kinds = deeds.add_parser("add", help="set one up").add_subparsers(
            dest="kind", required=True, metavar="kind"
        )
        simulator = kinds.add_parser("simulator", help="plays the networks, and reaches no phone")
        simulator.add_argument("name", nargs="?", default=services.SIMULATOR)
        smpp = kinds.add_parser("smpp", help="SMPP 3.4")
        smpp.add_argument("name", help="small letters, digits and hyphens; its sender's name too")
        _add_fields(smpp, FORMS[services.SMPP]())
        test = deeds.add_parser("test", help="whether it can be connected; sends no text")
        test.add_argument("name")
        test.add_argument("--seconds", type=float, default=15.0, help="how long to wait; 15")
        for deed in DEEDS:
            deeds.add_parser(deed, help=HELP[deed]).add_argument("name")

    def handle(self, *args: Any, **options: Any) -> None:
        given = Namespace(**options)
        try:
            if given.deed == "list":
                self._list()
            elif given.deed == "add":
                self._add(given)
            elif given.deed == "test":
                self._test(_carrier(given.name), given.seconds)
            else:
                deed, said = DEEDS[given.deed]
                carrier = _carrier(given.name)
                deed(carrier=carrier, by=System(), now=database_now())
                self.stdout.write(said.format(carrier.name))
        except Refused as refused:
            raise CommandError(refused.words) from None

    def _list(self) -> None:
        now = database_now()
        for carrier in queries.carriers(System()):
            self._say(carrier, standing(carrier, now))

    def _say(self, carrier: Carrier, how: Standing) -> None:
        words = (f"{carrier} ({carrier.kind}): {how.words}.", how.why, how.advice)
        self.stdout.write(" ".join(filter(None, words)))

    def _add(self, given: Namespace) -> None:
        if given.kind == services.SIMULATOR:
            return self._add_simulator(given.name)
        form = FORMS[services.SMPP](_as_typed(given))
        if not form.is_valid():
            wrong = [f"{name}: {words}" for name, all_ in form.errors.items() for words in all_]
            raise CommandError("\n".join(wrong))
        name = form.cleaned_data["name"]
        wanted, now = form.wanted(), database_now()
        services.add(name=name, kind=services.SMPP, wanted=wanted, by=System(), now=now)
        self.stdout.write(f"{name} is set up. Start its sender: manage.py sender {name}")

    def _add_simulator(self, name: str) -> None:
        if services.add_simulator(name=name, by=System(), now=database_now()):
            self.stdout.write("The simulator is set up. Nothing that it carries is charged.")
        else:
            self.stdout.write("The simulator is set up already.")
        self.stdout.write(
            "It reaches no phone, whatever a page says of a text. Until there is a real carrier "
            "it takes every number: try it with 07700 900000 to 07700 900999."
        )

    def _test(self, carrier: Carrier, seconds: float) -> None:
        try:
            line = asyncio.run(_connect(carrier, seconds))
        except HeldElsewhere:  # a second connection beside the sender's might cost it its own
            how = standing(carrier, database_now())
            if how.key not in ("healthy", "slow"):
                words = " ".join(filter(None, (f"{how.words}.", how.why, how.advice)))
                raise CommandError(f"{carrier}: its sender runs. {words}") from None
            self.stdout.write(f"{carrier}: its sender runs. {how.words}.")
            return
        except Unusable as why:
            raise CommandError(f"{carrier} cannot be connected: {why}.") from None
        some = f"{line.connected_count} of {line.connection_count} connected"
        if line.connected_count < line.connection_count:
            raise CommandError(f"{carrier}: {some}. {line.problem or 'it does not answer'}.")
        self.stdout.write(f"{carrier}: {some}.")


def _add_fields(parser: CommandParser, form: CarrierForm) -> None:
    """An option for each field of the page. The secret is no argument: everybody could read it."""
    for name, field in form.fields.items():
        if name in ("name", "password", "is_charging"):
            continue
        option = f"--{name.removeprefix('is_').replace('_', '-')}"
        if choices := getattr(field, "choices", None):
            keys = [key for key, _ in choices]
            parser.add_argument(option, dest=name, choices=keys, default=keys[0], help=field.label)
        elif isinstance(field, BooleanField):
            parser.add_argument(option, dest=name, action="store_true", help=field.label)
        else:
            parser.add_argument(option, dest=name, default=field.initial, help=field.label)
    parser.add_argument("--free", action="store_true", help="departments do not pay for it")
    secret = parser.add_mutually_exclusive_group()
    secret.add_argument("--password-env", metavar="NAME", help="the variable that holds it")
    secret.add_argument("--password-stdin", action="store_true", help="one line of input")


def _as_typed(given: Namespace) -> dict[str, Any]:
    """The options as the page would send them."""
    typed = {name: value for name, value in vars(given).items() if value not in (None, False)}
    typed["is_charging"] = not given.free
    if given.password_env:
        if given.password_env not in os.environ:
            raise CommandError(f"There is no variable {given.password_env}.")
        typed["password"] = os.environ[given.password_env]
    elif given.password_stdin:
        typed["password"] = sys.stdin.readline().rstrip("\r\n")
    return typed


def _carrier(name: str) -> Carrier:
    carrier = queries.carriers(System()).filter(name=name).first()
    if carrier is None:
        raise CommandError(f"There is no carrier called {name}.")
    return carrier


async def _connect(carrier: Carrier, seconds: float) -> LineState:
    """Connect once, as its sender would and in its place. Raises HeldElsewhere, Unusable."""
    hold = Hold(f"sender-{carrier.name}")
    with ThreadPoolExecutor(max_workers=1) as thread:
        try:
            await hold.take()
            adapter = adapter_for(carrier, thread)
            await adapter.open()
            try:
                give_up_at = asyncio.get_running_loop().time() + seconds
                while asyncio.get_running_loop().time() < give_up_at:
                    line = adapter.line
                    if line.problem or line.connected_count == line.connection_count:
                        break
                    await asyncio.sleep(GLANCE_SECONDS)
                return adapter.line
            finally:
                await adapter.close()
        finally:
            await hold.release()
