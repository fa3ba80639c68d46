"""What the processes themselves keep up to date for the operators."""

from messaging.operations.models import Heartbeat
from smsportal.lib.db import database_now

HEARTBEAT_SECONDS = 15  # three missed ones are an alarm


def beat(name: str) -> None:
    """Write down that the process called `name` does its work, by the database's clock."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": database_now()})
