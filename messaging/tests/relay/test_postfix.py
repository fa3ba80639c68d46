"""The front server of deploy/postfix before the relay: what it lets in, and what it says to others.

Real mail by real clients, through Debian's Postfix, opendkim, opendmarc and policyd-spf.
"""

import base64
import subprocess
from email.utils import format_datetime, make_msgid

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.utils import timezone

from accounts.mail.models import OutgoingMail
from accounts.tests.make import make_user
from messaging.senders.models import OptOut
from messaging.sending.models import Batch, Message
from messaging.tests.relay.front_server import front_server
from messaging.tests.relay.proofs.zone import Zone
from messaging.tests.relay.stage import ANN, TO
from messaging.tests.relay.talking import running
from smsportal.tests.processes import within

pytestmark = [pytest.mark.postfix, pytest.mark.once, pytest.mark.xdist_group("postfix")]

OX, ELSEWHERE = "192.0.2.7", "198.51.100.9"
# opendmarc believes opendkim, and knows it by this name alone.
FORGED = (
    "Authentication-Results: mx.oxsms.co.uk; dkim=pass header.d=ox.ac.uk",
    "Authentication-Results: mx.oxsms.co.uk; dmarc=pass (p=none) header.from=ox.ac.uk",
)
SOON = 20


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def zone(key):
    """ox.ac.uk signs its mail, and sends it from one host; evil.example proves itself, too."""
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    zone = Zone()
    zone.text("s1._domainkey.ox.ac.uk.", f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}")
    zone.text("ox.ac.uk.", f"v=spf1 ip4:{OX} ?all")
    zone.text("_dmarc.ox.ac.uk.", "v=DMARC1; p=none")
    zone.text("strict.ac.uk.", f"v=spf1 ip4:{OX} -all")
    zone.text("_dmarc.strict.ac.uk.", "v=DMARC1; p=reject")
    zone.text("evil.example.", f"v=spf1 ip4:{ELSEWHERE} -all")
    zone.text("_dmarc.evil.example.", "v=DMARC1; p=none")
    return zone


@pytest.fixture(scope="module")
def front(zone):
    with front_server(zone) as front:
        yield front


@pytest.fixture
def open_relay(front, relay_settings, ann):
    """Starts one that believes what the front server says, at the ports it knows."""
    relay_settings.RELAY_PROOFS = ["front"]
    relay_settings.RELAY_AUTHSERV_ID = "mx.oxsms.co.uk"
    front.sent_back.mails.clear()
    return lambda: running(lmtp=front.ports["lmtp"], policy=front.ports["policy"])


@pytest.fixture
def relay(open_relay):
    with open_relay() as relay:
        yield relay


def a_mail(subject="Lecture moved to 2pm", sender=ANN, *more, body="Nothing of this goes out."):
    lines = [
        *more,
        f"From: Ann <{sender}>",
        f"To: {TO}",
        f"Subject: {subject}",
        f"Date: {format_datetime(timezone.now())}",
        f"Message-ID: {make_msgid(domain='ox.ac.uk')}",
    ]
    return "\r\n".join([*lines, "", body, ""]).encode()


@pytest.fixture
def signed(key):
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    fields = [b"from", b"to", b"subject", b"date"]
    return lambda mail: dkim.sign(mail, b"s1", b"ox.ac.uk", pem, include_headers=fields) + mail


def answer(front, mail=None, *, sender=ANN, to=TO, at=OX):
    """The first refusal, or what was said after the mail: code and words."""
    with front.client(at) as client:
        for said in (client.mail(sender), client.rcpt(to)):
            if said[0] != 250:
                return said[0], said[1].decode()
        code, words = client.data(a_mail() if mail is None else mail)
        return code, words.decode()


def texts():
    return sorted(Message.objects.values_list("number", "batch__body"))


def arrives(*expected):
    """The queue is empty again meanwhile: what is there stays all there is."""
    return within(SOON, lambda: texts() == sorted(expected))


def stays_so(front):
    assert within(SOON, lambda: front.waiting() == []), front.said()
    return texts(), front.sent_back.mails


def test_a_signed_mail_becomes_a_text_by_whatever_host_it_comes(front, relay, signed):
    code, words = answer(front, signed(a_mail()), at=ELSEWHERE)

    assert code == 250, words
    assert arrives(("+447700900123", "Lecture moved to 2pm")), front.said()


def test_swaks_sends_one_from_a_host_that_may_send_for_the_domain(front, relay):
    done = subprocess.run(
        [
            *("swaks", "--server", "127.0.0.1", "--port", str(front.ports["smtp"])),
            *("--xclient-addr", OX, "--xclient-name", "mail.ox.ac.uk", "--helo", "mail.ox.ac.uk"),
            *("--from", ANN, "--to", TO, "--h-Subject", "Lecture moved to 2pm"),
        ],
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout
    assert arrives(("+447700900123", "Lecture moved to 2pm")), front.said()


REFUSED = {
    "unknown sender": ({"sender": "mallory@ox.ac.uk"}, 550, "5.7.1", "Sender not authorised"),
    "no mobile": ({"to": "01865270000@oxsms.co.uk"}, 550, "5.1.1", "'01865270000' is not a mobile"),
    "opted out": ({"to": "07700900199@oxsms.co.uk"}, 550, "5.7.1", "Recipient has opted out"),
    "a bounce": ({"sender": ""}, 550, "5.7.1", "Automatic mail is not relayed"),
    "another domain": ({"to": "07700900123@example.org"}, 554, "5.7.1", "Relay access denied"),
    "unsigned": ({"at": ELSEWHERE}, 550, "5.7.26", "Sender authentication failed"),
    "forged": (
        {"at": ELSEWHERE, "mail": a_mail("Forged", ANN, *FORGED)},
        550, "5.7.26", "Sender authentication failed",
    ),
    "of a host that may not": (
        {"at": ELSEWHERE, "sender": "ann@strict.ac.uk"},
        550, "5.7.23", "SPF",
    ),
    "too large": ({"mail": a_mail(body="words\r\n" * 40_000)}, 552, "5.3.4", "too big"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_while_its_server_is_there(front, relay, ann, case):
    sent, *expected = REFUSED[case]
    make_user(ann.department, name="Ann S", email="ann@strict.ac.uk", allow_relay=True)
    OptOut.objects.create(number="+447700900199", department=None, at=timezone.now())

    code, words = answer(front, **sent)

    assert [code, words.split()[0]] == expected[:2], (code, words)
    assert expected[2] in words
    assert stays_so(front) == ([], [])


@pytest.mark.parametrize("end", [b"\n.\n", b"\n.\r\n", b"\r\n.\n"])
def test_no_second_mail_hides_behind_a_false_end(front, relay, end):
    hidden = b"MAIL FROM:<%s>\r\nRCPT TO:<%s>\r\nDATA\r\n" % (ANN.encode(), TO.encode())
    mail = a_mail() + end + hidden + a_mail("Smuggled") + b"\r\n.\r\n"
    with front.client(OX) as client:
        client.mail(ANN)
        client.rcpt(TO)
        client.docmd("DATA")
        client.send(mail)
        code, words = client.getreply()

    assert (code, b"bare <LF> received" in words) == (550, True), words
    assert stays_so(front) == ([], [])


def test_each_recipient_is_answered_and_the_good_ones_are_texted(front, relay):
    with front.client(OX) as client:
        refused = client.sendmail(
            ANN,
            ["07700900123@oxsms.co.uk", "+447700900124@oxsms.co.uk", "020@oxsms.co.uk"],
            a_mail("Lab closed"),
        )

    assert list(refused) == ["020@oxsms.co.uk"]
    assert arrives(("+447700900123", "Lab closed"), ("+447700900124", "Lab closed"))


def test_who_sends_too_much_is_told_to_wait(front, relay):
    said = []
    for count in (45, 45, 31):
        with front.client("203.0.113.5") as client:
            said += [(client.mail(ANN)[0], client.rset()[0])[0] for _ in range(count)]

    assert said == [250] * 120 + [450]


def test_nothing_is_taken_while_nobody_can_say_whether_it_is_right(front, ann):
    code, words = answer(front)

    assert (code, words.split()[0]) == (451, "4.3.5"), words


def test_a_mail_that_was_taken_waits_for_the_relay_and_is_one_text(front, open_relay):
    with front.client(OX) as client:
        with open_relay():
            client.mail(ANN)
            assert client.rcpt(TO)[0] == 250
        assert client.data(a_mail())[0] == 250
    assert within(SOON, lambda: front.waiting() == ["deferred"]), front.said()
    assert texts() == []

    with open_relay():
        front.try_again()

        assert arrives(("+447700900123", "Lecture moved to 2pm")), front.said()
        assert stays_so(front) == ([("+447700900123", "Lecture moved to 2pm")], [])
    assert Batch.objects.count() == 1


def test_what_only_the_relay_can_say_goes_back_to_the_proven_sender(front, relay):
    claimed = "Authentication-Results: (any name) stranger.example; dmarc=pass"
    assert answer(front, a_mail("   ", ANN, claimed))[0] == 250

    assert within(SOON, lambda: front.sent_back.mails), front.said()
    [(to, words)] = front.sent_back.mails
    assert to == ANN
    assert "Empty subject: the subject line is the text" in words
    assert "Subject:" in words
    assert "stranger.example" not in words  # thrown away as it came in
    assert stays_so(front)[0] == []


def test_people_who_run_the_server_are_reached(front, relay, relay_settings):
    relay_settings.RELAY_OPERATORS = ["help@ox.ac.uk"]

    assert answer(front, to="postmaster@oxsms.co.uk")[0] == 250
    assert within(SOON, OutgoingMail.objects.exists), front.said()
