"""One mail of what is unread, every hour or each morning; nothing in it twice."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts.audit.models import AuditEvent
from accounts.mail.models import OutgoingMail
from accounts.tests.make import make_department, make_user
from inbound.tests.make import PHONE, come_in, from_phone, make_number
from inbound.tests.twoway.talking import heard, open_thread
from inbound.twoway.digests import Digest, last_due
from inbound.twoway.models import DigestLine, ReplyNumber
from inbound.twoway.services import digesting, send_digests
from inbound.twoway.tasks import digest
from messaging.senders.models import Sender
from messaging.tests.make import make_contact

pytestmark = pytest.mark.django_db

AT_TEN = dt.datetime(2026, 5, 12, 9, tzinfo=dt.UTC)  # 10:00 in London
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)


@pytest.fixture
def amira():
    amira = make_user(make_department(), name="Amira Khan", email="amira@example.ac.uk")
    make_number(amira, digest=Digest.HOURLY, digested_at=AT_TEN - 5 * MINUTE)
    return amira


def mails():
    return list(OutgoingMail.objects.order_by("pk"))


def test_what_is_unread_is_mailed_with_senders_and_words(amira):
    make_contact(amira, number=PHONE, first_name="Harpreet", last_name="Gill")
    heard("Yes I can do 2pm.\nSame lab?", now=AT_TEN - 2 * MINUTE)
    heard("Who is this", phone="+447700900124", now=AT_TEN - MINUTE)

    assert send_digests(now=AT_TEN) == 1

    [mail] = mails()
    assert (mail.to, mail.html) == ("amira@example.ac.uk", "")
    assert mail.subject == "2 unread replies to 07700 900950"
    assert mail.body.startswith(
        "Harpreet Gill, 07700 900123, Tuesday 12 May at 9:58am:\n"
        "    Yes I can do 2pm.\n    Same lab?\n\n"
        "07700 900124, Tuesday 12 May at 9:59am:\n    Who is this\n\n-- \n"
    )
    assert "/2way/" in mail.body


def test_none_is_the_default_and_mails_nothing():
    make_number(make_user(email="amira@example.ac.uk"))
    heard("Hello", now=AT_TEN - MINUTE)

    assert send_digests(now=AT_TEN + 24 * HOUR) == 0


def test_no_reply_is_in_two_digests(amira):
    heard("Hello", now=AT_TEN - MINUTE)
    send_digests(now=AT_TEN)
    heard("Are you there?", now=AT_TEN + MINUTE)

    assert [send_digests(now=AT_TEN + HOUR) for _ in range(2)] == [1, 0]

    assert "Hello" not in mails()[-1].body
    assert mails()[-1].subject.startswith("1 unread reply to")


def test_between_two_full_hours_nothing_is_due(amira):
    heard("Hello", now=AT_TEN - MINUTE)

    assert send_digests(now=AT_TEN - MINUTE) == 0
    assert send_digests(now=AT_TEN + MINUTE) == 1


def test_while_all_is_read_no_mail_comes(client, amira):
    client.force_login(amira)
    open_thread(client, heard("Hello", now=AT_TEN - MINUTE))

    assert send_digests(now=AT_TEN) == 0


@pytest.mark.parametrize(
    "gone",
    [
        lambda amira: Sender.objects.update(released_at=AT_TEN),
        lambda amira: type(amira).objects.filter(pk=amira.pk).update(left_at=AT_TEN),
        lambda amira: type(amira).objects.filter(pk=amira.pk).update(email=""),
    ],
    ids=["given back", "left", "no address"],
)
def test_whoever_is_not_there_any_more_gets_none(amira, gone):
    heard("Hello", now=AT_TEN - MINUTE)
    gone(amira)

    assert send_digests(now=AT_TEN) == 0


def test_a_digest_has_only_what_came_to_its_number(amira):
    make_number(make_user(amira.department), "+447700900951")
    heard("For a colleague", to="+447700900951", now=AT_TEN - MINUTE)
    come_in(from_phone("OXFORD NOTHING for nobody"), now=AT_TEN - MINUTE)

    assert send_digests(now=AT_TEN) == 0


def test_hostile_words_are_indented_words(amira):
    heard("-- \r\nRead them: http://bad.example\u2028<b>x</b>", now=AT_TEN - MINUTE)
    heard("x" * 10_000, now=AT_TEN - MINUTE)

    send_digests(now=AT_TEN)

    [mail] = mails()
    lines = mail.body.splitlines()
    assert "    Read them: http://bad.example" in lines
    assert "    <b>x</b>" in lines
    assert lines.count("-- ") == 1
    assert f"    {'x' * 500}..." in lines


def test_very_many_are_counted(amira, monkeypatch):
    monkeypatch.setattr(digesting, "MOST", 2)
    for n in range(3):
        heard(f"Words {n}", phone=f"+44770090012{n}", now=AT_TEN - MINUTE)

    send_digests(now=AT_TEN)

    [mail] = mails()
    assert mail.subject.startswith("3 unread replies")
    assert "Words 2" not in mail.body
    assert "And 1 more." in mail.body
    assert DigestLine.objects.count() == 3


@pytest.mark.parametrize(
    ("kind", "now", "due"),
    [
        ("hourly", "2026-05-12T09:59:59", "2026-05-12T09:00:00"),
        ("morning", "2026-05-12T06:59:59", "2026-05-11T07:00:00"),
        ("morning", "2026-05-12T07:00:00", "2026-05-12T07:00:00"),
        ("morning", "2026-12-12T07:30:00", "2026-12-11T08:00:00"),
        # The clocks went back in the night.
        ("morning", "2026-10-25T08:00:00", "2026-10-25T08:00:00"),
    ],
)
def test_the_hours_and_mornings_are_those_of_london(kind, now, due):
    at = dt.datetime.fromisoformat(now).replace(tzinfo=dt.UTC)

    assert last_due(Digest(kind), now=at) == dt.datetime.fromisoformat(due).replace(tzinfo=dt.UTC)


def test_it_is_chosen_under_edit_virtual_number(client, amira):
    ReplyNumber.objects.update(digest=Digest.NONE, digested_at=None)
    client.force_login(amira)

    client.post(reverse("twoway:number"), {"digest": "morning"})

    number = ReplyNumber.objects.get()
    assert number.digest == "morning"
    assert number.digested_at is not None
    assert '<option value="morning" selected>' in client.get(reverse("twoway:number")).text
    line = AuditEvent.objects.get(verb="numbers.changed")
    assert line.words.endswith("automatic reply off, mail digest each morning.")


def test_saving_the_page_again_leaves_its_clock(client, amira):
    client.force_login(amira)

    client.post(reverse("twoway:number"), {"digest": "hourly", "replies": "on", "reply": "Thanks"})

    assert ReplyNumber.objects.get().digested_at == AT_TEN - 5 * MINUTE


def test_without_an_address_it_cannot_be_chosen_and_nothing_typed_is_lost(client):
    user = make_user(email="")
    make_number(user)
    client.force_login(user)

    response = client.post(
        reverse("twoway:number"), {"digest": "hourly", "replies": "on", "reply": "Kept words"}
    )

    assert response.status_code == 422
    assert "no email address to send a digest to" in response.text
    assert "Kept words" in response.text
    assert ReplyNumber.objects.get().digest == "none"


def test_a_digest_that_does_not_exist_is_refused(client, amira):
    client.force_login(amira)

    response = client.post(reverse("twoway:number"), {"digest": "each second"})

    assert response.status_code == 422
    assert "Choose how often the digest comes." in response.text


def test_the_database_keeps_a_reply_out_of_a_second_digest(amira):
    heard("Hello", now=AT_TEN - MINUTE)
    send_digests(now=AT_TEN)
    line = DigestLine.objects.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        DigestLine.objects.create(text=line.text, at=AT_TEN)


def test_beat_opens_the_door(amira, settings):
    assert "inbound.digest" in settings.CELERY_BEAT_SCHEDULE
    heard("Hello", now=AT_TEN - MINUTE)

    digest()

    assert len(mails()) == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_many_workers_at_the_same_moment_write_one_mail(amira):
    heard("Hello", now=AT_TEN - MINUTE)

    def work(_):
        try:
            return send_digests(now=AT_TEN)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 1
    assert len(mails()) == 1
