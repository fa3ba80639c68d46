"""Fill an empty demo database with an invented university."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from smsportal.demo import seed
from smsportal.lib import bells


class Command(BaseCommand):
    help = "Fill an empty database with the demo's invented university."

    def handle(self, *args: Any, **options: Any) -> None:
        with bells.muted():  # nothing else runs yet, and a warning for each would fill the screen
            made = seed.seed(now=timezone.now())
        self.stdout.write("The university is made." if made else "The university is there.")
