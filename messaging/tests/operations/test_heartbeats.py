import datetime as dt

import pytest
from celery.signals import worker_ready

from messaging.operations import engine
from messaging.operations.models import Heartbeat
from messaging.operations.tasks import heartbeat
from smsportal.lib.db import database_now

pytestmark = pytest.mark.django_db


def test_a_heartbeat_is_one_row_that_moves_forward():
    Heartbeat.objects.create(name="worker", at=database_now() - dt.timedelta(hours=1))

    heartbeat()

    row = Heartbeat.objects.get()
    assert row.name == "worker"
    assert database_now() - row.at < dt.timedelta(seconds=5)


def test_each_process_has_a_heartbeat_of_its_own():
    engine.beat("beat")
    engine.beat("sender:simulator")

    assert sorted(row.name for row in Heartbeat.objects.all()) == ["beat", "sender:simulator"]


@pytest.mark.django_db(transaction=True)
def test_a_worker_says_at_once_that_it_is_ready():
    worker_ready.send(sender=None)

    assert Heartbeat.objects.filter(name="worker").count() == 1
