"""What the front server asks beforehand, in Postfix's policy protocol."""

import socket

from django.utils import timezone

from accounts.audit.models import AuditEvent
from accounts.tests.make import make_department, make_user
from messaging.senders.models import OptOut
from messaging.tests.relay.stage import ANN, TO
from messaging.tests.relay.talking import ANSWER_SECONDS, running

OUT = "07700900199@oxsms.co.uk"


class Asker:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=ANSWER_SECONDS)
        self.lines = self.socket.makefile("rb")

    def ask(self, sender=ANN, recipient=TO):
        question = {
            "request": "smtpd_access_policy",
            "protocol_state": "RCPT",
            "client_address": "192.0.2.7",
            "sender": sender,
            "recipient": recipient,
        }
        self.say("".join(f"{name}={value}\n" for name, value in question.items()) + "\n")
        return self.hear()

    def say(self, words):
        self.socket.sendall(words.encode())

    def hear(self):
        """The action; "" when the other end has closed."""
        line = self.lines.readline().decode()
        assert self.lines.readline() == (b"\n" if line else b"")
        return line.removeprefix("action=").rstrip("\n")


def test_what_it_asks_is_answered_as_a_session_would_be(relay, ann):
    OptOut.objects.create(number="+447700900199", department=ann.department, at=timezone.now())
    make_user(make_department(), email="bob@ox.ac.uk", allow_relay=True)
    asker = Asker(relay.policy)

    said = [
        asker.ask(),
        asker.ask(sender="Ann@OX.ac.uk"),
        asker.ask(sender="mallory@ox.ac.uk"),
        asker.ask(sender=""),
        asker.ask(recipient="020@oxsms.co.uk"),
        asker.ask(recipient="07700900123@example.org"),
        asker.ask(recipient=OUT),
        asker.ask(recipient=OUT, sender="bob@ox.ac.uk"),
        asker.ask(recipient="postmaster@oxsms.co.uk", sender=""),
    ]

    assert said == [
        "DUNNO",
        "DUNNO",
        "550 5.7.1 Sender not authorised for SMS relay",
        "550 5.7.1 Automatic mail is not relayed",
        "550 5.1.1 '020' is not a mobile number",
        "550 5.7.1 Relaying denied",
        "550 5.7.1 Recipient has opted out",
        "DUNNO",
        "DUNNO",
    ]


def test_a_refusal_is_in_the_audit_trail_with_the_client_of_the_front_server(relay, ann):
    Asker(relay.policy).ask(sender="mallory@ox.ac.uk")

    relay.write_down_refusals()

    [line] = AuditEvent.objects.filter(verb="relay.refused")
    assert line.words == (
        "Refused an email of mallory@ox.ac.uk, by 192.0.2.7: "
        "550 5.7.1 Sender not authorised for SMS relay."
    )


def test_a_fault_of_ours_is_for_later_and_the_next_question_is_answered(relay, ann, monkeypatch):
    asker = Asker(relay.policy)
    with monkeypatch.context() as broken:
        broken.setattr(relay.relay.look_up, "work", None)

        assert asker.ask() == "451 4.3.0 Temporary system problem, try again later"

    assert asker.ask() == "DUNNO"


def test_what_is_no_question_is_hung_up_on(relay, ann):
    asker = Asker(relay.policy)

    asker.say("GET / HTTP/1.1\n" * 200)

    assert asker.hear() == ""
    assert Asker(relay.policy).ask() == "DUNNO"


def test_a_relay_that_ends_does_not_wait_for_who_might_still_ask(secure, ann):
    with running() as relay:
        asker = Asker(relay.policy)
        assert asker.ask() == "DUNNO"

    assert asker.hear() == ""
