"""What a person asks of sending: send this, undo it, cancel it, pause it, stop it."""

from messaging.sending.services.accepting import (
    MOST_PARTS,
    cancel,
    moment_of,
    send_now,
    stop_waiting,
    submit,
    tell_about_finished,
)
from messaging.sending.services.automatic import submit_automatic
from messaging.sending.services.doubt import send_again, treat_as_not_sent
from messaging.sending.services.gathered import Accepted, Order, accept_gathered, senders
from messaging.sending.services.running import pause, resume, stop, stop_paused

__all__ = [
    "MOST_PARTS",
    "Accepted",
    "Order",
    "accept_gathered",
    "cancel",
    "moment_of",
    "pause",
    "resume",
    "send_again",
    "senders",
    "send_now",
    "stop",
    "stop_paused",
    "stop_waiting",
    "submit",
    "submit_automatic",
    "tell_about_finished",
    "treat_as_not_sent",
]
