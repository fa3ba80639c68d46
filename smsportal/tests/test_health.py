import socket
import time

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from smsportal import health


def test_live_touches_nothing(client):
    """Without the django_db mark any query fails; neither a cookie nor a name may lead to one."""
    client.cookies["sessionid"] = "a session that is not"

    answer = client.get("/live", HTTP_HOST="10.1.2.3:8000")

    assert (answer.status_code, answer.json()) == (200, {"live": True})


@pytest.mark.django_db(transaction=True)
def test_ready_when_the_database_answers_and_is_migrated(client):
    answer = client.get("/ready")

    assert (answer.status_code, answer.json()) == (200, {"ready": True, "missing": []})


@pytest.mark.django_db(transaction=True)
def test_not_ready_while_a_migration_is_missing(client):
    recorder = MigrationRecorder(connection)
    [newest] = MigrationLoader(connection).graph.leaf_nodes("messaging")
    recorder.record_unapplied(*newest)
    try:
        answer = client.get("/ready")
    finally:
        recorder.record_applied(*newest)

    assert answer.status_code == 503
    assert f"migration {'.'.join(newest)} is not applied" in answer.json()["missing"]


@pytest.mark.django_db(transaction=True)
def test_not_ready_when_the_database_cannot_be_reached(client, monkeypatch):
    monkeypatch.setattr(health, "connection", Unreachable())

    answer = client.get("/ready")

    assert (answer.status_code, answer.json()["missing"]) == (
        503,
        ["the database cannot be reached"],
    )


class Unreachable:
    """A database that refuses at once."""

    def cursor(self):
        raise health.DatabaseError("connection refused")


class Silent:
    """A database that takes the question and never answers."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))

    def cursor(self):
        with socket.create_connection(self.listener.getsockname()) as connection:
            connection.settimeout(3)
            return connection.recv(1)


@pytest.mark.django_db(transaction=True)
def test_a_database_that_never_answers_costs_one_second(client, monkeypatch):
    silent = Silent()
    monkeypatch.setattr(health, "connection", silent)
    began = time.monotonic()

    answer = client.get("/ready")

    assert time.monotonic() - began < 2.9
    assert answer.status_code == 503
    assert answer.json()["missing"] == ["the database did not answer within 1 s"]
    silent.listener.close()


@pytest.mark.django_db(transaction=True)
def test_ready_does_not_ask_the_broker(client, settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }

    assert client.get("/ready").status_code == 200
