"""The first person of a real installation: somebody of the messaging team."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.audit.actors import System
from accounts.opening.services import add_staff
from smsportal.lib.errors import Refused


class Command(BaseCommand):
    help = "Add somebody who runs the portal. Prints a link to choose a password, once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        for name in ("username", "name", "email"):
            parser.add_argument(f"--{name}", help="asked for when it is left out")
        parser.add_argument("--role", choices=["operator", "finance"], default="operator")
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help="read the password from standard input instead of printing a link",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        details = {
            name: options[name] or self._ask(f"{name.capitalize()}: ", options)
            for name in ("username", "name", "email")
        }
        password = sys.stdin.readline().rstrip("\n") if options["password_stdin"] else ""
        if options["password_stdin"] and not password:
            raise CommandError("There is no password on standard input.")
        try:
            person, link = add_staff(
                role=options["role"],
                **details,
                password=password,
                by=System(),
                now=timezone.now(),
            )
        except Refused as refused:
            raise CommandError(refused.words) from refused
        except ValidationError as weak:
            raise CommandError(" ".join(weak.messages)) from weak
        self.stdout.write(f"{person.name} can sign in as {person.username}.")
        if link:
            self.stdout.write(f"To choose a password, once and within 3 days:\n{link}")

    def _ask(self, words: str, options: dict[str, Any]) -> str:
        if options["password_stdin"]:
            raise CommandError("Give --username, --name and --email with --password-stdin.")
        return input(words)
