"""What becomes of a mail besides its answer: in the history, in the audit trail, on the bill."""

import datetime as dt

import pytest
from django.db import OperationalError
from django.test import Client as Browser

from accounts.audit.models import AuditEvent
from accounts.tests.make import make_admin
from messaging.relay.models import AlarmWindow, RelayReceipt
from messaging.relay.services import forget_old_receipts
from messaging.senders.models import Sender
from messaging.sending.engine.invariants import broken
from messaging.sending.models import Allowance, Batch
from messaging.tests.relay.stage import ANN, TO
from messaging.tests.relay.talking import Client, a_mail
from smsportal.lib.db import database_now


def send(relay, subject="Lab closed", *headers, to=(TO,), sender=ANN):
    with Client(relay.smtp) as client:
        return client.mail(sender, list(to), a_mail(sender, subject, *headers))


def test_it_is_a_message_like_all_others(relay, ann):
    assert send(relay).startswith("250 2.0.0 Accepted as message M-")

    batch = Batch.objects.get()
    assert (batch.source, batch.person, batch.department) == ("email", ann, ann.department)
    assert (batch.sender, batch.sender_kind) == ("PHYSICS", "alpha")
    assert (batch.cost_code, batch.price_tenths, batch.part_count) == ("PH0123", 35, 1)
    assert list(batch.messages.values_list("number", "state")) == [("+447700900123", "queued")]
    assert dict(Allowance.objects.values_list("scope", "used_count")) == {
        "department_year": 1,
        "department_month": 1,
        "person_day": 1,
        "person_month": 1,
        "relay_day": 1,
    }
    line = AuditEvent.objects.get(verb="messages.accepted")
    assert line.words == f"Sent message {batch.reference} to 1 person by email."
    assert [each for each in broken(now=database_now()) if each] == []


def test_who_wants_it_sends_from_the_own_number(relay, ann):
    Sender.objects.create(department=ann.department, person=ann, number="+447700900951")
    ann.relays_from_number = True
    ann.save()

    send(relay)

    batch = Batch.objects.get()
    assert (batch.sender, batch.sender_kind) == ("+447700900951", "number")


def test_s71_user_and_admin_find_it_under_messages(relay, ann, client_of):
    send(relay, "Fridge 3 is at 9 C")

    for reader in (ann, make_admin(ann.department)):
        page = client_of(reader).get("/messages/").content.decode()
        assert "Fridge 3 is at 9 C" in page
        assert "By email, from Ann" in page


@pytest.fixture
def client_of():
    def signed_in(person):
        browser = Browser()
        browser.force_login(person)
        return browser

    return signed_in


def test_refusals_are_in_the_audit_trail_many_alike_in_one_line(relay, ann):
    for _ in range(30):
        send(relay, sender="nobody@ox.ac.uk")
    send(relay, "x" * 700)
    relay.write_down_refusals()

    words = AuditEvent.objects.filter(verb="relay.refused").order_by("pk")
    assert list(words.values_list("words", "department_id")) == [
        (
            "Refused 30 emails of nobody@ox.ac.uk, by 127.0.0.1: 550 5.7.1 Sender not authorised "
            "for SMS relay.",
            None,
        ),
        (
            f"Refused an email of {ann.audit_name}, by 127.0.0.1: 554 5.6.0 Subject makes 5 "
            "parts, limit is 4.",
            ann.department_id,
        ),
    ]


def test_a_flood_of_refusals_cannot_fill_the_audit_trail(relay, ann):
    for n in range(40):
        send(relay, sender=f"guess{n}@ox.ac.uk")
    relay.write_down_refusals()

    lines = AuditEvent.objects.filter(verb="relay.refused").order_by("pk")
    assert lines.count() == 21
    assert lines.last().words == "Refused 20 further emails within the same minute."


def test_alarms_that_repeat_are_counted_and_a_retry_is_not_counted_again(relay, ann):
    ann.groups_alarms = True
    ann.save()

    said = [send(relay, "Fridge is warm", f"Message-ID: <{n}@x>") for n in (1, 2, 2)]

    assert said[0].startswith("250 2.0.0 Accepted as message")
    assert said[1:] == [
        "250 2.0.0 Counted with an earlier alarm that says the same",
        "250 2.0.0 duplicate of an earlier alarm, not sent again",
    ]
    assert (Batch.objects.count(), AlarmWindow.objects.get().held_count) == (1, 1)


def test_after_a_week_a_mail_is_another_one(relay, ann):
    mail = ("Lab closed", "Message-ID: <1@x>")
    send(relay, *mail)
    RelayReceipt.objects.update(until=database_now())
    assert send(relay, *mail).startswith("250 2.0.0 Accepted")
    assert Batch.objects.count() == 2

    assert forget_old_receipts(now=database_now() + dt.timedelta(days=8)) == 1


def test_who_has_a_little_left_sends_that_and_no_more(relay, ann):
    ann.parts_per_day_cap = 3
    ann.save()

    said = [send(relay, f"Lab {n}")[:9] for n in range(5)]

    assert said == ["250 2.0.0"] * 3 + ["550 5.7.1"] * 2
    assert Batch.objects.count() == 3


def test_by_lmtp_each_recipient_has_an_answer(relay, ann):
    with Client(relay.lmtp) as client:
        client.begin(ANN, TO, "postmaster@oxsms.co.uk", hello="LHLO front")
        first = client.data(a_mail(ANN, "x" * 700))
        second = client.answer()

    assert first == "554 5.6.0 Subject makes 5 parts, limit is 4"
    assert second == "250 2.0.0 Kept for the people who run this server"


def test_idle_connections_do_not_stop_others(relay, ann):
    idle = [Client(relay.smtp) for _ in range(19)]

    assert send(relay).startswith("250 2.0.0 Accepted")

    for client in idle:
        client.close()


def test_an_alarm_goes_out_without_its_decoration(relay, ann):
    send(relay, "** PROBLEM Service Alert: web1/HTTP is CRITICAL **")

    assert Batch.objects.get().body == "CRITICAL: HTTP on web1"


def test_what_counts_is_how_long_the_alarm_is_as_it_goes_out(relay, ann):
    """Two texts as it was written, one as it is sent."""
    subject = f"** PROBLEM Service Alert: web1/{'x' * 135} is CRITICAL **"
    ann.parts_per_day_cap = 1
    ann.save()

    assert send(relay, subject).startswith("250 ")
    assert Batch.objects.get().part_count == 1


def test_alarms_are_counted_by_what_they_said_when_they_came(relay, ann):
    ann.groups_alarms = True
    ann.save()
    subject = "[Library catalogue] [🔴 Down] timeout of {}ms exceeded"

    assert "Accepted" in send(relay, subject.format(48000), "Message-ID: <1@x>")
    assert "Counted" in send(relay, subject.format(51000), "Message-ID: <2@x>")
    assert Batch.objects.get().body == "DOWN: Library catalogue, timeout of 48000ms exceeded"
    assert AlarmWindow.objects.get().subject == subject.format(48000)


def test_after_a_fault_of_ours_the_same_connection_hands_it_in_again(relay, ann):
    store = relay.relay.store
    work, content = store.work, a_mail(ANN, "Again")

    def fail(mails):
        store.work = work
        raise OperationalError("server closed the connection unexpectedly")

    store.work = fail
    with Client(relay.smtp) as client:
        assert client.mail(ANN, [TO], content).startswith("451 4.3.0")
        assert client.say(f"MAIL FROM:<{ANN}>").startswith("250 ")  # EHLO would begin anew
        assert client.say(f"RCPT TO:<{TO}>").startswith("250 ")
        assert client.data(content).startswith("250 2.0.0 Accepted")

    assert Batch.objects.count() == 1
