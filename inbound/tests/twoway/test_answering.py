"""The reply box: one text from the virtual number, once, and why it is sometimes refused."""

import datetime as dt
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.tests.make import make_admin, make_department, make_operator, make_user
from billing.tariffs.models import Tariff
from inbound.tests.make import NUMBER, PHONE, make_number
from inbound.tests.twoway.talking import heard, open_thread, talk_of
from inbound.twoway import services
from inbound.twoway.models import SavedAnswer
from messaging.operations.services import halting
from messaging.senders.models import OptOut, Sender
from messaging.sending import services as sending
from messaging.sending.engine import release
from messaging.sending.models import Basket, BasketRow, Batch, Message
from messaging.tests.make import NOW, drama, make_contact
from smsportal.lib.errors import Refused

pytestmark = pytest.mark.django_db

KEY = "0197c5d2-3f0a-7c11-8e0e-0a0a0a0a0a0a"


@pytest.fixture
def amira():
    amira = make_user(make_department("Department of Physics"), name="Amira Khan")
    make_number(amira)
    return amira


@pytest.fixture
def as_amira(client, amira):
    client.force_login(amira)
    return client


def answer(client, words="Yes, same lab.", talk=None, **fields):
    talk = talk or talk_of()
    typed = {"reply": words, "key": KEY, "do": "send", **fields}
    return client.post(reverse("twoway:thread", args=[talk.uid]), typed)


def refused(client, words="Yes, same lab.", **fields):
    """The page that says why; what was typed is still in the box, and nothing was sent."""
    response = answer(client, words, **fields)
    assert response.status_code == 422
    assert Batch.objects.count() == 0
    assert f">\n{words}</textarea>" in response.text
    return response.text


def test_a_reply_is_one_text_from_the_virtual_number_at_once(as_amira):
    talk = heard("Is it the same lab?")

    response = answer(as_amira)
    release.release_due(now=timezone.now())

    assert response.url == reverse("twoway:thread", args=[talk.uid])
    [text] = Message.objects.select_related("batch")
    assert (text.number, text.batch.sender, text.batch.body) == (PHONE, NUMBER, "Yes, same lab.")
    assert (text.state, text.batch.source) == ("queued", "2way")
    assert "Yes, same lab." in open_thread(as_amira, talk)


def test_whoever_has_two_numbers_answers_from_the_one_that_was_texted(as_amira, amira):
    make_number(amira, drama(51))
    heard("Is it the same lab?", to=drama(51))

    answer(as_amira)

    assert Batch.objects.get().sender == drama(51)


def test_a_number_given_back_at_this_moment_answers_nothing(amira):
    """The other one would answer for it."""
    make_number(amira, drama(51))
    Sender.objects.filter(number=NUMBER).update(released_at=NOW)
    basket = Basket.objects.create(department_id=amira.department_id, person=amira)
    BasketRow.objects.create(basket=basket, row_no=0, state="ok", number=PHONE, source="typed")

    with pytest.raises(Refused, match="07700 900950 is not your number any more"):
        sending.submit(
            basket=basket, body="Hi", sender_kind="number", number=NUMBER,
            request_key=uuid.uuid4(), by=amira, now=NOW,
        )  # fmt: skip


def test_the_list_says_what_was_answered(as_amira):
    heard("Is it the same lab?")

    answer(as_amira)

    assert '<span class="text">You: Yes, same lab.' in as_amira.get(reverse("twoway:list")).text


def test_a_reply_that_was_just_accepted_is_not_called_scheduled(as_amira):
    talk = heard("Is it the same lab?")

    answer(as_amira)

    text = open_thread(as_amira, talk)
    assert "Waiting." in text
    assert "Scheduled" not in text


def test_pressing_twice_sends_once(as_amira):
    heard("Hello")

    first, second = answer(as_amira), answer(as_amira)

    assert first.url == second.url
    assert Message.objects.count() == 1


def test_whoever_goes_back_and_writes_something_else_sends_it(as_amira):
    heard("Hello")
    answer(as_amira, "At 2pm")

    answer(as_amira, "At 3pm, sorry")

    assert set(Batch.objects.values_list("body", flat=True)) == {"At 2pm", "At 3pm, sorry"}


def test_a_character_that_no_phone_shows_is_left_out(as_amira):
    talk = heard("Hello")

    answer(as_amira, "Yes\x00, same lab")
    as_amira.post(reverse("twoway:note", args=[talk.uid]), {"note": "Odd\x00 phone"})

    text = open_thread(as_amira, talk)
    assert "Yes, same lab" in text
    assert "Odd phone" in text


def test_a_key_of_somebody_elses_text_sends_ones_own(client, amira):
    heard("Hello")
    client.force_login(amira)
    answer(client)
    other = make_user()
    make_number(other, "+447700900951")
    talk = heard("Hello", to="+447700900951", phone=drama(4))
    client.force_login(other)

    answer(client, "Mine", talk)

    assert set(Message.objects.values_list("number", flat=True)) == {PHONE, drama(4)}


def test_a_key_that_is_none_does_not_stand_in_the_way(as_amira):
    heard("Hello")

    assert answer(as_amira, key="nonsense").status_code == 302


def test_fields_are_filled_in_by_the_contact(as_amira, amira):
    make_contact(amira, PHONE, first_name="Harpreet", last_name="Gill")
    heard("Hello")

    answer(as_amira, "Thanks ((first name))")

    text = Message.objects.get()
    assert (text.body, text.name, text.is_private) == ("Thanks Harpreet", "Harpreet Gill", True)
    assert talk_of().last_words == "Thanks Harpreet"


def test_a_field_that_nobody_can_fill_is_refused(as_amira):
    heard("Hello")

    text = refused(as_amira, "Thanks ((first name))")

    assert "has nothing for ((first name))" in text


def test_an_empty_reply_is_refused(as_amira):
    heard("Hello")

    assert "Write the reply to send." in refused(as_amira, "")


def test_a_reply_that_phones_would_not_join_up_is_refused(as_amira):
    heard("Hello")

    assert "This message makes 7 texts" in refused(as_amira, "x" * 919)


def test_over_the_cap_the_words_say_whom_to_ask(as_amira, amira):
    make_admin(amira.department, name="Rosalind Pemberton")
    amira.parts_per_day_cap = 0
    amira.save()
    heard("Hello")

    text = refused(as_amira)

    assert "Ask Rosalind Pemberton" in text


def test_nobody_in_a_frozen_department_answers(as_amira, amira):
    amira.department.frozen_at = timezone.now()
    amira.department.frozen_reason = "Unpaid"
    amira.department.save()
    heard("Hello")

    text = refused(as_amira)

    assert "is frozen, so nothing can be sent. Your words are kept in the box." in text


def test_whoever_asked_not_to_be_texted_gets_no_reply(as_amira, amira):
    heard("Hello")
    OptOut.objects.create(department=amira.department, number=PHONE, words="STOP", at=NOW)

    text = refused(as_amira)

    assert "07700 900123 asked not to be texted, so this reply was not sent." in text
    assert "They asked not to be texted." in text


def test_while_all_sending_is_stopped_a_reply_is_kept_and_says_that_it_waits(as_amira):
    heard("Hello")
    halting.stop_everything(reason="A flood", by=make_operator(), now=timezone.now())

    answer(as_amira)
    release.release_due(now=timezone.now())

    assert "Waiting: sending is stopped (A flood)" in open_thread(as_amira, talk_of())


def test_from_a_number_that_was_given_back_nothing_is_answered(as_amira, amira):
    talk = heard("Hello")
    Sender.objects.update(released_at=timezone.now())

    text = refused_without_a_box(as_amira)

    assert "07700 900950 is not your number any more" in text
    assert "Write a new message" in open_thread(as_amira, talk)


def refused_without_a_box(client):
    response = answer(client)
    assert (response.status_code, Batch.objects.count()) == (422, 0)
    return response.text


def test_what_is_no_phone_cannot_be_answered(as_amira):
    talk = heard("Your parcel is here", phone="PARCELS")

    assert "PARCELS is not a phone, so it cannot be answered." in open_thread(as_amira, talk)
    assert "is not a phone" in answer(as_amira, talk=talk).text
    assert Batch.objects.count() == 0


def test_the_box_counts_and_prices_what_is_in_it(as_amira):
    heard("Hello")

    text = refused(as_amira, "x" * 161 + " ((room))")

    assert '<span data-out="texts">2 texts</span>, <span data-out="cost">7p</span>' in text


def test_a_saved_answer_gets_into_the_box_without_script(as_amira, amira):
    heard("Hello")
    saved = SavedAnswer.objects.create(person=amira, name="Sorted", words="All sorted.")

    response = answer(as_amira, "Hi.", do="saved", saved=str(saved.uid))

    assert response.status_code == 200
    assert ">\nHi.\nAll sorted.</textarea>" in response.text
    assert Batch.objects.count() == 0


def test_a_saved_answer_of_somebody_else_does_not(as_amira):
    heard("Hello")
    saved = SavedAnswer.objects.create(person=make_user(), name="Sorted", words="A secret.")

    response = answer(as_amira, "Hi.", do="saved", saved=str(saved.uid))

    assert "A secret." not in response.text
    assert ">\nHi.</textarea>" in response.text


def test_the_service_answers_for_nobody_but_the_user(amira):
    talk = heard("Hello")

    for stranger in (make_user(amira.department), make_admin(amira.department)):
        with pytest.raises(PermissionDenied):
            services.answer(talk=talk, words="Hi", request_key=uuid.uuid4(), by=stranger, now=NOW)
        with pytest.raises(PermissionDenied):
            services.mark_read(talk=talk, by=stranger, now=NOW + dt.timedelta(hours=1))


# ---------------------------------------------------------------- saved answers


def test_saved_answers_are_made_changed_and_deleted(as_amira, amira):
    as_amira.post(reverse("twoway:saved"), {"name": "Sorted", "words": "All sorted."})
    saved = SavedAnswer.objects.get(person=amira)
    address = reverse("twoway:saved_edit", args=[saved.uid])

    as_amira.post(address, {"name": "Sorted", "words": "Thanks, all sorted."})

    heard("Hello")
    assert 'data-text="Thanks, all sorted."' in open_thread(as_amira, talk_of())
    as_amira.post(reverse("twoway:saved_delete", args=[saved.uid]))
    assert not SavedAnswer.objects.exists()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name": "", "words": "Kept words"}, "Give the answer a name"),
        ({"name": "Kept name", "words": ""}, "Write the words of the answer."),
        ({"name": "Sorted", "words": "Kept words"}, "You have an answer called Sorted already."),
        ({"name": "Long", "words": "x" * 919}, "This is 7 texts long."),
    ],
)
def test_a_saved_answer_that_cannot_be_is_said_and_kept(as_amira, typed, words):
    as_amira.post(reverse("twoway:saved"), {"name": "Sorted", "words": "All sorted."})

    response = as_amira.post(reverse("twoway:saved"), typed)

    assert response.status_code == 422
    assert words in response.text
    assert all(value in response.text for value in typed.values())


def test_a_saved_answer_of_somebody_else_does_not_exist(as_amira):
    saved = SavedAnswer.objects.create(person=make_user(), name="Sorted", words="A secret.")

    answers = [
        as_amira.get(reverse("twoway:saved_edit", args=[saved.uid])),
        as_amira.post(reverse("twoway:saved_delete", args=[saved.uid])),
    ]

    assert [each.status_code for each in answers] == [404, 404]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_send_once(amira):
    # What a migration put there is gone after the first test that commits.
    Tariff.objects.get_or_create(from_on="2019-08-01", defaults={"part_tenths": 35})
    talk = heard("Hello")
    start = threading.Barrier(4)

    def click(_):
        try:
            start.wait()
            return services.answer(
                talk=talk, words="Hi", request_key=uuid.UUID(KEY), by=amira, now=timezone.now()
            ).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        made = set(pool.map(click, range(4)))

    assert len(made) == 1
    assert Message.objects.count() == 1
