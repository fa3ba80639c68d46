"""The web server as it is started, with its real processes."""

import gc
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.template import engines

from smsportal.gunicorn import load_for_all, pre_fork, threads
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


@pytest.fixture
def preparing():
    """pre_fork() for the nth worker of two; the names of the templates that are loaded."""

    def prepare(age: int) -> list[str]:
        arbiter, worker = SimpleNamespace(cfg=SimpleNamespace(workers=2)), SimpleNamespace(age=age)
        pre_fork(arbiter, worker)  # type: ignore[arg-type]
        return list(loader.get_template_cache)

    loader = engines["django"].engine.template_loaders[0]
    loader.reset()
    load_for_all.cache_clear()
    yield prepare
    gc.unfreeze()


def test_the_first_workers_do_not_wait_and_those_that_follow_find_every_page_loaded(preparing):
    assert preparing(age=2) == []
    assert {"layouts/app.html", "messaging/history/_progress.html"} <= set(preparing(age=3))
    assert gc.get_freeze_count() > 0
