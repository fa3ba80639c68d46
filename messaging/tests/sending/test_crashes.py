"""Real sender processes, killed under load. The simulator's own ledger tells what really went out.

KILLS makes it longer.
"""

import collections
import datetime as dt
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.tests.make import make_user
from messaging.carriers.models import SimulatedKind, SimulatedText
from messaging.operations.models import Heartbeat
from messaging.sending.engine.invariants import broken
from messaging.sending.models import Message
from messaging.sending.states import FINAL
from messaging.tests.make import make_queued, make_simulator
from smsportal.lib.db import is_postgres
from smsportal.tests.processes import within

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.timeout(600)]

KILLS = int(os.environ.get("KILLS", "5"))
WINDOW = 20
BETWEEN_KILLS = 60  # texts
PATIENCE = 120.0  # seconds, on a machine that does much else
LINE = {"latency_ms": 40, "delivery_seconds": [0, 0.3], "answer_seconds": 1}


def database_url():
    """The tests' database, as another process opens it."""
    kept = connection.settings_dict
    if not is_postgres():
        return f"sqlite:///{kept['NAME']}"
    login = f"{kept['USER']}:{kept['PASSWORD']}@{kept['HOST']}:{kept['PORT'] or 5432}"
    return f"postgres://{login}/{kept['NAME']}"


def start(var_dir, carrier="simulator"):
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "VAR_DIR": str(var_dir),
        "DJANGO_SETTINGS_MODULE": "smsportal.settings",
    }
    with (var_dir / "sender.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "manage.py", "sender", carrier],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=log,
            stderr=log,
        )


@contextmanager
def running(var_dir):
    process = start(var_dir)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for(happens, what):
    assert within(PATIENCE, happens), f"{what}: not in time"


def carried():
    return SimulatedText.objects.filter(kind=SimulatedKind.TO_PHONE)


def make_load(count):
    now = timezone.now()
    numbers = [f"+4474{n:08d}" for n in range(count)]
    until = now + dt.timedelta(hours=1)
    make_queued(make_user(), numbers, next_at=now, valid_until=until)


def is_quiet():
    """Nothing waits, nothing is in hand, and the network has nothing left to say."""
    waiting = Message.objects.filter(state__in=["queued", "sending", "submitted"])
    unsaid = SimulatedText.objects.filter(next_due_at__isnull=False)
    return not waiting.exists() and not unsaid.exists()


def assert_nothing_is_lost_doubled_or_shown_wrongly(*, most_doubtful):
    times = collections.Counter(carried().values_list("reference", flat=True))
    states = {uid.hex: state for uid, state in Message.objects.values_list("uid", "state")}
    doubtful = {ref for ref, state in states.items() if state == "unknown"}
    assert {ref: n for ref, n in times.items() if n > 1} == {}
    assert {ref for ref in states if ref not in times} - doubtful == set()
    assert {ref: s for ref, s in states.items() if s not in FINAL} == dict.fromkeys(
        doubtful, "unknown"
    )
    assert len(doubtful) <= most_doubtful
    assert broken(now=timezone.now()) == {}


def test_a_sender_killed_under_load_loses_nothing_and_sends_nothing_twice(tmp_path):
    dice = random.Random(20261121)
    make_simulator(window=WINDOW, settings=LINE)
    make_load(BETWEEN_KILLS * (KILLS + 2))

    for _ in range(KILLS):
        before = carried().count()
        with running(tmp_path):
            wait_for(lambda b=before: carried().count() > b + BETWEEN_KILLS // 2, "sending")
            time.sleep(dice.uniform(0, 0.2))
    with running(tmp_path) as last:
        wait_for(is_quiet, "the end")
        last.send_signal(signal.SIGTERM)
        assert last.wait(timeout=30) == 0

    assert_nothing_is_lost_doubled_or_shown_wrongly(most_doubtful=WINDOW * KILLS)


def test_a_sender_that_is_asked_to_stop_leaves_nothing_in_doubt(tmp_path):
    make_simulator(window=WINDOW, settings=LINE)
    make_load(200)

    with running(tmp_path) as process:
        wait_for(lambda: carried().count() > 40, "sending")
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0

    in_doubt = Message.objects.filter(state__in=["sending", "unknown"])
    assert (in_doubt.count(), Message.objects.filter(state="queued").exists()) == (0, True)


def test_the_second_sender_of_a_carrier_says_why_it_will_not_start(tmp_path):
    make_simulator()
    with running(tmp_path):
        wait_for(Heartbeat.objects.filter(name="sender:simulator").exists, "the first")
        second = start(tmp_path)

        assert second.wait(timeout=PATIENCE) == 1
        assert "A sender of simulator runs already." in (tmp_path / "sender.log").read_text()


@pytest.mark.postgresql
def test_a_database_that_throws_its_clients_out_costs_nothing(tmp_path):
    make_simulator(window=WINDOW, settings=LINE)
    make_load(300)

    with running(tmp_path) as process:
        for n in range(1, 5):
            wait_for(lambda n=n: carried().count() > n * 40, "sending")
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
        wait_for(is_quiet, "the end")
        assert process.poll() is None

    assert_nothing_is_lost_doubled_or_shown_wrongly(most_doubtful=WINDOW * 4)
