import datetime as dt
import uuid

import pytest
from prometheus_client.parser import text_string_to_metric_families

from accounts.mail.models import OutgoingMail
from accounts.tests.make import make_user
from inbound.tests.make import come_in, from_phone
from messaging.operations.models import Heartbeat
from messaging.sending.models import Batch, Halt, Message
from messaging.sending.states import Lane, State
from smsportal.lib.db import database_now

pytestmark = pytest.mark.django_db


def read(client, **headers):
    """{(name, label value): value} of everything that /metrics says."""
    # By an address: monitoring on the machine itself does not know the portal's name.
    answer = client.get("/metrics", **{"HTTP_HOST": "10.1.2.3:8000", **headers})
    assert answer.status_code == 200
    return {
        (sample.name.removeprefix("smsportal_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def add_texts(*states, lane=Lane.INTERACTIVE, due=dt.timedelta(0), **fields):
    person = make_user()
    now = database_now()
    batch = Batch.objects.create(
        request_key=uuid.uuid4(),
        department=person.department,
        person=person,
        person_name=person.name,
        cost_code="PH0123",
        price_tenths=35,
        sender="PHYSICS",
        sender_kind="alpha",
        body="Hello",
        state="running",
        send_at=now,
        valid_until=now + dt.timedelta(days=1),
        person_count=len(states),
        part_count=len(states),
        accepted_at=now,
        reserved_on=now.date(),
    )
    for row_no, state in enumerate(states, 1):
        Message.objects.create(
            batch=batch,
            department=person.department,
            row_no=row_no,
            number=f"+4477009001{row_no:02d}",
            part_count=1,
            lane=lane,
            state=state,
            next_at=now + due,
            valid_until=batch.valid_until,
            **fields,
        )


def test_the_queue_is_told_by_lane(client):
    add_texts(State.QUEUED, State.QUEUED, State.DELIVERED, due=dt.timedelta(seconds=-90))
    add_texts(State.QUEUED, lane=Lane.BULK, due=dt.timedelta(hours=1))

    told = read(client)

    assert told["queued_texts", "interactive"] == 2
    assert told["queued_texts", "bulk"] == 1
    assert told["queued_texts", "emergency"] == 0
    assert told["oldest_queued_seconds", "interactive"] == pytest.approx(90, abs=5)
    assert told["oldest_queued_seconds", "bulk"] == 0  # not due yet
    assert told["oldest_queued_seconds", "emergency"] == 0


def test_whether_everything_is_stopped_is_told(client):
    assert read(client)["sending_stopped",] == 0

    Halt.objects.create(reason="Repeats", at=database_now(), by_name="Tomasz")

    assert read(client)["sending_stopped",] == 1


def test_unknown_texts_and_leases_that_ran_out_are_told(client):
    now = database_now()
    add_texts(State.UNKNOWN, State.UNKNOWN)
    add_texts(State.SENDING, lease_until=now - dt.timedelta(seconds=1))
    add_texts(State.SENDING, lease_until=now + dt.timedelta(minutes=1))

    told = read(client)

    assert told["unknown_texts",] == 2
    assert told["stale_leases",] == 1


def test_mail_that_waits_is_told_and_mail_that_left_is_not(client):
    now = database_now()
    fields = {"to": "a@example.ac.uk", "subject": "Hello", "body": "Hello"}
    OutgoingMail.objects.create(**fields, created_at=now - dt.timedelta(seconds=40))
    OutgoingMail.objects.create(**fields, sent_at=now, created_at=now - dt.timedelta(hours=1))
    OutgoingMail.objects.create(**fields, failed_at=now, created_at=now - dt.timedelta(hours=1))

    told = read(client)

    assert told["waiting_mails",] == 1
    assert told["oldest_waiting_mail_seconds",] == pytest.approx(40, abs=5)


def test_texts_from_phones_that_wait_and_those_for_nobody_are_told(client):
    came_at = database_now() - dt.timedelta(seconds=90)
    come_in(from_phone("hello"), now=came_at)
    come_in(from_phone("hello"), now=came_at, sort=False)

    told = read(client)

    assert (told["waiting_incoming_texts",], told["unmatched_incoming_texts",]) == (1, 1)
    assert told["oldest_waiting_incoming_seconds",] >= 90


def test_who_is_at_work_is_told(client):
    now = database_now()
    Heartbeat.objects.create(name="worker", at=now - dt.timedelta(seconds=7))
    Heartbeat.objects.create(name="sender:simulator", at=now - dt.timedelta(minutes=5))

    told = read(client)

    assert told["heartbeat_age_seconds", "worker"] == pytest.approx(7, abs=5)
    assert told["heartbeat_age_seconds", "sender:simulator"] == pytest.approx(300, abs=5)


@pytest.mark.parametrize(
    "request_from",
    [
        {"REMOTE_ADDR": "192.0.2.7"},
        {"REMOTE_ADDR": ""},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "192.0.2.7"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_REAL_IP": "127.0.0.1"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_FORWARDED": "for=127.0.0.1"},
        {"REMOTE_ADDR": "192.0.2.7", "HTTP_AUTHORIZATION": "Bearer guessed"},
        {"REMOTE_ADDR": "192.0.2.7", "HTTP_AUTHORIZATION": "Basic the-token"},
        {"REMOTE_ADDR": "192.0.2.7", "HTTP_AUTHORIZATION": "Bearer tökén"},
    ],
)
def test_others_are_refused(client, settings, request_from):
    settings.METRICS_TOKEN = "the-token"

    refused = client.get("/metrics", **request_from)

    assert refused.status_code == 403
    assert b"smsportal_" not in refused.content


def test_without_a_token_set_an_empty_one_opens_nothing(client, settings):
    settings.METRICS_TOKEN = ""

    refused = client.get("/metrics", REMOTE_ADDR="192.0.2.7", HTTP_AUTHORIZATION="Bearer ")

    assert refused.status_code == 403


def test_the_token_opens_from_anywhere(client, settings):
    settings.METRICS_TOKEN = "the-token"

    told = read(client, REMOTE_ADDR="192.0.2.7", HTTP_AUTHORIZATION="Bearer the-token")

    assert told["unknown_texts",] == 0
