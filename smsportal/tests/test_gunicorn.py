"""The web server as it is started, with its real processes."""

import gc
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines

from smsportal.gunicorn import threads, when_ready
from smsportal.tests.processes import within

PROCESSES = 2
LISTENING = "0A"  # in /proc/net/tcp


@pytest.fixture
def server() -> Iterator[tuple[int, int]]:
    """Its port and its process, once each worker has begun."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "-c", "python:smsportal.gunicorn"]
    environment = {**os.environ, "PORT": str(port), "WEB_CONCURRENCY": str(PROCESSES)}
    process = subprocess.Popen(
        command, cwd=settings.BASE_DIR, env=environment, stderr=subprocess.DEVNULL
    )
    try:
        assert within(60, lambda: len(workers_of(process.pid)) == PROCESSES and answers(port))
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(20)


def workers_of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        client.sendall(b"GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return client.recv(100).startswith(b"HTTP/1.1 200")
    return False


def people_at(port: int, pid: str) -> int:
    """Connections to that port which the process has taken."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    theirs = {f"socket:[{line[9]}]" for line in lines if line[1].endswith(f":{port:04X}")}
    links = [Path(os.path.realpath(each)).name for each in Path(f"/proc/{pid}/fd").iterdir()]
    listening = {f"socket:[{line[9]}]" for line in lines if line[3] == LISTENING}
    return len(theirs.intersection(links) - listening)


def test_no_process_takes_more_people_than_it_has_threads_while_another_is_free(server):
    port, pid = server

    def taken() -> list[int]:
        return [people_at(port, each) for each in workers_of(pid)]

    assert within(10, lambda: sum(taken()) == 0)
    with ExitStack() as clients:
        for _ in range(threads * PROCESSES):
            clients.enter_context(socket.create_connection(("127.0.0.1", port)))

        assert within(4, lambda: sum(taken()) == threads * PROCESSES), taken()
        assert taken() == [threads] * PROCESSES


def test_what_every_worker_needs_is_loaded_before_the_first_of_them():
    kept = gc.get_freeze_count()
    try:
        when_ready(None)  # type: ignore[arg-type]

        loaded = engines["django"].engine.template_loaders[0].get_template_cache
        assert {"layouts/app.html", "messaging/history/_progress.html"} <= loaded.keys()
        assert gc.get_freeze_count() > kept
    finally:
        gc.unfreeze()
