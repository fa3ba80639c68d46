"""Hostile units, a few thousand of the 100,000 that `make bench ARGS=hostile` sends."""

import os

import pytest
from django.conf import settings
from django.db import connection

from accounts.tests.make import make_user
from smsportal.bench.hostile import client, server

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.timeout(400),
]

UNITS = 3000
MOST_SECONDS = 3.0  # alone it is one, as the bench prints; here other tests run beside it
MOST_MEGABYTES = 20.0


@pytest.fixture
def environment(tmp_path):
    """Of a process of ours that works on the test's database."""
    database = connection.settings_dict
    name = database["NAME"]
    url = f"sqlite:///{name}"
    if connection.vendor == "postgresql":
        host, port, user = (database[key] or "" for key in ("HOST", "PORT", "USER"))
        url = f"postgres://{user}:{database['PASSWORD'] or ''}@{host}:{port}/{name}"
    return {
        **os.environ,
        "DATABASE_URL": url,
        "VAR_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "smsportal.settings",
        "SECRET_KEY": settings.SECRET_KEY,
    }


def test_our_client_bears_a_hostile_carrier(environment):
    figure = client.figure(make_user(), UNITS, environment)

    assert figure.changed == []
    assert figure.slowest < MOST_SECONDS
    assert figure.grown < MOST_MEGABYTES


def test_the_simulators_server_bears_a_hostile_client(environment):
    figure = server.figure(UNITS, environment)

    assert figure.changed == []
    assert figure.slowest < MOST_SECONDS
    assert figure.grown < MOST_MEGABYTES
