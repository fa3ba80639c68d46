"""Beat's clock: the schedule of settings, kept in memory."""

import logging
import time
from typing import Any

from celery.beat import Scheduler
from django.db import DatabaseError, close_old_connections

from messaging.operations import engine
from messaging.operations.services import Lookout

log = logging.getLogger(__name__)


class InMemoryScheduler(Scheduler):
    """Celery's own default keeps a file, which `kill -9` can corrupt. Everything that beat fires
    is an idempotent sweep, so forgetting when it last fired costs one early or late round.
    """

    beaten_at = float("-inf")
    lookout = Lookout(tells_of_database=True)

    def setup_schedule(self) -> None:
        self.install_default_entries(self.data)
        self.update_from_dict(self.app.conf.beat_schedule)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        wait = super().tick(*args, **kwargs)
        if time.monotonic() - self.beaten_at >= engine.HEARTBEAT_SECONDS:
            self._beat()
        return min(wait, engine.HEARTBEAT_SECONDS)

    def _beat(self) -> None:
        self.beaten_at = time.monotonic()
        close_old_connections()
        try:
            engine.beat("beat")
        except DatabaseError:
            log.warning("beat could not write its heartbeat", exc_info=True)
        self.lookout.look()
