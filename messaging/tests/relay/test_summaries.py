"""The mail about what went by email: what, to whom, what was refused; once an hour."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from accounts.audit.actors import System
from accounts.audit.services import record
from accounts.mail.models import OutgoingMail
from accounts.tests.make import make_department, make_user
from billing.tariffs.models import Tariff
from messaging.relay.models import Summarised
from messaging.relay.services import summaries
from messaging.relay.services.summaries import mail_summaries
from messaging.senders.models import OptOut
from messaging.sending.models import Message
from messaging.tests.compose.test_at_once import at_once
from messaging.tests.make import NOW, drama, make_basket, make_batch

pytestmark = pytest.mark.django_db


@pytest.fixture
def amira():
    return make_user(
        make_department("Physics"), allow_relay=True, wants_relay_summary=True,
        username="phys0423", name="Amira Khan", email="amira@ox.ac.uk",
    )  # fmt: skip


def minutes(count):
    return NOW + dt.timedelta(minutes=count)


def sent(person, body="Lecture moved to 2pm", at=0.0, people=2, **order):
    return make_batch(person, body=body, people=people, now=minutes(at), source="email", **order)


def mails():
    return list(OutgoingMail.objects.order_by("pk"))


def test_it_says_what_went_to_whom_and_how_that_stands(amira):
    batch = sent(amira)
    Message.objects.filter(batch=batch, number=drama(0)).update(state="delivered")
    Message.objects.filter(batch=batch, number=drama(1)).update(
        state="undelivered", reason="absent"
    )

    assert mail_summaries(now=minutes(2)) == 1

    mail = mails()[0]
    assert (mail.to, mail.subject, mail.is_reply) == (
        "amira@ox.ac.uk", "Sent by email: 1 text", True,
    )  # fmt: skip
    assert mail.body == (
        "Hello Amira Khan. This is what you sent by email.\n"
        "\n"
        "Today at 2:04pm: “Lecture moved to 2pm”\n"
        "- 07700 900000: Delivered\n"
        "- 07700 900001: Phone off or full\n"
        "\n"
        f"Everything you have sent: http://localhost:8000{reverse('history:list')}\n"
        "\n"
        "Sent because you asked for a summary under My profile, at most once an hour. "
        "Nobody reads what you answer.\n"
    )


def test_the_address_that_it_names_is_a_page(client, amira):
    sent(amira)
    mail_summaries(now=minutes(2))
    path = re.search(r"http://localhost:8000(/\S+)", mails()[0].body)[1]

    client.force_login(amira)
    assert client.get(path).status_code == 200


def test_it_says_who_had_opted_out_and_what_was_refused(amira):
    OptOut.objects.create(department=amira.department, number=drama(0), at=NOW)
    sent(amira)
    for person in (amira, make_user(amira.department, name="Bo Lund", username="phys0424")):
        record(
            by=System(amira.department_id),
            verb="relay.refused",
            words=f"Refused an email of {person.audit_name}, by 192.0.2.7: 550 Number not allowed.",
            now=minutes(1),
        )

    mail_summaries(now=minutes(2))

    mail = mails()[0]
    assert mail.subject == "Sent by email: 1 text, and some refused"
    assert "- not sent to 1 person: opted out" in mail.body
    assert (
        "Refused:\nToday at 2:05pm: Refused an email of Amira Khan (phys0423), by 192.0.2.7: "
        "550 Number not allowed.\n"
    ) in mail.body
    assert "Bo Lund" not in mail.body


def test_each_text_is_in_one_summary_and_there_is_one_an_hour(amira):
    sent(amira, "First")
    assert mail_summaries(now=minutes(2)) == 1
    sent(amira, "Second", at=3)
    sent(amira, "Third", at=5)

    assert [mail_summaries(now=minutes(m)) for m in (4, 30, 61)] == [0, 0, 0]
    assert mail_summaries(now=minutes(62)) == 1
    assert mail_summaries(now=minutes(200)) == 0

    first, second = mails()
    assert "“First”" in first.body
    assert "“First”" not in second.body
    assert "“Second”" in second.body
    assert "“Third”" in second.body
    assert Summarised.objects.count() == 3


def test_what_has_just_gone_waits_for_its_result(amira):
    sent(amira)

    assert mail_summaries(now=minutes(0.5)) == 0
    assert mail_summaries(now=minutes(1)) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"wants_relay_summary": False},
        {"allow_relay": False},
        {"allow_relay": False, "left_at": NOW},
        {"email": ""},
    ],
)
def test_nobody_else_gets_one(amira, fields):
    sent(amira)
    for name, value in fields.items():
        setattr(amira, name, value)
    amira.save()

    assert mail_summaries(now=minutes(2)) == 0
    assert mails() == []


def test_texts_that_went_another_way_are_in_none(amira):
    make_batch(amira, now=NOW)

    assert mail_summaries(now=minutes(2)) == 0


def test_what_went_before_it_was_switched_on_is_not_told(amira):
    sent(amira, "Before")
    summaries.begin(amira, now=minutes(1))
    sent(amira, "After", at=2)

    mail_summaries(now=minutes(4))

    assert "“Before”" not in mails()[0].body
    assert "“After”" in mails()[0].body


def test_a_long_one_says_how_many_more(amira):
    for n in range(32):
        sent(amira, f"Alarm {n}", people=1, at=n / 100)
    sent(amira, "To many", people=14, basket=make_basket(amira, 14), at=-1)

    mail_summaries(now=minutes(2))

    body = mails()[0].body
    assert mails()[0].subject == "Sent by email: 33 texts"
    assert "- and 4 people more" in body
    assert "And 3 more." in body
    assert body.count("“") == 30


def test_many_people_cost_few_questions(amira, django_assert_max_num_queries):
    for n in range(10):
        sent(amira, f"Alarm {n}")

    with django_assert_max_num_queries(14):
        mail_summaries(now=minutes(2))


def test_one_that_breaks_holds_up_no_other_and_is_written_later(amira, monkeypatch):
    other = make_user(allow_relay=True, wants_relay_summary=True, email="bo@ox.ac.uk")
    sent(amira)
    sent(other)
    write = summaries._body

    def breaks_for_amira(person, *rest):
        if person == amira:
            raise RuntimeError("the machine has a bad day")
        return write(person, *rest)

    with monkeypatch.context() as broken:
        broken.setattr(summaries, "_body", breaks_for_amira)
        assert mail_summaries(now=minutes(2)) == 1
    assert mail_summaries(now=minutes(3)) == 1
    assert [mail.to for mail in mails()] == ["bo@ox.ac.uk", "amira@ox.ac.uk"]


@pytest.mark.django_db(transaction=True)
def test_four_workers_write_one(amira):
    Tariff.objects.get_or_create(from_on="2019-08-01", defaults={"part_tenths": 35})
    sent(amira)

    raised = at_once(*[lambda: mail_summaries(now=minutes(2))] * 4)

    assert raised == []
    assert len(mails()) == 1
