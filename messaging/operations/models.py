"""What the operators watch: whether each long-running process is at work."""

from django.db import models


class Heartbeat(models.Model):
    """When a process last said that it does its work: `worker`, `beat`, `sender:simulator`."""

    name = models.CharField(max_length=60, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
