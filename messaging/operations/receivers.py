"""A worker that has just started says so at once, without waiting for its first heartbeat task."""

from celery.signals import worker_ready
from django.db import connection

from messaging.operations import engine


@worker_ready.connect
def worker_is_ready(**_: object) -> None:
    engine.beat("worker")
    # Children forked from now on must not share this connection.
    connection.close()
