"""Let sending begin after a backup was restored."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.audit.actors import System
from messaging.operations import services
from smsportal.lib.db import database_now
from smsportal.lib.errors import Refused


class Command(BaseCommand):
    help = (
        "After a backup was restored: mark as “May have been sent” what may have gone since it was "
        "made, write repeating messages of that time down as missed, and let senders start."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument(
            "--restored", action="store_true", help="it was, though nothing shows it"
        )
        told = "only this machine is new: let it send, and mark nothing"
        which.add_argument("--not-restored", action="store_true", help=told)
        parser.add_argument("--dry-run", action="store_true", help="say how many, and mark nothing")

    def handle(self, *args: Any, restored: bool, **options: Any) -> None:
        try:
            self.stdout.write(self._do(restored, options["not_restored"], options["dry_run"]))
        except Refused as refused:
            raise CommandError(refused.words) from None

    def _do(self, restored: bool, not_restored: bool, dry_run: bool) -> str:
        by, now = System(), database_now()
        if not_restored:
            services.know_this_machine(by=by, now=now)
            return "This machine may send now."
        if dry_run:
            told = services.would_release(is_sure=restored, by=by, now=now)
            return f"{told.words}. Nothing has been marked yet."
        told = services.release_after_restore(is_sure=restored, by=by, now=now)
        return f"{told.words}. Senders may start now. Decide about the texts on the page To decide."
