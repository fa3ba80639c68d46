"""The whole product in one terminal, with an invented university in it."""

import fcntl
import os
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.people.models import Person
from smsportal.demo import guard, network, parts
from smsportal.lib.broker import BrokerMissing
from smsportal.lib.db import database_now
from smsportal.supervisor import ChildFailed, Supervisor

SIGN_IN_NAMES = {
    "ouit0423": "IT Services, sends texts",
    "ouit0423admin": "IT Services, its department admin",
    "phys0077": "Physics, sends texts",
    "phys0077admin": "Physics, its department admin",
    "operator": "runs the portal",
    "finance": "sees the money",
}


class Command(BaseCommand):
    help = "Start the whole product with an invented university in it. PORT, DEMO_PASSWORD."
    requires_system_checks: ClassVar[list[str]] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--smpp", action="store_true", help="texts reach the practice phones over SMPP"
        )

    def handle(self, *args: Any, smpp: bool = False, **options: Any) -> None:
        port = self._port()
        if not settings.DEMO:
            self._start_again_in_demo_mode(port)
        try:
            with alone(settings.VAR_DIR):
                self._run(port, smpp, os.environ.get("DEMO_PASSWORD") or secrets.token_urlsafe(9))
        except (ChildFailed, BrokerMissing, guard.DemoRefused) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            self._say("Stopped before it began.")

    def _run(self, port: int, is_by_smpp: bool, password: str) -> None:
        _refuse_a_taken_relay_port()
        self._prepare(password)
        smpp_port = self._choose_network(is_by_smpp)
        supervisor = Supervisor(settings.VAR_DIR / "logs", say=self._say)
        try:
            self._start(supervisor, port, smpp_port)
            if not supervisor.is_stopping:
                self._welcome(port, smpp_port, password)
            supervisor.watch()
        finally:
            self._say("Stopping ...")
            supervisor.stop()
        self._say("Stopped.")

    def _port(self) -> int:
        asked = os.environ.get("PORT", "8000")
        if not asked.isdigit() or not 0 < int(asked) < 65536:
            raise CommandError(f"PORT is {asked!r}. Give a number from 1 to 65535.")
        if not parts.becomes_free(int(asked)):
            other = int(asked) + 1
            raise CommandError(f"Port {asked} is in use. Choose another: PORT={other} make demo")
        return int(asked)

    def _start_again_in_demo_mode(self, port: int) -> None:
        """Settings are read once, when a process starts, so demo mode needs a new start."""
        os.environ.update(parts.demo_environment(settings.VAR_DIR, port))
        os.environ.setdefault("DEMO_STARTED_AT", str(int(time.time())))
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])

    def _prepare(self, password: str) -> None:
        self._say("Preparing the database ...")
        call_command("migrate", verbosity=0, interactive=False)
        guard.refuse_a_real_database()
        guard.mark_as_demo(now=timezone.now())
        call_command("seed_demo", stdout=self.stdout)
        self._set_passwords(password)

    def _choose_network(self, is_by_smpp: bool) -> int | None:
        """The port of the practice network, where it is reached by one."""
        if not is_by_smpp:
            network.reach_within()
            return None
        port = network.free_port()
        network.reach_by_smpp(port)
        return port

    def _set_passwords(self, password: str) -> None:
        seeded = Person.objects.filter(username__in=SIGN_IN_NAMES)
        # Hashed once for all: the same password, and hashing is slow on purpose.
        hashed = make_password(password)
        for person in seeded:
            if not check_password(password, person.password):
                Person.objects.filter(pk=person.pk).update(password=hashed)

    def _start(self, supervisor: Supervisor, port: int, smpp_port: int | None) -> None:
        self._say("Starting ...")
        _refuse_a_taken_relay_port()  # again: another demo may have taken it meanwhile
        if not settings.REDIS_URL:
            supervisor.start(parts.embedded_broker(settings.VAR_DIR))
        if smpp_port:
            supervisor.start(parts.simulator(smpp_port))
        relay = parts.relay(settings.RELAY_PORT)
        supervisor.start(parts.web(port), relay, *parts.workers(since=database_now()))

    def _welcome(self, port: int, smpp_port: int | None, password: str) -> None:
        seconds = time.time() - float(os.environ.get("DEMO_STARTED_AT", time.time()))
        names = "\n".join(f"    {name:15}{words}" for name, words in SIGN_IN_NAMES.items())
        by_smpp = f"Texts go by SMPP to the network at 127.0.0.1:{smpp_port}. " if smpp_port else ""
        self._say(
            f"\nReady after {seconds:.0f} s:  http://localhost:{port}\n\n"
            f"Sign in as one of these, each with the password  {password}\n{names}\n\n"
            f"{by_smpp}Email to SMS: mail to 07700900001@{settings.RELAY_DOMAINS[0]}, by SMTP at "
            f"127.0.0.1:{settings.RELAY_PORT}.\nNo text leaves this machine.\n"
            f"Logs: {settings.VAR_DIR / 'logs'}. Ctrl-C stops all.\n"
        )

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _refuse_a_taken_relay_port() -> None:
    port = settings.RELAY_PORT
    if not parts.becomes_free(port):
        raise CommandError(
            f"Port {port} is in use, and Email to SMS needs it. "
            f"Choose another: RELAY_PORT={port + 1} make demo"
        )


@contextmanager
def alone(var_dir: Path) -> Iterator[None]:
    """Two demos of one folder would share a broker and a database. Raises CommandError."""
    with (var_dir / "demo.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandError(
                f"A demo runs in {var_dir} already. Stop it, or set VAR_DIR to another folder."
            ) from None
        yield
