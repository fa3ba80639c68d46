"""The carrier by which a real installation is tried out before it has one that costs money."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.audit.actors import System
from messaging.carriers import services as carriers
from smsportal.lib.db import database_now


class Command(BaseCommand):
    help = "Set up the simulator: a carrier that plays the networks, and reaches no phone."

    def handle(self, *args: Any, **options: Any) -> None:
        if carriers.add_simulator(by=System(), now=database_now()):
            self.stdout.write("The simulator is set up. Nothing that it carries is charged.")
        else:
            self.stdout.write("The simulator is set up already.")
        self.stdout.write(
            "It reaches no phone, whatever a page says of a text. Until there is a real carrier "
            "it takes every number: try it with 07700 900000 to 07700 900999."
        )
