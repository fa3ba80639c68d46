"""The outbox against real SMTP servers on this machine, among them bad ones."""

import datetime as dt
import socket
import threading
import time
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from django.db import connection

from accounts.mail import engine, services
from accounts.mail.models import OutgoingMail
from accounts.mail.tasks import send_mail
from smsportal.lib import db

pytestmark = pytest.mark.django_db

ADDRESS = "priya.raman@example.ac.uk"


class Postbox:
    """What an SMTP server got, and what it says to RCPT and to the words themselves."""

    def __init__(self, rcpt="250 OK", data="250 OK"):
        self.rcpt, self.data, self.mails, self.senders = rcpt, data, [], []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server, session, envelope):
        if self.data.startswith("250"):
            self.senders.append(envelope.mail_from)
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return self.data


@pytest.fixture
def smtp(settings):
    """Start a server with this postbox and have the portal send to it."""
    started = []

    def start(postbox):
        controller = Controller(postbox, hostname="127.0.0.1", port=free_port())
        controller.start()
        started.append(controller)
        use(settings, controller.port)
        return postbox

    yield start
    for controller in started:
        controller.stop()


def use(settings, port):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def put(subject="Your account", **fields):
    """A mail in the outbox, as a service leaves it there."""
    now = db.database_now()
    return services.send(to=ADDRESS, subject=subject, body="Choose a password.", now=now, **fields)


def try_again_now():
    OutgoingMail.objects.update(next_at=db.database_now())


def test_a_mail_leaves_with_both_its_faces(smtp):
    postbox = smtp(Postbox())
    mail = put(html="<p>Choose a password.</p>")

    send_mail()

    mail.refresh_from_db()
    assert (mail.sent_at is not None, mail.failed_at, mail.attempt_count) == (True, None, 1)
    [received] = postbox.mails
    assert (received["To"], received["Subject"]) == (ADDRESS, "Your account")
    assert received["Message-ID"] == f"<{mail.uid}@localhost>"
    assert received["Auto-Submitted"] == "auto-generated"
    assert received["X-Auto-Response-Suppress"] == "All"
    assert [part.get_content().strip() for part in received.iter_parts()] == [
        "Choose a password.",
        "<p>Choose a password.</p>",
    ]


def test_a_mail_leaves_once(smtp):
    postbox = smtp(Postbox())
    put()

    send_mail()
    send_mail()

    assert len(postbox.mails) == 1


def test_many_mails_go_over_one_connection(smtp):
    postbox = smtp(Postbox())
    for n in range(5):
        put(subject=f"Mail {n}")

    assert engine.send_due() == 5
    assert [mail["Subject"] for mail in postbox.mails] == [f"Mail {n}" for n in range(5)]


def test_a_line_break_in_a_subject_makes_no_header(smtp):
    postbox = smtp(Postbox())
    put(subject="Hello\r\nBcc: everyone@example.ac.uk")

    engine.send_due()

    assert postbox.mails[0]["Subject"] == "Hello Bcc: everyone@example.ac.uk"
    assert postbox.mails[0]["Bcc"] is None


@pytest.mark.parametrize(
    "postbox",
    [Postbox(rcpt="550 No such person"), Postbox(data="554 Not wanted")],
    ids=["address", "words"],
)
def test_a_mail_that_is_refused_for_good_is_given_up_at_once(smtp, postbox):
    smtp(postbox)
    mail = put()

    engine.send_due()

    mail.refresh_from_db()
    assert (mail.failed_at is not None, mail.attempt_count) == (True, 1)
    assert mail.last_error == (postbox.rcpt if postbox.rcpt[0] == "5" else postbox.data)


@pytest.mark.parametrize(
    "postbox",
    [Postbox(rcpt="450 Greylisted"), Postbox(data="451 Later")],
    ids=["address", "words"],
)
def test_not_now_means_later_and_later_each_time(smtp, postbox):
    smtp(postbox)
    mail = put()
    pauses = []
    for _ in range(3):
        try_again_now()
        engine.send_due()
        mail.refresh_from_db()
        pauses.append((mail.next_at - db.database_now()).total_seconds())

    assert (mail.sent_at, mail.failed_at, mail.attempt_count) == (None, None, 3)
    assert pauses == pytest.approx([60, 120, 240], abs=5)
    assert mail.last_error in ("450 Greylisted", "451 Later")


def test_a_mail_that_had_to_wait_arrives_when_the_server_lets_it(smtp):
    postbox = smtp(Postbox(data="451 Later"))
    mail = put()
    engine.send_due()

    postbox.data = "250 OK"
    try_again_now()
    engine.send_due()

    mail.refresh_from_db()
    assert (mail.sent_at is not None, mail.last_error, mail.attempt_count) == (True, "", 2)


def test_after_eight_attempts_a_mail_is_given_up(smtp):
    smtp(Postbox(rcpt="450 Greylisted"))
    mail = put()
    for _ in range(engine.MOST_ATTEMPTS):
        try_again_now()
        engine.send_due()

    mail.refresh_from_db()
    assert (mail.failed_at is not None, mail.attempt_count) == (True, engine.MOST_ATTEMPTS)


def test_one_refused_address_does_not_hold_up_the_others(smtp):
    postbox = smtp(Postbox())
    services.send(to="no\u2028body@example", subject="x", body="x", now=db.database_now())
    put()

    engine.send_due()

    assert len(postbox.mails) == 1
    assert OutgoingMail.objects.filter(failed_at__isnull=False).count() == 1


@pytest.fixture
def hanging_server(settings):
    """Accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        use(settings, listener.getsockname()[1])
        settings.EMAIL_TIMEOUT = 0.5
        yield listener


def test_a_server_that_hangs_costs_one_time_out_and_the_rest_waits(hanging_server):
    mails = [put(subject=f"Mail {n}") for n in range(50)]
    began = time.monotonic()

    assert engine.send_due() == 0

    assert time.monotonic() - began < 10
    assert engine.send_due() == 0
    tried, *others = OutgoingMail.objects.order_by("-attempt_count", "pk")
    assert (tried.attempt_count, tried.lease_until, tried.failed_at) == (1, None, None)
    assert "timed out" in tried.last_error
    assert {mail.attempt_count for mail in others} == {0}
    assert len(others) == len(mails) - 1


def test_a_server_that_is_not_there_fails_no_mail(settings):
    use(settings, free_port())
    mail = put()

    engine.send_due()

    mail.refresh_from_db()
    assert (mail.failed_at, mail.attempt_count, mail.lease_until) == (None, 1, None)
    assert "refused" in mail.last_error.lower()


def test_a_mail_in_other_hands_is_left_alone_until_its_lease_is_over(smtp):
    postbox = smtp(Postbox())
    mail = put()
    now = db.database_now()
    OutgoingMail.objects.update(lease_until=now + dt.timedelta(minutes=1))
    assert engine.send_due() == 0

    OutgoingMail.objects.update(lease_until=now - dt.timedelta(seconds=1))
    assert engine.send_due() == 1

    mail.refresh_from_db()
    assert (len(postbox.mails), mail.lease_until) == (1, None)


def test_a_worker_that_wakes_up_late_changes_nothing(smtp):
    smtp(Postbox())
    mail = put()
    late = engine._claim()
    OutgoingMail.objects.update(lease_until=db.database_now() - dt.timedelta(seconds=1))
    engine.send_due()

    engine._settle(late, engine.Outcome("451 Later"))

    mail.refresh_from_db()
    assert (mail.sent_at is not None, mail.last_error) == (True, "")


@pytest.mark.django_db(transaction=True)
def test_a_mail_is_on_its_way_as_soon_as_the_transaction_commits(smtp):
    postbox = smtp(Postbox())

    put()

    assert len(postbox.mails) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_send_the_same_mail(smtp, settings):
    settings.CELERY_TASK_ALWAYS_EAGER = False
    postbox = smtp(Postbox())
    now = db.database_now()
    OutgoingMail.objects.bulk_create(
        OutgoingMail(to=ADDRESS, subject=f"Mail {n}", body="x", next_at=now) for n in range(40)
    )

    def work():
        engine.send_due()
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(mail["Subject"] for mail in postbox.mails) == sorted(
        f"Mail {n}" for n in range(40)
    )


def test_an_answer_leaves_without_a_return_path_so_that_nothing_answers_it(smtp):
    postbox = smtp(Postbox())
    put(is_reply=True)

    assert engine.send_due() == 1

    mail = postbox.mails[0]
    assert postbox.senders == ["<>"]
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["From"] == "SMS Portal <sms@example.ac.uk>"
    assert mail["To"] == ADDRESS


def test_every_other_mail_has_one(smtp):
    postbox = smtp(Postbox())
    put()

    engine.send_due()

    assert postbox.senders == ["sms@example.ac.uk"]
    assert postbox.mails[0]["Auto-Submitted"] == "auto-generated"


def test_an_answer_that_is_refused_is_given_up_like_any_other(smtp):
    smtp(Postbox(rcpt="550 no such person"))
    put(is_reply=True)

    assert engine.send_due() == 0
    assert OutgoingMail.objects.get().last_error == "550 no such person"
