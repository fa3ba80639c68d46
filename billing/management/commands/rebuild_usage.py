"""Count again, from the texts, what was used in a period: harmless at any time."""

import datetime as dt
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing.usage.engine import counting
from smsportal.lib.db import database_now, exclusive
from smsportal.lib.walltime import day_of
from smsportal.lib.words import day

WAITS_SECONDS = 60


class Command(BaseCommand):
    help = "Count again what was used in a period, from the texts themselves."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="from_on", type=dt.date.fromisoformat, required=True)
        parser.add_argument("--to", dest="to_on", type=dt.date.fromisoformat)

    def handle(self, *args: Any, **options: Any) -> None:
        today = day_of(database_now())
        from_on, to_on = options["from_on"], min(options["to_on"] or today, today)
        if from_on > to_on:
            raise CommandError(f"{day(from_on)} is after {day(to_on)}. Give an earlier --from.")
        stop_at = time.monotonic() + WAITS_SECONDS
        while not self._rebuild(from_on, to_on):
            if time.monotonic() > stop_at:
                raise CommandError("Another process counts usage at this moment. Try again later.")
            time.sleep(0.5)
        self.stdout.write(f"Counted {day(from_on)} to {day(to_on)} again.")

    def _rebuild(self, from_on: dt.date, to_on: dt.date) -> bool:
        with exclusive(counting.ALONE) as mine:
            if mine:
                counting.rebuild(from_on, to_on)
            return mine
