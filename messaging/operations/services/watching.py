"""Keeping watch: what is wrong is written down, and who looks after the portal is told."""

import datetime as dt
import logging
import threading
import time
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import InterfaceError, OperationalError, connection

from accounts.mail import engine as outbox
from messaging.operations import engine
from messaging.operations.queries import troubles
from messaging.operations.services.alerting import alert
from smsportal.lib.db import database_now

log = logging.getLogger(__name__)

DATABASE_AWAY_SECONDS: Final = 60.0


def watch(*, now: dt.datetime) -> bool:
    """Called often, by whatever is alive. Answers whether it was this one's turn to look."""
    if not engine.is_time_to_look(now):
        return False
    engine.write_down(troubles.find(now), now=now)
    alert(now=now)
    return True


class Lookout:
    """Keeps watch beside the work of a process that must not wait for it: beat, a sender. While
    the worker is silent its mail leaves from here. tells_of_database: of the one process that
    mails, past the outbox, when there is no database to hold one.
    """

    def __init__(self, *, tells_of_database: bool = False) -> None:
        self.tells_of_database = tells_of_database
        self.thread: threading.Thread | None = None
        self.away_since: float | None = None
        self.has_told = False

    def look(self) -> None:
        """Returns at once; does nothing while the last look goes on."""
        if self.thread is None or not self.thread.is_alive():
            self.thread = threading.Thread(target=self._look, name="lookout", daemon=True)
            self.thread.start()

    def _look(self) -> None:
        try:
            now = database_now()
            watch(now=now)
            if troubles.is_worker_silent(now):
                outbox.send_due()
            self._database_is(there=True)
        except (OperationalError, InterfaceError):
            log.warning("nobody can look for what is wrong: the database is away")
            self._database_is(there=False)
        finally:
            connection.close()

    def _database_is(self, *, there: bool) -> None:
        if there:
            if self.has_told:
                self._tell("over: the database answers again", "")
            self.away_since, self.has_told = None, False
            return
        self.away_since = self.away_since or time.monotonic()
        long = time.monotonic() - self.away_since > DATABASE_AWAY_SECONDS
        if long and self.tells_of_database and not self.has_told:
            self.has_told = self._tell("the database does not answer", AWAY)

    def _tell(self, what: str, more: str) -> bool:
        """Answers whether there is nothing more to do about it: sent, or nobody to send it to."""
        if not settings.ALERT_EMAILS:
            return True
        body = f"{what[:1].upper()}{what[1:]}.\n{more}"
        try:
            EmailMessage(f"SMS Portal, {what}", body, to=settings.ALERT_EMAILS).send()
        except OSError:
            log.warning("the mail server is away, too", exc_info=True)
            return False
        return True


AWAY: Final = """
What the portal does: pages say that they are closed for a moment and keep what people wrote.
Senders keep in their journals what they hear, and go on by themselves when it is back. Nothing is
lost, and nothing is sent twice.
What you can do: look at PostgreSQL and its disk.
"""
