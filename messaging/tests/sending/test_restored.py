"""A real backup, a real sender that has sent since, and a sender of the restored copy."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing

import psycopg2
import pytest
from django.conf import settings as portal
from django.db import connection

from accounts.tests.make import make_user
from messaging.carriers.models import SimulatedText
from messaging.sending.engine import watermark
from messaging.sending.engine.watermark import Restored
from messaging.sending.models import Message, Watermark
from messaging.tests.make import make_simulator
from messaging.tests.sending.test_crashes import database_url
from messaging.tests.sending.test_sender import is_all, make_fresh, run_until, sender_of
from smsportal.lib.db import is_postgres
from smsportal.tests.processes import within

pytestmark = pytest.mark.django_db(transaction=True)

QUICK = {"delivery_seconds": [0, 0], "answer_seconds": 0.2}


class Copy:
    """A backup, and the database that it is restored into."""

    def __init__(self, folder):
        self.folder = folder
        self.url = ""
        self.name = f"restored_{os.getpid()}"
        if is_postgres():
            self._run("pg_dump", "-Fc", "-f", folder / "backup", database_url())
        else:
            with closing(sqlite3.connect(folder / "backup")) as to:
                connection.ensure_connection()
                connection.connection.backup(to)

    def restore(self):
        if not is_postgres():
            self.url = f"sqlite:///{self.folder / 'backup'}"
            return
        self._server(f"CREATE DATABASE {self.name}")
        self.url = database_url().rpartition("/")[0] + f"/{self.name}"
        self._run("pg_restore", "-d", self.url, self.folder / "backup")

    def ask(self, sql):
        if is_postgres():
            with closing(psycopg2.connect(self.url)) as there, there.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchall()
        with closing(sqlite3.connect(self.folder / "backup")) as there:
            return there.execute(sql).fetchall()

    def forget(self):
        if is_postgres():
            self._server(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")

    def manage(self, *words, var_dir):
        environment = {
            **os.environ,
            "DATABASE_URL": self.url,
            "VAR_DIR": str(var_dir),
            "DJANGO_SETTINGS_MODULE": "smsportal.settings",
        }
        return subprocess.Popen(
            [sys.executable, "manage.py", *words],
            cwd=portal.BASE_DIR,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def _server(self, sql):
        with connection.cursor() as cursor:
            cursor.execute(sql)

    def _run(self, *words):
        subprocess.run(list(map(str, words)), check=True, capture_output=True)


@pytest.fixture
def backup(tmp_path):
    made = []

    def make():
        made.append(Copy(tmp_path))
        return made[0]

    yield make
    for each in made:
        each.forget()


def test_nothing_goes_twice_from_a_restored_backup(tmp_path, backup, settings):
    settings.VAR_DIR = tmp_path
    carrier = make_simulator(settings=QUICK)
    make_fresh(make_user(), [f"+4477009001{n:02}" for n in range(5)])
    watermark.rise(now=Message.objects.first().next_at)
    copy = backup()
    run_until(sender_of(carrier, tmp_path / "since"), is_all("delivered"))
    ledger = set(SimulatedText.objects.values_list("reference", flat=True))

    copy.restore()
    sender = copy.manage("sender", "simulator", var_dir=tmp_path)
    _, said = sender.communicate(timeout=60)
    assert sender.returncode == 3
    assert "it was restored from a backup. Nothing is sent until somebody runs" in said

    command = copy.manage("release_after_restore", var_dir=tmp_path)
    said, _ = command.communicate(timeout=60)
    assert said.startswith("5 texts may have gone since the backup")

    sender = copy.manage("sender", "simulator", var_dir=tmp_path)
    beats = "SELECT count(*) FROM messaging_heartbeat WHERE name = 'sender:simulator'"
    assert within(20, lambda: copy.ask(beats) == [(1,)])
    sender.send_signal(signal.SIGTERM)
    sender.communicate(timeout=60)

    assert len(ledger) == 5
    assert copy.ask("SELECT count(*) FROM messaging_simulatedtext") == [(0,)]
    assert copy.ask("SELECT DISTINCT state, maybe_sent FROM messaging_message") == [
        ("unknown", True)
    ]


def test_a_sender_stops_when_a_backup_is_restored_beneath_it(tmp_path, settings):
    settings.VAR_DIR = tmp_path
    beneath_it = {"heartbeat": lambda: Watermark.objects.update(level=0)}

    with pytest.raises(ExceptionGroup) as stopped:
        asyncio.run(sender_of(make_simulator(settings=QUICK), tmp_path, **beneath_it).run())

    assert stopped.group_contains(Restored)
