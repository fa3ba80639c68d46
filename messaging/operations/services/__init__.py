"""What the messaging team asks for, and what the portal does for it by itself."""

from messaging.operations.services.halting import start_again, stop_everything
from messaging.operations.services.restoring import (
    know_this_machine,
    release_after_restore,
    would_release,
)
from messaging.operations.services.watching import Lookout, watch

__all__ = [
    "Lookout",
    "know_this_machine",
    "release_after_restore",
    "start_again",
    "stop_everything",
    "watch",
    "would_release",
]
