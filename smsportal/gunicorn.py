"""How the web server runs, in the demo and for real: gunicorn -c python:smsportal.gunicorn.

HOST and PORT say where it listens.
"""

import gc
import os
from concurrent.futures import Future
from functools import cache

from django.conf import settings
from django.template.loader import get_template
from django.urls import get_resolver
from gunicorn.arbiter import Arbiter
from gunicorn.workers.gthread import TConn, ThreadWorker

from smsportal.lib import logs


class FairWorker(ThreadWorker):
    """Takes only what a thread of its own can begin now.

    What it leaves waits in the queue of the listening socket, which is in order and shared by all
    workers. gunicorn's own takes every connection it is offered: six of eight people had one
    worker, and waited three times as long as the two who had the other.
    """

    in_hand = 0

    def enqueue_req(self, conn: TConn) -> None:
        self.in_hand += 1
        super().enqueue_req(conn)
        self.set_accept_enabled(self._accepting)

    def finish_request(self, conn: TConn, fs: Future) -> None:
        self.in_hand -= 1
        super().finish_request(conn, fs)

    def set_accept_enabled(self, enabled: bool) -> None:
        super().set_accept_enabled(enabled and self.in_hand < self.cfg.threads)


def pre_fork(arbiter: Arbiter, worker: FairWorker) -> None:
    """The first workers begin at once, since a killed server is to answer within seconds. Those
    that follow, one in every two thousand requests, no longer cost their first people a second.
    """
    if worker.age > arbiter.cfg.workers:
        load_for_all()
    gc.freeze()  # what is loaded by now stays: the collector need not look through it again


@cache
def load_for_all() -> None:
    """What every worker would load for its first people: each address with its view, each page."""
    get_resolver().reverse_dict  # noqa: B018
    folder = settings.BASE_DIR / "templates"
    for path in sorted(folder.rglob("*.html")):
        get_template(path.relative_to(folder).as_posix())


wsgi_app = "smsportal.wsgi:application"
bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = FairWorker
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
# A connection that is kept belongs to one worker, however busy it is. To nginx it costs little.
keepalive = 0
# Loaded once and shared: half the start and half the memory. New code needs a restart.
preload_app = True
timeout = 30
graceful_timeout = 5
max_requests = 2000
max_requests_jitter = 200
# Two installations of one user would share gunicorn's default control socket.
control_socket_disable = True
logconfig_dict = logs.config()
