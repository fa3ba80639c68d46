"""What a person asks of a message that is sent more than once, and what the worker does for it."""

from messaging.repeats.services.keeping import end, leave_out, pause, resume
from messaging.repeats.services.restoring import came_round, miss
from messaging.repeats.services.running import run, run_due
from messaging.repeats.services.starting import start, write

__all__ = [
    "came_round",
    "end",
    "leave_out",
    "miss",
    "pause",
    "resume",
    "run",
    "run_due",
    "start",
    "write",
]
