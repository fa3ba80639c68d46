"""From the page to the message, once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.tests.make import make_admin, make_department, make_finance, make_user
from messaging.compose import services
from messaging.compose.models import Draft
from messaging.sending.models import Basket, Batch
from messaging.sending.states import BatchState
from messaging.tests.compose.writing import (
    Writer,
    batch_page,
    make_contacts,
    make_group,
    seal,
    toasts,
)
from messaging.tests.make import NOW, drama

pytestmark = pytest.mark.django_db
ONE = {"numbers": "07700900001", "message": "Hello"}


def test_three_numbers_and_a_text_become_a_message_with_one_press():
    writer = Writer(make_user(), numbers="07700 900001, 07700900002;+447700900003", message="Hello")

    response = writer.press("send")

    batch = Batch.objects.get()
    assert (response.status_code, response.url) == (302, batch_page(batch))
    assert (batch.person_count, batch.part_count, batch.request_key) == (3, 3, writer.uid)


def test_nothing_is_saved_by_looking_at_the_page():
    Writer(make_user()).client.get(reverse("compose:new"))

    assert Draft.objects.count() == 0


def test_the_confirmation_says_count_parts_cost_time_and_reference():
    writer = Writer(make_user(), numbers="07700900001 07700900002", message="a" * 161)

    response = writer.press("send")

    reference = Batch.objects.get().reference
    assert toasts(response) == [
        f"Sending to 2 people at 2:04pm\n4 texts, 14p. Reference {reference}."
    ]


def test_it_waits_the_seconds_in_which_it_can_be_undone(settings):
    settings.SEND_UNDO_SECONDS = 10
    Writer(make_user(), **ONE).press("send")

    batch = Batch.objects.get()
    assert (batch.state, batch.send_at) == (BatchState.HELD, NOW + timedelta(seconds=10))


def test_two_clicks_and_the_back_button_are_one_message():
    writer = Writer(make_user(), **ONE)

    answers = [writer.press("send") for _ in range(3)]

    batch = Batch.objects.get()
    assert [answer.url for answer in answers] == [batch_page(batch)] * 3
    assert writer.client.get(writer.address).url == batch_page(batch)
    assert "This message was accepted already" in toasts(answers[2])[-1]


def test_an_autosave_that_comes_late_changes_nothing():
    writer = Writer(make_user(), **ONE)
    writer.press("send")

    late = writer.press(htmx=True, message="Other words", numbers="07700900002")

    assert late.status_code == 204
    assert Batch.objects.get().body == "Hello"
    assert writer.numbers() == [drama(1)]


def test_all_problems_are_said_at_once_and_nothing_typed_is_lost():
    typed = {
        "numbers": "07700900001, 0770 90012",
        "message": "Your class has moved to ((room)).",
        "when": "later",
        "date": "2026-05-12",
        "time": "09:00",
    }
    writer = Writer(make_user(), **typed)

    response = writer.press("send")

    assert response.status_code == 422
    assert [(each["id"], each["text"]) for each in response.context["problems"]] == [
        ("numbers", "Correct 1 mobile number, or take it out."),
        ("fill-1", "Say what ((room)) is, or take it out of the message."),
        ("date", "Choose a time in the future. It is now 14:04 on 12 May."),
    ]
    page = response.content.decode()
    assert "07700900001, 0770 90012" in page
    assert "Your class has moved to ((room))." in page
    assert 'value="2026-05-12"' in page
    assert Batch.objects.count() == 0


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"message": "Hi"}, "numbers", "Choose at least one person to text."),
        ({"numbers": "07700900001"}, "message", "Write the message."),
        (
            {**ONE, "when": "later", "time": "09:00"},
            "date",
            "Choose the date on which it goes.",
        ),
        (
            {**ONE, "when": "later", "date": "soon", "time": "09:00"},
            "date",
            "“soon” is not a date. Write it like 15 May 2026.",
        ),
        (
            {"numbers": "07700900001", "message": "a" * 919},
            "message",
            "This message makes 7 texts for one person. Phones join up at most 6. Shorten it.",
        ),
    ],
)
def test_each_problem_says_what_to_do(typed, field, words):
    response = Writer(make_user(), **typed).press("send")

    assert response.status_code == 422
    assert response.context["problems"] == [{"id": field, "text": words}]


def test_a_field_that_nobody_has_is_asked_for_once_for_everyone():
    writer = Writer(make_user(), numbers="07700900001 07700900002", message="Go to ((room)).")
    assert "((room)) for everyone" in writer.press("send").content.decode()

    writer.press("send", **{"fill-room": "Room 5"})

    assert Batch.objects.get().body == "Go to Room 5."


def test_people_without_a_value_that_others_have_are_named():
    user = make_user()
    make_contacts(user, 2)
    nameless = make_contacts(user, 1, start=2, first_name="", last_name="")
    group = make_group(user, make_contacts(user, 2, start=3) + nameless)
    writer = Writer(user, group=[str(group.uid)], message="Hi ((first name))")

    response = writer.press("send")

    assert response.context["problems"] == [
        {
            "id": "message",
            "text": "1 person has no first name: 07700 900002. Leave them out, or take "
            "((first name)) out of the message.",
        }
    ]


def test_people_without_a_value_are_left_out_with_one_press():
    user = make_user()
    group = make_group(user, make_contacts(user, 3))
    writer = Writer(
        user,
        numbers="07700900001 07700900050",
        group=[str(group.uid)],
        message="Hi ((first name))",
    )
    writer.press()
    assert "has no first name: 07700 900050" in writer.page()

    writer.press("complete", **{"group-was": [str(group.uid)]})

    assert sorted(writer.numbers()) == [drama(0), drama(1), drama(2)]
    writer.press("send")
    assert Batch.objects.get().person_count == 3


def test_later_is_wall_time_in_london():
    writer = Writer(make_user(), **ONE, when="later", date="2026-05-15", time="09:00")

    response = writer.press("send")

    batch = Batch.objects.get()
    assert batch.state == BatchState.SCHEDULED
    assert batch.send_at == datetime(2026, 5, 15, 8, 0, tzinfo=UTC)
    assert toasts(response)[0].startswith(
        "Scheduled for Friday 15 May at 9:00am, to 1 person\n1 text, 3.5p. Reference M-"
    )


def test_a_time_that_the_clocks_skip_is_told_with_what_comes_instead():
    writer = Writer(make_user(), **ONE, when="later", date="2027-03-28", time="01:30")

    response = writer.press("send")

    assert response.status_code == 422
    assert "the clocks go forward over it. Did you mean 02:30?" in response.content.decode()
    writer.press(**{"use-time": "02:30"})
    assert writer.draft.send_time == "02:30"
    del writer.typed["use-time"]
    writer.press("send", time="02:30")
    writer.client.post(
        reverse("compose:check", args=[writer.uid]), {"sure": "on", "seal": seal(writer)}
    )
    assert Batch.objects.get().send_at == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


def test_a_time_that_comes_twice_is_asked_about():
    writer = Writer(make_user(), **ONE, when="later", date="2026-10-25", time="01:30")

    response = writer.press("send")

    assert response.status_code == 422
    assert "The first, before the clocks go back" in response.content.decode()
    writer.press("send", fold="1")
    writer.client.post(
        reverse("compose:check", args=[writer.uid]), {"sure": "on", "seal": seal(writer)}
    )
    assert Batch.objects.get().send_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_a_cap_says_what_is_left_and_whom_to_ask_and_keeps_the_draft():
    user = make_user(parts_per_day_cap=2)
    writer = Writer(user, numbers="07700900001 07700900002 07700900003", message="Hello")

    response = writer.press("send")

    assert response.status_code == 422
    (problem,) = response.context["problems"]
    assert "2" in problem["text"]
    assert "Ask" in problem["text"]
    assert writer.draft.body == "Hello"
    assert Batch.objects.count() == 0


def test_a_frozen_department_keeps_the_draft():
    writer = Writer(make_user(make_department(frozen_at=NOW)), **ONE)

    response = writer.press("send")

    assert response.status_code == 422
    assert "is frozen" in response.content.decode()
    assert writer.draft.body == "Hello"


@pytest.mark.parametrize("make", [make_admin, make_finance])
def test_whoever_may_not_send_has_no_door(make):
    person = make()
    writer = Writer(person, **ONE)
    batch_uid = writer.uid
    doors = [
        writer.client.get(reverse("compose:new")),
        writer.press("send"),
        writer.client.get(writer.address),
        writer.client.get(reverse("compose:check", args=[batch_uid])),
        writer.client.post(reverse("compose:check", args=[batch_uid])),
        writer.client.get(reverse("compose:import", args=[batch_uid])),
        writer.client.post(reverse("compose:again", args=[batch_uid])),
        writer.client.post(reverse("compose:edit", args=[batch_uid])),
    ]

    assert [door.status_code for door in doors] == [403] * len(doors)
    assert (Draft.objects.count(), Basket.objects.count(), Batch.objects.count()) == (0, 0, 0)


def test_an_admin_cannot_send_by_the_service():
    admin = make_admin()
    writer = Writer(make_user(admin.department), **ONE)
    writer.press()

    with pytest.raises(PermissionDenied):
        services.send(draft=writer.draft, by=admin, now=NOW)
    with pytest.raises(PermissionDenied):
        services.test_to_me(draft=writer.draft, by=admin, now=NOW)
