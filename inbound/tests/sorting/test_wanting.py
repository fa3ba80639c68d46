"""STOP and START: for whom they hold, and how they are confirmed."""

import datetime as dt

import pytest

from accounts.audit.models import AuditEvent
from accounts.tests.make import make_department, make_user
from inbound.tests.make import CODE, NUMBER, PHONE, come_in, from_phone, make_keyword, make_number
from messaging.senders.models import OptOut, Sender
from messaging.sending.models import Batch, Message
from messaging.tests.make import NOW, make_basket, make_batch, make_queued

pytestmark = pytest.mark.django_db


def standing():
    found = OptOut.objects.filter(lifted_at=None).order_by("pk")
    return [(each.number, each.department and each.department.name) for each in found]


def confirmations():
    found = Batch.objects.filter(source="confirmation").order_by("pk")
    return [(batch.sender, batch.body) for batch in found]


def test_stop_to_a_virtual_number_is_for_its_department():
    user = make_user(make_department("Physics"))
    make_number(user)

    [sorting] = come_in(from_phone("Stop.", to=NUMBER))

    assert standing() == [(PHONE, "Physics")]
    assert (sorting.place, sorting.wish) == ("wish", "out")
    opt_out = OptOut.objects.get()
    assert (opt_out.words, opt_out.came_to) == ("Stop.", NUMBER)


def test_it_is_confirmed_once_from_the_number_texted_although_they_opted_out():
    make_number(make_user(make_department("Physics")))

    come_in(from_phone("STOP", to=NUMBER))
    come_in(from_phone("STOP", to=NUMBER), from_phone("stop!!", to=NUMBER))

    assert confirmations() == [
        (
            NUMBER,
            "You will get no more texts from Physics. To get them again, text START to "
            "07700 900950.",
        )
    ]
    assert Message.objects.get().state == "queued"


def test_stop_after_a_keyword_is_for_the_keywords_department():
    make_keyword("CHORUS", make_department("Music"), replies=True, reply="Thank you.")

    come_in(from_phone("OXFORD CHORUS STOP"))

    assert standing() == [(PHONE, "Music")]
    assert [sender for sender, _ in confirmations()] == [CODE]
    assert not Batch.objects.filter(source="reply").exists()


@pytest.mark.parametrize("body", ["STOP", "OXFORD STOP", "oxford unsubscribe"])
def test_a_bare_stop_to_the_short_code_is_for_who_texted_them_last(body):
    make_queued(make_user(make_department("Music")), [PHONE])
    make_queued(make_user(make_department("Physics")), [PHONE])
    Batch.objects.update(accepted_at=NOW - dt.timedelta(days=29))

    come_in(from_phone(body))

    assert standing() == [(PHONE, "Physics")]


def test_where_nobody_texted_them_within_a_month_it_is_for_everywhere():
    make_queued(make_user(), [PHONE])
    Batch.objects.update(accepted_at=NOW - dt.timedelta(days=31))

    come_in(from_phone("STOP"))

    assert standing() == [(PHONE, None)]
    assert confirmations() == []


@pytest.mark.parametrize("body", ["STOP ALL", "stopall"])
def test_stop_all_is_for_everywhere(body):
    make_number(make_user())

    come_in(from_phone(body, to=NUMBER))

    assert standing() == [(PHONE, None)]
    assert "from the university's departments" in confirmations()[0][1]


@pytest.mark.parametrize("word", ["END", "Quit", "cancel"])
def test_an_answer_to_a_question_is_no_stop(word):
    user = make_user()
    make_number(user)
    make_queued(user, [PHONE], sender=NUMBER, sender_kind="number", body="Shall I cancel it?")
    Batch.objects.update(accepted_at=NOW, body="Shall I cancel it?")

    [sorting] = come_in(from_phone(word, to=NUMBER))

    assert (sorting.place, standing()) == ("number", [])


def test_it_is_one_where_nothing_was_asked():
    user = make_user(make_department("Physics"))
    make_number(user)
    make_queued(user, [PHONE], sender=NUMBER, sender_kind="number", body="Doors open at 9.")

    come_in(from_phone("END", to=NUMBER))

    assert standing() == [(PHONE, "Physics")]


def test_start_brings_them_back_and_is_confirmed():
    make_number(make_user(make_department("Physics")))
    come_in(from_phone("STOP", to=NUMBER))

    come_in(from_phone("Start", to=NUMBER))

    assert standing() == []
    assert OptOut.objects.get().lifted_why == "They texted Start to 07700 900950."
    assert confirmations()[1][1].startswith("You will get texts from Physics again.")


def test_start_to_one_department_leaves_anothers_stop_alone():
    make_number(make_user(make_department("Physics")))
    make_number(make_user(make_department("Music")), "+447700900951")
    come_in(from_phone("STOP", to=NUMBER), from_phone("STOP", to="+447700900951"))

    come_in(from_phone("START", to=NUMBER))

    assert standing() == [(PHONE, "Music")]


@pytest.mark.parametrize("body", ["YES", "yes please"])
def test_yes_never_means_start(body):
    make_number(make_user())
    come_in(from_phone("STOP", to=NUMBER))

    come_in(from_phone(body, to=NUMBER))

    assert len(standing()) == 1


def test_stop_within_a_sentence_is_for_a_person_to_look_at():
    make_number(make_user())

    [sorting] = come_in(from_phone("please stop texting me", to=NUMBER))

    assert (sorting.place, sorting.wish, sorting.looked_at) == ("number", "perhaps", None)
    assert standing() == []


def test_stop_to_a_number_that_was_given_back_is_for_the_department_that_had_it():
    sender = make_number(make_user(make_department("Physics")))
    Sender.objects.filter(pk=sender.pk).update(released_at=NOW)

    come_in(from_phone("STOP", to=NUMBER))

    assert standing() == [(PHONE, "Physics")]


def test_what_is_no_phone_cannot_stop_anything():
    make_number(make_user())

    come_in(from_phone("STOP", to=NUMBER, phone="BANK"))

    assert (standing(), confirmations()) == ([], [])


def test_the_next_message_leaves_that_person_out_and_does_not_charge():
    user = make_user()
    make_number(user)
    basket = make_basket(
        user,
        3,
    )
    basket.rows.filter(row_no=1).update(number=PHONE)
    come_in(from_phone("STOP", to=NUMBER))

    batch = make_batch(user, basket=basket)

    assert (batch.person_count, batch.left_out) == (2, {"opted_out": 1})


def test_it_is_in_the_departments_activity_without_the_number():
    user = make_user()
    make_number(user)

    come_in(from_phone("STOP", to=NUMBER))

    line = AuditEvent.objects.get(verb="opt_outs.added")
    assert (line.words, line.department_id) == (
        "The number ending 123 opted out.",
        user.department_id,
    )
