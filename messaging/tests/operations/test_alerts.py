"""Who looks after the portal is told once, told when it is over, reminded, and never flooded."""

import time

import pytest
from django.core import mail
from django.db import connection

from accounts.mail.models import OutgoingMail
from messaging.operations import engine
from messaging.operations.models import Heartbeat, Trouble
from messaging.operations.queries.troubles import Found
from messaging.operations.services import Lookout
from messaging.operations.services.alerting import alert
from messaging.tests.operations.well import HOUR, MINUTE, NOW, SECOND, make_well
from smsportal.lib.db import database_now

pytestmark = pytest.mark.django_db

DOWN = Found("carrier_down", "tallis", NOW, "Nobody listens at 127.0.0.1:2775.")
REDIS = Found("broker_away", "", NOW)


@pytest.fixture(autouse=True)
def _addresses(settings):
    settings.ALERT_EMAILS = ["night@example.ac.uk"]


def happens(*found, after):
    """Somebody looks then, and sees just this. Answers the subjects of the mails so far."""
    engine.write_down(found, now=NOW + after)
    alert(now=NOW + after)
    return subjects()


def subjects():
    return list(OutgoingMail.objects.order_by("pk").values_list("subject", flat=True))


def test_one_mail_when_it_begins_and_one_when_it_is_over():
    assert happens(DOWN, after=59 * SECOND) == []
    began = ["SMS Portal, tallis is not connected"]
    assert happens(DOWN, after=60 * SECOND) == began
    assert happens(DOWN, after=2 * HOUR) == began
    assert happens(after=3 * HOUR) == began
    assert happens(after=3 * HOUR + 4 * MINUTE) == began

    assert happens(after=3 * HOUR + 5 * MINUTE) == [
        *began,
        "SMS Portal, over: tallis is not connected",
    ]
    assert happens(after=9 * HOUR) == subjects()


def test_the_mail_says_what_the_page_says(settings):
    settings.PORTAL_URL, settings.SERVICE_DESK = "https://sms.example.ac.uk", "01632 960999"

    happens(DOWN, after=MINUTE)

    letter = OutgoingMail.objects.get()
    assert letter.to == "night@example.ac.uk"
    assert letter.body.startswith(
        "tallis is not connected\n"
        "Since today at 3:30am. Nobody listens at 127.0.0.1:2775.\n"
        "What the portal does: We connect again every minute at least. Its texts wait and "
    )
    assert "\nWhat you can do: Ask the carrier whether it has trouble of its own." in letter.body
    assert "What is wrong now: https://sms.example.ac.uk/operations/\n" in letter.body


def test_what_is_over_at_once_mails_nobody():
    happens(DOWN, after=0 * MINUTE)
    happens(after=5 * SECOND)

    assert happens(after=HOUR) == []


def test_a_line_that_comes_and_goes_is_one_mail():
    for minute in range(60):
        happens(*([DOWN] if minute % 3 else []), after=minute * MINUTE)

    assert subjects() == ["SMS Portal, tallis is not connected"]


def test_many_at_once_are_one_mail_and_what_comes_in_the_next_minute_the_next():
    many = [Found("sender_silent", f"carrier-{n}", NOW) for n in range(40)]

    happens(*many, after=MINUTE)
    happens(*many, REDIS, after=MINUTE + 30 * SECOND)
    assert subjects() == ["SMS Portal, 40 things are wrong"]

    happens(*many, REDIS, after=2 * MINUTE)

    assert subjects()[1:] == ["SMS Portal, Redis does not answer"]


def test_what_stays_wrong_is_said_again_every_few_hours(settings):
    settings.ALERT_REMINDER_HOURS = 4
    for quarter in range(4 * 9):
        happens(DOWN, after=MINUTE + quarter * 15 * MINUTE)

    assert subjects() == [
        "SMS Portal, tallis is not connected",
        "SMS Portal, still: tallis is not connected",
        "SMS Portal, still: tallis is not connected",
    ]


def test_each_address_gets_its_own(settings):
    settings.ALERT_EMAILS = ["night@example.ac.uk", "day@example.ac.uk"]

    happens(DOWN, after=MINUTE)

    letters = OutgoingMail.objects.order_by("pk").values_list("to", flat=True)
    assert list(letters) == ["night@example.ac.uk", "day@example.ac.uk"]


def test_with_nobody_to_tell_it_is_only_written_down(settings):
    settings.ALERT_EMAILS = []

    assert happens(DOWN, after=HOUR) == []
    assert Trouble.objects.get().mailed_at is None


def look(lookout):
    lookout.look()
    lookout.thread.join()


@pytest.mark.django_db(transaction=True)
def test_while_the_worker_is_dead_another_process_mails(running_broker, settings):
    settings.CELERY_TASK_ALWAYS_EAGER = False  # a bell, and nobody who hears it
    now = database_now()
    make_well(now=now - HOUR)

    look(Lookout())

    silent = [row.kind for row in Trouble.objects.order_by("kind")]
    assert silent == ["beat_silent", "sender_silent"]
    [letter] = mail.outbox
    assert letter.subject == "SMS Portal, 2 things are wrong"


@pytest.mark.django_db(transaction=True)
def test_while_the_worker_lives_its_mail_is_left_to_it(running_broker, settings):
    settings.CELERY_TASK_ALWAYS_EAGER = False
    now = database_now()
    make_well(now=now - HOUR)
    Heartbeat.objects.filter(name="worker").update(at=now)

    look(Lookout())

    assert mail.outbox == []
    assert len(subjects()) == 1


@pytest.mark.django_db(transaction=True)
def test_beat_mails_past_the_outbox_when_the_database_is_away_and_when_it_is_back(monkeypatch):
    lookout, quiet = Lookout(tells_of_database=True), Lookout()
    with monkeypatch.context() as patch:
        for key, value in {"NAME": "/nowhere/x", "HOST": "127.0.0.1", "PORT": "1"}.items():
            patch.setitem(connection.settings_dict, key, value)
        look(lookout)
        assert mail.outbox == []
        for each in (lookout, quiet):
            each.away_since = time.monotonic() - 61
            look(each)
            look(each)
    for each in (lookout, quiet):
        look(each)

    assert [letter.subject for letter in mail.outbox if "database" in letter.subject] == [
        "SMS Portal, the database does not answer",
        "SMS Portal, over: the database answers again",
    ]
