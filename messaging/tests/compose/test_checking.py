"""Check before you send."""

import pytest
from django.urls import reverse

from accounts.tests.make import make_user
from messaging.sending.models import Batch, Message
from messaging.sending.states import State
from messaging.tests.compose.writing import (
    Writer,
    batch_page,
    make_contacts,
    make_group,
    seal,
)
from messaging.tests.make import NOW

pytestmark = pytest.mark.django_db
ONE = {"numbers": "07700900001", "message": "Hello"}


@pytest.fixture
def to_many():
    user = make_user()
    group = make_group(user, make_contacts(user, 101))
    return Writer(user, group=[str(group.uid)], message="Hello")


def test_over_a_hundred_people_are_checked_first(to_many):
    response = to_many.press("send")

    assert response.url == reverse("compose:check", args=[to_many.uid])
    page = to_many.client.get(response.url).content.decode()
    assert "<b>101 people</b>" in page
    assert "£3.535" in page
    assert Batch.objects.count() == 0


def test_the_check_page_sends_when_the_tick_is_set(to_many):
    address = to_many.press("send").url
    token = seal(to_many)

    unsure = to_many.client.post(address, {"seal": token})
    assert unsure.status_code == 422
    assert "Tick that you have checked it" in unsure.content.decode()

    answers = [to_many.client.post(address, {"seal": token, "sure": "on"}) for _ in range(2)]
    assert {answer.url for answer in answers} == {batch_page(Batch.objects.get())}


def test_what_was_changed_in_another_window_is_checked_again(to_many):
    address = to_many.press("send").url
    token = seal(to_many)
    to_many.press(message="Other words")

    response = to_many.client.post(address, {"seal": token, "sure": "on"})

    assert response.status_code == 422
    assert "The message was changed in another window." in response.content.decode()
    assert Batch.objects.count() == 0


def test_a_number_that_failed_before_is_shown_on_the_check_page():
    user = make_user()
    Writer(user, **ONE).press("send")
    Message.objects.update(state=State.UNDELIVERED, reason="dead", final_at=NOW)
    writer = Writer(user, numbers="07700900001", message="Once more")

    response = writer.press("send")

    page = writer.client.get(response.url).content.decode()
    assert "One of these numbers did not get your last text." in page
    assert "07700 900001" in page


def test_the_same_text_within_the_hour_is_looked_at_twice():
    user = make_user()
    Writer(user, **ONE).press("send")

    again = Writer(user, **ONE).press("send")

    assert again.url.endswith("/check/")
