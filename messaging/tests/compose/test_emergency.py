"""Writing an emergency: its choice, the red check page, and what must be typed there."""

from unittest.mock import patch

import pytest
from django.conf import settings
from django.urls import reverse

from accounts.departments.models import Department
from accounts.tests.make import make_admin, make_department, make_operator, make_user
from messaging.compose.models import Draft
from messaging.operations import services as operations
from messaging.senders.models import OptOut
from messaging.sending.models import Batch, Message, RowState
from messaging.sending.states import State
from messaging.tests.compose.writing import (
    Writer,
    batch_page,
    make_contacts,
    make_group,
    toasts,
)
from messaging.tests.make import NOW, drama, make_batch

pytestmark = pytest.mark.django_db
TWO = {"numbers": "07700900001 07700900002", "message": "Leave the library now"}
WHY = "A fire in the library"


@pytest.fixture
def user():
    department = make_department("Physics", parts_per_month_cap=1)
    make_admin(department, name="Gareth Pugh")
    return make_user(department, name="Amira Khan", allow_emergency=True)


@pytest.fixture
def writer(user):
    return Writer(user, when="emergency", **TWO)


def check(writer):
    return reverse("compose:check", args=[writer.uid])


def press(writer, **typed):
    seal = writer.client.get(check(writer)).context["seal"]
    return writer.client.post(check(writer), {"seal": seal, **typed})


def problems(response):
    return {each["id"]: each["text"] for each in response.context["problems"]}


def test_the_choice_is_there_for_whom_it_was_allowed_only(user):
    assert 'value="emergency"' in Writer(user).client.get(reverse("compose:new")).text

    other = Writer(make_user(user.department))

    assert 'value="emergency"' not in other.client.get(reverse("compose:new")).text


def test_send_leads_to_the_red_page_however_few_and_cheap(writer):
    response = writer.press("send")

    assert response.url == check(writer)
    page = writer.client.get(response.url).text
    assert '<div class="alarm">' in page
    assert "Send emergency to 2 people" in page
    assert "cannot be undone" in page
    assert "0 of 1 texts left" not in page
    assert "1 of 1 texts left. An emergency goes over that, and is counted." in page
    assert Batch.objects.count() == 0


def test_the_button_says_that_it_is_checked_first(writer):
    assert "Check emergency to 2 people" in writer.press(htmx=True).text


def test_a_reason_and_the_number_send_it_past_the_cap_at_once(writer):
    writer.press("send")

    response = press(writer, reason=WHY, count=" 2 ")

    batch = Batch.objects.get()
    assert response.url == batch_page(batch)
    assert (batch.state, batch.is_emergency, batch.emergency_reason) == ("running", True, WHY)
    assert toasts(response) == [
        f"Sending to 2 people at 2:04pm\n2 texts, 7p. Reference {batch.reference}."
    ]


def test_two_presses_are_one_emergency(writer):
    writer.press("send")
    seal = writer.client.get(check(writer)).context["seal"]
    typed = {"seal": seal, "reason": WHY, "count": "2"}

    answers = [writer.client.post(check(writer), typed) for _ in range(2)]

    assert {answer.url for answer in answers} == {batch_page(Batch.objects.get())}


def test_a_wrong_number_is_said_and_nothing_that_was_typed_is_lost(writer):
    writer.press("send")

    response = press(writer, reason=WHY, count="200")

    assert response.status_code == 422
    assert problems(response) == {
        "count": "You typed 200, and this goes to 2 people. Look once more at who gets it, then "
        "type that number. Nothing has been sent."
    }
    assert f'value="{WHY}"' in response.text
    assert 'value="200"' in response.text
    assert Batch.objects.count() == 0
    assert Draft.objects.get().emergency_reason == WHY


def test_a_number_may_be_typed_with_its_comma(user):
    group = make_group(user, make_contacts(user, 1_001))
    writer = Writer(user, when="emergency", message="Leave", group=[str(group.uid)])
    writer.press("send")

    press(writer, reason=WHY, count="1,001")

    assert Batch.objects.get().person_count == 1_001


def test_what_is_missing_is_said_all_at_once(writer):
    writer.press("send")

    response = press(writer)

    assert problems(response) == {
        "reason": "Say why this is an emergency. It is kept with the message.",
        "count": "Type the number of people that it goes to.",
    }


def test_what_was_changed_in_another_window_is_checked_again_with_the_reason_kept(writer):
    writer.press("send")
    seal = writer.client.get(check(writer)).context["seal"]
    writer.press(message="Stay in the library")

    typed = {"seal": seal, "reason": WHY, "count": "2"}
    response = writer.client.post(check(writer), typed)

    assert response.status_code == 422
    assert "changed in another window" in problems(response)["main"]
    assert f'value="{WHY}"' in response.text
    assert Batch.objects.count() == 0


def test_who_opted_out_is_counted_and_said_and_left_out_again_without_emergency(user, writer):
    OptOut.objects.create(department=user.department, number=drama(1), at=NOW)
    assert "1 of them opted out" in writer.client.get(writer.press("send").url).text
    assert writer.numbers() == [drama(1), drama(2)]

    writer.press(when="now")

    assert writer.numbers() == [drama(2)]
    assert writer.numbers(RowState.OPTED_OUT) == [drama(1)]
    writer.press(when="emergency", numbers="07700900001 07700900002 07700900003")
    assert len(writer.numbers()) == 3


def test_whoever_lost_the_right_is_told_and_keeps_the_message(user, writer):
    writer.press("send")
    user.allow_emergency = False
    user.save()

    for response in (writer.client.get(check(writer)), writer.press("send")):
        assert response.status_code == 422
        assert "does not allow you emergency texts" in problems(response)["when"]
        assert "Leave the library now" in response.text
    writer.client.post(check(writer), {"reason": WHY, "count": "2"})
    assert Batch.objects.count() == 0


def test_in_a_frozen_department_the_team_is_to_be_rung(user, writer):
    writer.press("send")
    Department.objects.update(frozen_at=NOW, frozen_reason="The bill is not paid")

    response = writer.client.get(check(writer))

    assert problems(response)["when"] == (
        "Nobody in Physics can send at the moment, not even an emergency. Ring the messaging "
        f"team: {settings.SERVICE_DESK}."
    )


def test_a_busy_worker_does_not_stand_between_an_emergency_and_a_big_group(user):
    group = make_group(user, make_contacts(user, 2_100))
    writer = Writer(user, when="emergency", message="Leave", group=[str(group.uid)])
    with patch("messaging.compose.services.recipients.enqueue"):
        assert "still adding" in writer.press(htmx=True).text

        response = writer.press("send")

    assert response.url == check(writer)
    assert "Emergency to 2,100 people" in writer.client.get(response.url).text


def test_a_stop_of_everything_is_said_before_it_is_sent(writer):
    writer.press("send")
    operations.stop_everything(reason="Repeats", by=make_operator(), now=NOW)

    page = writer.client.get(check(writer)).text

    assert "Sending is stopped for everybody, and this emergency would wait too." in page


# -- Once more to those in doubt ---------------------------------------------------------------


def doubted(user):
    batch = make_batch(user, people=3, body="Leave now", emergency_reason=WHY)
    batch.messages.filter(row_no=1).update(state=State.UNKNOWN, maybe_sent=True)
    return batch


def again(client, batch):
    return client.post(reverse("compose:again", args=[batch.uid]), {"who": "unknown"})


def test_those_in_doubt_get_it_again_when_the_sender_confirms(user, client):
    batch = doubted(user)
    client.force_login(user)

    address = again(client, batch).url
    page = client.get(address)

    assert "1 person may have had this text already" in page.text
    assert "It may arrive twice." in page.text
    assert f'value="{WHY}"' in page.text
    client.post(address, {"seal": page.context["seal"], "reason": WHY, "count": "1"})
    second = Batch.objects.latest("pk")
    assert (second.is_emergency, second.body) == (True, "Leave now")
    assert list(second.messages.values_list("number", flat=True)) == [drama(1)]
    assert batch.messages.get(row_no=1).state == State.UNKNOWN


def test_what_may_have_been_sent_of_another_message_is_not_sent_again_by_its_sender(user, client):
    batch = make_batch(user, people=1)
    Message.objects.update(state=State.UNKNOWN, maybe_sent=True)
    client.force_login(user)

    assert again(client, batch).status_code == 403
    assert Draft.objects.count() == 0


def test_without_the_right_nothing_is_sent_again(user, client):
    batch = doubted(user)
    user.allow_emergency = False
    user.save()
    client.force_login(user)

    assert again(client, batch).status_code == 403
