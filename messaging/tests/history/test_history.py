"""The MESSAGES tab: each sees what is theirs, in the words of the states table."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.tests.make import make_admin, make_department, make_finance, make_operator, make_user
from messaging.carriers.models import Carrier, CarrierHealth
from messaging.compose.models import Draft
from messaging.contacts.models import Contact
from messaging.history import queries
from messaging.history.queries import listing
from messaging.incoming.models import IncomingText
from messaging.sending.engine import release, tally
from messaging.sending.models import BasketRow, Batch, Message
from messaging.tests.make import NOW, drama, make_basket, make_batch, make_queued, make_simulator
from smsportal.lib.words import clock

pytestmark = pytest.mark.django_db
TOMORROW = dt.datetime(2126, 5, 13, 9, 0)


def sent(person, **order):
    """A batch that has gone: three people, each with another end."""
    batch = make_batch(person, **order)
    release.release_due(now=NOW)
    carrier = make_simulator()
    taken = {"carrier": carrier, "accepted_at": NOW, "accepted_part_count": 1, "final_at": NOW}
    batch.messages.filter(row_no=0).update(state="delivered", **taken)
    batch.messages.filter(row_no=1).update(state="undelivered", reason="dead", **taken)
    batch.messages.filter(row_no=2).update(state="unknown", maybe_sent=True)
    tally.tally_changed(now=NOW)
    batch.refresh_from_db()
    return batch


def page(client, person, name, *args, **query):
    client.force_login(person)
    return client.get(reverse(name, args=args), query)


def test_a_user_sees_their_own_messages_and_nobody_elses(client):
    department = make_department()
    mine, colleague = make_user(department), make_user(department)
    make_batch(mine, body="Mine")
    make_batch(colleague, body="Theirs")

    shown = page(client, mine, "history:list").content.decode()

    assert ("Mine" in shown, "Theirs" in shown) == (True, False)


def test_s71_the_admin_sees_the_departments_messages_also_those_sent_by_email(client):
    department = make_department()
    user = make_user(department, name="Amira Khan")
    make_batch(user, body="Network cabinet PH-2 temperature 31C", source="email")
    make_batch(make_user(), body="Another department's")

    shown = page(client, make_admin(department), "history:list").content.decode()

    assert "Network cabinet PH-2 temperature 31C" in shown
    assert "By email, from Amira Khan" in shown
    assert "Another department" not in shown


@pytest.mark.parametrize("make", [make_operator, make_finance])
def test_operator_and_finance_do_not_read_messages(client, make):
    assert page(client, make(), "history:list").status_code == 403


def test_another_departments_message_is_not_found(client):
    batch = make_batch(make_user())

    for person in (make_user(), make_admin()):
        assert page(client, person, "history:batch", batch.uid).status_code == 404
        assert page(client, person, "history:csv", batch.uid).status_code == 404


def test_each_text_is_told_in_the_words_of_its_state(client):
    user = make_user()

    shown = page(client, user, "history:batch", sent(user).uid).content.decode()

    for words in ("Delivered", "Number does not work", "May have been sent", "Not yet"):
        assert words in shown
    assert "1 of 3 delivered, 1 not delivered, 1 may have been sent" in shown


def test_the_page_asks_again_only_while_something_moves(client):
    user = make_user()
    moving = make_batch(user)
    release.release_due(now=NOW)
    client.force_login(user)
    part = {"HTTP_HX_REQUEST": "true"}

    first = client.get(reverse("history:batch", args=[moving.uid]), **part)
    moving.messages.update(state="delivered")
    tally.tally_changed(now=NOW)
    second = client.get(reverse("history:batch", args=[moving.uid]), **part)

    assert (first.status_code, second.status_code) == (200, 286)
    assert '<span id="undo" hx-swap-oob="true" hidden></span>' in first.content.decode()
    assert "<html" not in first.content.decode()


@pytest.mark.parametrize(
    ("goes_in", "trigger"),
    [
        ({"hours": 1}, "load delay:3601s"),
        ({"seconds": 0.4}, "load delay:2s"),
        ({"seconds": -3}, "load delay:2s"),
        ({"days": 90}, "load delay:86400s"),
    ],
)
def test_the_page_of_a_scheduled_message_looks_again_when_its_time_has_come(
    client, goes_in, trigger
):
    user = make_user()
    batch = make_batch(user, send_wall=TOMORROW)
    now = timezone.now()
    Batch.objects.update(send_at=now + dt.timedelta(**goes_in))
    client.force_login(user)

    with time_machine.travel(now, tick=False):
        page = client.get(reverse("history:batch", args=[batch.uid]))
        part = client.get(reverse("history:batch", args=[batch.uid]), HTTP_HX_REQUEST="true")

    assert f'hx-trigger="{trigger}"' in page.content.decode()
    assert part.status_code == 200


def test_the_admin_never_sees_the_name_of_a_personal_contact(client):
    department = make_department()
    user = make_user(department)
    basket = make_basket(user, 2)
    BasketRow.objects.filter(basket=basket, row_no=0).update(
        first_name="Secretfriend", is_private=True
    )
    batch = make_batch(user, basket=basket)
    release.release_due(now=NOW)

    for name in ("history:batch", "history:csv"):
        answer = page(client, make_admin(department), name, batch.uid)
        shown = b"".join(answer) if answer.streaming else answer.content
        assert (b"Secretfriend" in shown, b"Name1" in shown) == (False, True)
    assert b"Secretfriend" in page(client, user, "history:batch", batch.uid).content


def test_left_out_people_are_listed_with_the_reason(client):
    user = make_user()
    basket = make_basket(user, 1)
    BasketRow.objects.create(
        basket=basket, row_no=5, state="opted_out", number=drama(7), source="typed"
    )
    batch = make_batch(user, basket=basket)
    release.release_due(now=NOW)

    shown = page(client, user, "history:batch", batch.uid).content.decode()

    assert "Not sent: opted out" in shown
    assert "07700 900007" in shown


def test_messages_are_found_by_words_number_reference_and_a_contacts_name():
    user = make_user()
    wanted = make_batch(
        user, basket=make_basket(user, 1, number=drama(50)), body="Optics practical"
    )
    make_batch(user, body="Something else")
    Contact.objects.create(
        department=user.department, number=drama(50), first_name="Niamh", last_name="O'Sullivan"
    )

    for words in ("optics", "07700 900050", wanted.reference.lower(), "niamh o'sull"):
        assert list(listing.find(user, words=words)) == [wanted]


def test_messages_are_filtered_by_state_outcome_sender_source_and_date():
    department = make_department()
    user = make_user(department)
    done = sent(user)
    waiting = make_batch(user, send_wall=TOMORROW, source="email")
    admin = make_admin(department)

    def found(**filters):
        return list(listing.find(admin, **filters))

    assert found() == [waiting, done]
    assert found(status="scheduled") == [waiting]
    assert found(having="undelivered") == [done]
    assert found(having="unknown") == [done]
    assert found(source="email") == [waiting]
    assert found(by=str(user.uid)) == [waiting, done]
    assert found(by=str(make_user(department).uid)) == []
    assert found(from_on=dt.date(2026, 5, 13)) == [waiting]
    assert found(until_on=dt.date(2026, 5, 12)) == [done]


def test_undo_is_a_draft_again_just_as_it_was_written(client):
    user = make_user()
    batch = make_batch(user, body="Hi ((first name))", undo_seconds=10)
    client.force_login(user)

    answer = client.post(reverse("history:undo", args=[batch.uid]))

    draft = Draft.objects.get()
    assert answer.url == reverse("compose:draft", args=[draft.uid])
    assert (draft.body, draft.basket.rows.filter(state="ok").count()) == ("Hi ((first name))", 3)
    assert Batch.objects.get().state == "cancelled"


def test_an_undo_that_comes_too_late_says_so_and_what_now(client):
    user = make_user()
    batch = make_batch(user)
    release.release_due(now=NOW)
    client.force_login(user)

    answer = client.post(reverse("history:undo", args=[batch.uid]))

    assert answer.status_code == 409
    assert "began to go at" in answer.content.decode()


def test_a_scheduled_message_is_cancelled_until_the_last_second(client):
    user = make_user()
    batch = make_batch(user, send_wall=TOMORROW)
    client.force_login(user)

    client.post(reverse("history:cancel", args=[batch.uid]))

    batch.refresh_from_db()
    assert batch.state == "cancelled"


def test_the_admin_can_neither_undo_nor_cancel(client):
    department = make_department()
    batch = make_batch(make_user(department), send_wall=TOMORROW)
    client.force_login(make_admin(department))

    for name in ("undo", "cancel", "send_now"):
        assert client.post(reverse(f"history:{name}", args=[batch.uid])).status_code == 403
    batch.refresh_from_db()
    assert batch.state == "scheduled"


def test_the_csv_has_a_line_for_each_person_and_no_formula(client):
    user = make_user()
    basket = make_basket(user, 3)
    BasketRow.objects.filter(basket=basket, row_no=0).update(first_name="=1+1")
    batch = sent(user, basket=basket)

    answer = page(client, user, "history:csv", batch.uid)

    lines = b"".join(answer).decode("utf-8-sig").splitlines()
    assert lines[0] == '"Name","Mobile","What happened","When","Texts","Charged","Message"'
    assert lines[1].startswith('"\'=1+1","07700 900000","Delivered","12/05/2026 14:04:00"')
    assert len(lines) == 4


def test_a_text_that_a_carrier_took_for_nothing_is_not_shown_as_charged(client):
    user = make_user()
    batch = sent(user)
    charged = [row.words.charged for row in queries.rows_of(queries.texts(batch), user, now=NOW)]
    assert charged == ["Yes", "Yes", "Not yet"]

    Carrier.objects.update(is_charging=False)

    charged = [row.words.charged for row in queries.rows_of(queries.texts(batch), user, now=NOW)]
    assert charged == ["No", "No", "Not yet"]  # the third has no carrier yet
    assert queries.progress(batch).charged_part_count == 0


def test_texts_that_wait_for_a_line_that_is_down_say_so_and_keep_their_rows_as_they_are(client):
    user = make_user()
    now = timezone.now()
    since = now - dt.timedelta(minutes=10)
    health = CarrierHealth.objects.create(carrier=make_simulator(), at=now, down_since=since)
    texts = make_queued(user, [drama(1), drama(2), drama(3)])
    Message.objects.filter(pk=texts[1].pk).update(why="the connection to the network broke")
    Message.objects.filter(pk=texts[2].pk).update(why="your department is paused")
    batch = texts[0].batch

    shown = page(client, user, "history:batch", batch.uid).content.decode()

    down = f"Waiting: the connection to the network is down since {clock(since)}; we keep trying"
    assert shown.count(down) == 2
    assert "Waiting: your department is paused" in shown
    assert list(batch.messages.order_by("row_no").values_list("why", flat=True)) == [
        "",
        "the connection to the network broke",
        "your department is paused",
    ]

    health.is_ready, health.down_since = True, None
    health.save()
    assert "is down since" not in page(client, user, "history:batch", batch.uid).content.decode()


def test_replies_are_shown_to_the_user_whose_number_was_texted(client):
    user = make_user()
    for person, words in ((user, "Yes I can"), (make_user(), "For somebody else")):
        IncomingText.objects.create(
            carrier=make_simulator(name=f"c{person.pk}"), carrier_ref=words, from_number=drama(1),
            to_number=drama(2), body=words, received_at=NOW, department=person.department,
            person=person,
        )  # fmt: skip

    shown = page(client, user, "history:replies").content.decode()

    assert ("Yes I can" in shown, "For somebody else" in shown) == (True, False)


def test_the_list_asks_the_same_number_of_questions_however_long_it_is(
    client, django_assert_max_num_queries
):
    user = make_user()
    for _ in range(12):
        make_batch(user)
    client.force_login(user)

    with django_assert_max_num_queries(12):
        client.get(reverse("history:list"))
