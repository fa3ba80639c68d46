"""What a person asks of sending: send this, undo it, cancel it, pause it, stop it."""

from messaging.sending.services.accepting import (
    MOST_PARTS,
    cancel,
    leave_out_opted_out,
    moment_of,
    send_now,
    stop_waiting,
    submit,
    tell_about_finished,
)
from messaging.sending.services.running import pause, resume, stop, stop_paused

__all__ = [
    "MOST_PARTS",
    "cancel",
    "leave_out_opted_out",
    "moment_of",
    "pause",
    "resume",
    "send_now",
    "stop",
    "stop_paused",
    "stop_waiting",
    "submit",
    "tell_about_finished",
]
