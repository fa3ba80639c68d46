"""The relay as a process of its own, to be killed."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from messaging.tests.sending.test_crashes import database_url
from smsportal.tests.processes import within

START_SECONDS = 60


class Process:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.start()

    def start(self) -> None:
        """Returns when it takes mail."""
        environment = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "VAR_DIR": str(self.folder),
            "DJANGO_SETTINGS_MODULE": "smsportal.settings",
            "RELAY_PORT": str(self.port),
            "RELAY_PROOFS": "network",
            "RELAY_TRUSTED_NETS": "127.0.0.1/32",
            "RELAY_TEXTS_A_SECOND": "100000",
            "RELAY_TEXTS_A_MINUTE": "100000",
            "RELAY_TEXTS_A_DAY": "100000",
        }
        with (self.folder / "relay.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "relay", "--skip-checks"],
                cwd=settings.BASE_DIR,
                env=environment,
                stdout=log,
                stderr=log,
            )
        assert within(START_SECONDS, self.is_open), (self.folder / "relay.log").read_text()

    def is_open(self) -> bool:
        with socket.socket() as caller:
            return caller.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def end(self) -> int:
        """As systemd asks for it; answers the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


@contextmanager
def relay_process() -> Iterator[Process]:
    with tempfile.TemporaryDirectory() as folder:
        relay = Process(Path(folder))
        try:
            yield relay
        finally:
            relay.kill()
