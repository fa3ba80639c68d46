"""Carriers without a browser: the same services, for automation."""

import asyncio
import os
import sys
import time
from argparse import Namespace
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.audit.actors import System
from messaging.carriers import queries, services
from messaging.carriers.base import LineState
from messaging.carriers.fields import OneOf, Tick
from messaging.carriers.kinds import CHARGING, NAME, Kind
from messaging.carriers.models import Carrier, CarrierTest, CarrierTestState
from messaging.carriers.registry import KINDS, Unusable, adapter_for
from messaging.carriers.standing import Standing, standing
from messaging.management import routes
from messaging.operations.forms.carriers import CarrierForm
from messaging.operations.queries import carrier_tests
from messaging.sending.engine.hold import HeldElsewhere, Hold
from messaging.sending.services.carrier_tests import USUAL_SENDER, ask, give_up
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
    help = "Add, list, test, pause, resume, switch off and remove carriers; their routes."

    def add_arguments(self, parser: CommandParser) -> None:
        deeds = parser.add_subparsers(dest="deed", required=True, metavar="deed")
        deeds.add_parser("list", help="every carrier, and how it is")
        kinds = deeds.add_parser("add", help="set one up").add_subparsers(
            dest="kind", required=True, metavar="kind"
        )
        for kind in KINDS.values():
            parser = kinds.add_parser(kind.key, help=kind.lead)
            if kind.plays:
                parser.add_argument("name", nargs="?", default=kind.key)
            else:
                parser.add_argument("name", help=NAME.hint)
                _add_fields(parser, kind)
        test = deeds.add_parser("test", help="whether it can be connected; with --to, one text")
        test.add_argument("name")
        test.add_argument("--to", metavar="NUMBER", help="send a test text there, by its sender")
        test.add_argument("--from", dest="sender", default=USUAL_SENDER, help=f"{USUAL_SENDER}")
        test.add_argument("--wait", type=float, default=60.0, help="seconds for its report; 60")
        test.add_argument("--seconds", type=float, default=15.0, help="how long to wait; 15")
        routes.add_arguments(deeds.add_parser("route", help="which carrier takes which texts"))
        for deed in DEEDS:
            deeds.add_parser(deed, help=HELP[deed]).add_argument("name")

    def handle(self, *args: Any, **options: Any) -> None:
        given = Namespace(**options)
        try:
            if given.deed == "list":
                self._list()
            elif given.deed == "add":
                self._add(given)
            elif given.deed == "test" and given.to:
                self._send_a_test(_carrier(given.name), given)
            elif given.deed == "test":
                self._test(_carrier(given.name), given.seconds)
            elif given.deed == "route":
                for line in routes.run(given, now=database_now()):
                    self.stdout.write(line)
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
        kind = KINDS[given.kind]
        if kind.plays:
            return self._add_simulator(given.name)
        form = CarrierForm(kind, _as_typed(kind, given))
        if not form.is_valid():
            wrong = [f"{name}: {words}" for name, all_ in form.errors.items() for words in all_]
            raise CommandError("\n".join(wrong))
        name = form.cleaned_data["name"]
        wanted, now = form.wanted(), database_now()
        services.add(name=name, kind=kind.key, wanted=wanted, by=System(), now=now)
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

    def _send_a_test(self, carrier: Carrier, given: Namespace) -> None:
        """Ends well when the carrier took it, and does not say that it was not delivered."""
        now = database_now()
        test = ask(carrier=carrier, number=given.to, sender=given.sender, by=System(), now=now)
        give_up_at = time.monotonic() + given.wait
        said = ""
        while (told := _told(test)).looks_again_in and time.monotonic() < give_up_at:
            if told.words != said:
                self.stdout.write(f"{told.words}. {told.lines[0]}")
                said = told.words
            time.sleep(GLANCE_SECONDS)
        if told.test.state == CarrierTestState.WAITING:
            give_up(test=told.test, by=System(), now=database_now())
            told = _told(test)
        words = "\n".join([f"{told.words}.", *told.lines])
        if told.tone != carrier_tests.GOOD:
            raise CommandError(words)
        self.stdout.write(words)


def _told(test: CarrierTest) -> carrier_tests.Story:
    fresh = CarrierTest.objects.select_related("carrier__health").get(pk=test.pk)
    return carrier_tests.story(fresh, now=database_now())


def _add_fields(parser: CommandParser, kind: Kind) -> None:
    """An option for each field of the page. A secret is no argument: everybody could read it."""
    for field in kind.fields:
        option = f"--{field.name.removeprefix('is_').replace('_', '-')}"
        if field in (NAME, CHARGING):
            continue
        if field.is_secret:
            secret = parser.add_mutually_exclusive_group()
            told = f"the variable that holds it: {field.label}"
            secret.add_argument(f"{option}-env", metavar="NAME", help=told)
            told = f"a line of input: {field.label}"
            secret.add_argument(f"{option}-stdin", action="store_true", help=told)
        elif isinstance(field, OneOf):
            keys = [key for key, _ in field.choices]
            parser.add_argument(
                option, dest=field.name, choices=keys, default=keys[0], help=field.label
            )
        elif isinstance(field, Tick):
            parser.add_argument(option, dest=field.name, action="store_true", help=field.label)
        else:
            parser.add_argument(option, dest=field.name, default=field.usual, help=field.label)
    parser.add_argument("--free", action="store_true", help="departments do not pay for it")


def _as_typed(kind: Kind, given: Namespace) -> dict[str, Any]:
    """The options as the page would send them."""
    options = vars(given)
    typed = {name: value for name, value in options.items() if value not in (None, False)}
    typed["is_charging"] = not given.free
    for secret in kind.secrets:
        if variable := options[f"{secret.name}_env"]:
            if variable not in os.environ:
                raise CommandError(f"There is no variable {variable}.")
            typed[secret.name] = os.environ[variable]
        elif options[f"{secret.name}_stdin"]:
            typed[secret.name] = sys.stdin.readline().rstrip("\r\n")
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
