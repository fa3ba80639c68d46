"""Two presses at one moment, as a double click and an autosave are."""

import threading
import uuid

import pytest
from django.db import connection

from accounts.tests.make import make_user
from billing.tariffs.models import Tariff
from messaging.compose import services
from messaging.compose.errors import AlreadySent
from messaging.compose.models import Draft
from messaging.compose.typed import Typed
from messaging.sending.models import BasketRow, Batch
from messaging.tests.make import NOW

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*deeds):
    """Each in its own thread and connection; answers what was raised."""
    raised = []
    start = threading.Barrier(len(deeds))

    def run(deed):
        start.wait()
        try:
            deed()
        except Exception as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


@pytest.fixture
def user():
    # What a migration put there is gone after the first test that commits.
    Tariff.objects.get_or_create(from_on="2019-08-01", defaults={"part_tenths": 35})
    return make_user()


def test_the_first_save_twice_is_one_draft_with_each_person_once(user):
    uid, typed = uuid.uuid4(), Typed(numbers="07700900001 07700900002", body="Hello")

    def save():
        services.save(uid=uid, typed=typed, by=user, now=NOW)

    assert at_once(save, save, save) == []
    assert (Draft.objects.count(), BasketRow.objects.count()) == (1, 2)


def test_send_three_times_and_an_autosave_are_one_message(user):
    uid, typed = uuid.uuid4(), Typed(numbers="07700900001 07700900002", body="Hello")

    def send():
        draft = services.save(uid=uid, typed=typed, by=user, now=NOW)
        services.send(draft=draft, by=user, now=NOW)

    def autosave():
        services.save(uid=uid, typed=typed, by=user, now=NOW)

    raised = at_once(send, send, send, autosave)

    assert [error for error in raised if not isinstance(error, AlreadySent)] == []
    batch = Batch.objects.get()
    assert (batch.person_count, batch.part_count, batch.request_key) == (2, 2, uid)
