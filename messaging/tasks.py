"""Where Celery looks for this app's tasks."""

from messaging.carriers.tasks import forget_calls
from messaging.compose.tasks import fill_basket, fill_baskets, forget_uploads, measure_draft
from messaging.imports.tasks import forget_imports, imports_waiting, run_import
from messaging.incoming.tasks import join_parts
from messaging.operations.tasks import heartbeat, watch
from messaging.relay.tasks import forget_relayed, mail_relay_summaries, tell_of_repeats
from messaging.repeats.tasks import run_occurrence, run_repeats
from messaging.sending.tasks import (
    drop_cancelled,
    drop_stopped,
    expand_batch,
    expand_waiting,
    release_due,
    sweep,
    tally_changed,
    tell_of_caps,
)

__all__ = [
    "drop_cancelled",
    "drop_stopped",
    "expand_batch",
    "expand_waiting",
    "fill_basket",
    "fill_baskets",
    "forget_calls",
    "forget_imports",
    "forget_relayed",
    "forget_uploads",
    "heartbeat",
    "imports_waiting",
    "join_parts",
    "mail_relay_summaries",
    "measure_draft",
    "release_due",
    "run_import",
    "run_occurrence",
    "run_repeats",
    "sweep",
    "tally_changed",
    "tell_of_caps",
    "tell_of_repeats",
    "watch",
]
