"""Texts as mails to a server that somebody else wrote, from waiting to what it makes of them."""

import smtplib
from itertools import repeat

import pytest

from accounts.tests.mail.test_outbox import free_port, use
from messaging.carriers.email.server import NOT_SET
from messaging.carriers.models import CarrierHealth
from messaging.sending.models import Attempt, Message
from messaging.tests.carriers.email.peer import CUT, SILENT, Peer
from messaging.tests.carriers.smpp.test_sending import EMOJI, LONG, all_are, make_texts
from messaging.tests.sending.test_sender import run_until, sender_of

pytestmark = pytest.mark.django_db(transaction=True)

HOSTILE = [
    "Stop here\r\n.\r\nMAIL FROM:<eve@example.com>\r\nstill here",
    ".one\n..two\n.",
    "From the library\nFrom us",
    "Content-Type: text/html\n\n<b>no</b>",
    "= =3D =\n=20",
    "x" * 1200,
    "((secret)) ((body))",
    LONG,
    EMOJI,
    "Ω £ ñ 字",
]


def text_of():
    return Message.objects.get()


def is_said(words):
    return lambda: CarrierHealth.objects.filter(problem__contains=words).exists()


def is_answered():
    return Attempt.objects.exists() or Message.objects.filter(state="submitted").exists()


def test_a_text_goes_as_one_mail_to_its_number_at_the_gateway(make_carrier, peer, tmp_path):
    [text] = make_texts(body="Room 7 at 5pm")

    run_until(sender_of(make_carrier(), tmp_path), all_are("submitted"))

    [taken] = peer.mails
    assert (taken.sender, taken.recipients) == (
        "sms@example.ac.uk", ["447700900001@sms.example.com"],
    )  # fmt: skip
    mail = taken.mail
    assert (mail["From"], mail["To"], mail["Subject"]) == (
        "sms@example.ac.uk", "447700900001@sms.example.com", None,
    )  # fmt: skip
    assert mail["Message-ID"] == f"<{text.uid.hex}@localhost>"
    assert (mail["Auto-Submitted"], mail["Precedence"]) == ("auto-generated", "bulk")
    assert mail["Date"].datetime is not None
    assert (mail.get_content_type(), mail["Content-Transfer-Encoding"]) == ("text/plain", "7bit")
    assert taken.content.endswith(b"\r\n\r\nRoom 7 at 5pm\r\n")
    assert text_of().carrier_ref == text.uid.hex


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_a_text_arrives_as_it_was_written_whatever_is_in_it(make_carrier, peer, tmp_path, body):
    make_texts(body=body)

    run_until(sender_of(make_carrier(secret="s3cret"), tmp_path), all_are("submitted"))

    [taken] = peer.mails
    assert taken.body.splitlines() == body.splitlines()
    assert taken.content.isascii()
    assert max(map(len, taken.content.splitlines())) <= 998


def test_a_sender_puts_no_header_into_the_mail(make_carrier, peer, tmp_path, caplog):
    make_texts(sender="A\r\nBcc: e@x.uk")

    run_until(sender_of(make_carrier(subject="((sender))"), tmp_path), all_are("failed"))

    assert peer.mails == []
    assert (text_of().reason, text_of().maybe_sent) == ("encode", False)
    assert "could not be written as a mail" in caplog.text


def test_subject_and_body_are_as_the_gateway_wants_them(make_carrier, peer, tmp_path):
    make_texts(body="Hello", sender="Häuser")
    carrier = make_carrier(
        subject="((sender))", body="PIN ((secret))\nto:((number))\n((body))\n$$", secret="4711"
    )

    run_until(sender_of(carrier, tmp_path), all_are("submitted"))

    [taken] = peer.mails
    assert taken.mail["Subject"] == "Häuser"
    assert taken.body == "PIN 4711\nto:+447700900001\nHello\n$$\n"


def test_every_text_goes_once_over_a_few_connections_that_are_kept(make_carrier, peer, tmp_path):
    make_texts(60)

    run_until(sender_of(make_carrier(window=3), tmp_path), all_are("submitted", 60))

    sent = [taken.recipients for taken in peer.mails]
    assert sorted(sent) == sorted([f"4477009000{n:02}@sms.example.com"] for n in range(1, 61))
    assert len(peer.connections) <= 4  # three, and the look whether it is there
    assert peer.count("QUIT") == len(peer.connections)


@pytest.mark.parametrize(
    ("step", "reply", "state", "reason"),
    [
        ("rcpt", "550 5.1.1 no such user", "failed", "smtp 550 5.1.1"),
        ("rcpt", "550 no", "failed", "smtp 550"),
        ("rcpt", "553 5.1.3 syntax", "failed", "smtp 553 5.1.3"),
        ("rcpt", "450 4.2.1 later", "queued", ""),
        ("rcpt", "452 4.3.1 disk full", "queued", ""),
        ("mail", "451 4.3.0 later", "queued", ""),
        ("data", "554 5.5.1 no", "failed", "smtp 554 5.5.1"),
        ("dot", "554 5.7.1 spam", "failed", "smtp 554 5.7.1"),
        ("dot", "552 5.3.4 too big", "failed", "smtp 552 5.3.4"),
        ("dot", "550 5.1.1 no such user", "failed", "smtp 550 5.1.1"),
        ("dot", "451 4.3.0 later", "queued", ""),
        ("dot", "nonsense", "unknown", ""),
        ("dot", "354 go on", "unknown", ""),
        ("dot", "999 what", "unknown", ""),
        ("dot", "x" * 9000, "unknown", ""),
        ("dot", CUT, "unknown", ""),
        ("dot", SILENT, "unknown", ""),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_a_reply_makes_of_a_text(make_carrier, peer, tmp_path, step, reply, state, reason):
    peer.says[step] = iter([reply])
    make_texts()

    run_until(sender_of(make_carrier(), tmp_path), is_answered)

    text = text_of()
    assert (text.state, text.reason) == (state, reason)
    assert text.maybe_sent == (state == "unknown")
    assert len(peer.mails) == (step == "dot")


def test_a_refused_number_is_said_in_words_and_harms_no_other(make_carrier, peer, tmp_path):
    peer.says["rcpt"] = iter(["550 5.1.1 no such user"])
    make_texts(3)

    run_until(
        sender_of(make_carrier(window=1), tmp_path),
        lambda: not Message.objects.filter(state__in=["queued", "sending"]).exists(),
    )

    assert Message.objects.get(state="failed").why == "the network does not take this number"
    assert len(peer.mails) == 2
    assert len(peer.connections) == 1  # the refused mail was taken back, and the line kept


@pytest.mark.parametrize("step", ["greeting", "mail", "rcpt", "data"])
@pytest.mark.parametrize("said", [CUT, "421 4.3.2 closing"])
def test_what_broke_before_the_last_dot_goes_again_and_goes_once(
    make_carrier, peer, tmp_path, step, said
):
    peer.says[step] = iter([said])
    make_texts()

    run_until(sender_of(make_carrier(), tmp_path), all_are("submitted"))

    assert len(peer.mails) == 1
    assert not Attempt.objects.exists()


def test_a_last_dot_that_could_not_be_written_was_not_sent(
    make_carrier, peer, tmp_path, monkeypatch
):
    send, failed = smtplib.SMTP.send, []

    def breaks_once(self, content):
        if content == b".\r\n" and not failed:
            failed.append(content)
            self.close()
            raise smtplib.SMTPServerDisconnected("broken")
        send(self, content)

    monkeypatch.setattr(smtplib.SMTP, "send", breaks_once)
    make_texts()

    run_until(sender_of(make_carrier(), tmp_path), all_are("submitted"))

    assert (len(failed), len(peer.mails)) == (1, 1)
    assert not Attempt.objects.exists()


def test_a_server_that_is_slow_before_the_last_dot_leaves_nothing_in_doubt(
    make_carrier, peer, tmp_path
):
    peer.says["rcpt"] = iter([SILENT])
    make_texts()

    run_until(sender_of(make_carrier(answer_seconds=0.3), tmp_path), is_said("in time"))

    assert (text_of().maybe_sent, Attempt.objects.exists()) == (False, False)


def test_a_connection_that_was_closed_while_idle_costs_nothing(make_carrier, peer, tmp_path):
    make_texts()
    steps = []

    def has_gone_twice():
        if not steps and len(peer.mails) == 1 and all_are("submitted")():
            steps.append(peer.hang_up())
            Message.objects.update(state="queued", accepted_at=None, carrier_ref=None)
        return len(peer.mails) == 2 and all_are("submitted")()

    run_until(sender_of(make_carrier(window=1), tmp_path), has_gone_twice)

    assert len(peer.connections) == 2
    assert CarrierHealth.objects.get().problem == ""


@pytest.mark.parametrize(
    ("step", "reply"), [("mail", "450 4.7.1 too much mail"), ("dot", "421 4.7.28 too fast")]
)
def test_a_throttled_text_goes_again_and_is_taken_once(make_carrier, peer, tmp_path, step, reply):
    peer.says[step] = iter([reply])
    make_texts()

    run_until(sender_of(make_carrier(), tmp_path), all_are("submitted"))

    assert CarrierHealth.objects.get().throttled_count == 1
    assert not Attempt.objects.exists()


@pytest.mark.parametrize(
    ("step", "reply", "words"),
    [
        ("greeting", "554 5.7.1 not you", "does not let us in just now (554)"),
        ("greeting", "421 4.3.2 closing", "does not let us in just now (421)"),
        (
            "mail",
            "550 5.7.60 not yours",
            "takes no mail from sms@example.ac.uk to sms.example.com (550 5.7.60)",
        ),
        (
            "mail",
            "530 5.7.0 log in first",
            "takes no mail from sms@example.ac.uk to sms.example.com (530 5.7.0)",
        ),
    ],
)
def test_a_fault_of_the_line_is_no_fault_of_a_text(
    make_carrier, peer, tmp_path, step, reply, words
):
    peer.says[step] = repeat(reply)
    make_texts(20)

    run_until(sender_of(make_carrier(), tmp_path), is_said(words))

    assert not CarrierHealth.objects.get().is_ready
    assert set(Message.objects.values_list("state", "maybe_sent")) == {("queued", False)}
    assert peer.count("MAIL") <= 4  # what was on its way, and none of the others


def test_a_server_that_does_not_relay_is_said_and_the_text_waits(make_carrier, peer, tmp_path):
    peer.says["rcpt"] = iter(["554 5.7.1 Relay access denied"])
    make_texts()

    run_until(
        sender_of(make_carrier(), tmp_path),
        is_said("takes no mail from sms@example.ac.uk to sms.example.com (554 5.7.1)"),
    )

    assert (text_of().state, text_of().maybe_sent) == ("queued", False)
    assert Attempt.objects.get().words == "the mail server does not pass it on"


def test_a_password_that_is_wrong_is_said_and_nothing_is_sent(make_carrier, settings, tmp_path):
    peer = Peer(account=("smsportal", "right"))
    use(settings, peer.port)
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "smsportal", "wr0ng"
    make_texts()

    try:
        run_until(
            sender_of(make_carrier(), tmp_path),
            is_said("refuses the user name and password of EMAIL_URL (535)"),
        )
    finally:
        peer.stop()

    assert (text_of().state, peer.count("MAIL")) == ("queued", 0)
    assert "wr0ng" not in CarrierHealth.objects.get().problem


def test_without_a_mail_server_texts_wait_and_the_carrier_says_so(make_carrier, tmp_path):
    make_texts()

    run_until(sender_of(make_carrier(), tmp_path), is_said(NOT_SET))

    health, text = CarrierHealth.objects.get(), text_of()
    assert (health.is_ready, health.accepted_count) == (False, 0)
    assert (text.state, text.accepted_at, text.maybe_sent) == ("queued", None, False)


def test_a_server_that_went_away_is_looked_for_until_it_is_back(make_carrier, settings, tmp_path):
    """Nothing left while it was away, so every text goes, and goes once."""
    port = free_port()
    use(settings, port)
    make_texts(3)
    back = []

    def is_over():
        if not back and is_said(f"nobody listens at 127.0.0.1:{port}")():
            back.append(Peer(port))
        return all_are("submitted", 3)()

    try:
        run_until(sender_of(make_carrier(), tmp_path), is_over)
        assert len(back[0].mails) == 3
    finally:
        back[0].stop()


def test_no_log_names_the_number_the_words_or_the_secret(make_carrier, peer, tmp_path, caplog):
    caplog.set_level("DEBUG", "messaging")
    peer.says["dot"] = iter([CUT])
    make_texts(body="Your results are here")

    run_until(
        sender_of(make_carrier(subject="((secret))", secret="k3y"), tmp_path), all_are("unknown")
    )

    assert peer.mails[0].mail["Subject"] == "k3y"
    ours = "\n".join(r.getMessage() for r in caplog.records if r.name.startswith("messaging"))
    assert ours
    for private in ("k3y", "results", "7700900001"):
        assert private not in ours
