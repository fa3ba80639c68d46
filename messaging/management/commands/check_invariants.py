"""Look for what must never be true. Says nothing and ends well when there is nothing."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from messaging.sending.engine.invariants import broken, every
from smsportal.lib.db import database_now


class Command(BaseCommand):
    help = "Check that no text is lost, doubled or shown wrongly. Any line is an alarm."

    def handle(self, *args: Any, **options: Any) -> None:
        found = broken(now=database_now())
        for each in every():
            if each.key in found:
                ids = ", ".join(str(pk) for pk in found[each.key])
                self.stdout.write(f"{each.key} {each.words}: {ids}")
        if found:
            raise CommandError(f"{len(found)} invariants do not hold.")
        self.stdout.write(f"All {len(every())} invariants hold.")
