"""The page of an emergency: red, with its reason, and what is in doubt at once."""

import pytest
from django.urls import reverse

from accounts.tests.make import make_admin, make_user
from messaging.sending.services import emergency
from messaging.sending.states import BatchState, State
from messaging.tests.make import NOW, make_batch

pytestmark = pytest.mark.django_db
WHY = "A fire in the library"


@pytest.fixture
def user():
    return make_user(allow_emergency=True)


@pytest.fixture
def batch(user):
    return make_batch(user, people=3, body="Leave now", emergency_reason=WHY)


def page(client, person, batch, **headers):
    client.force_login(person)
    return client.get(reverse("history:batch", args=[batch.uid]), **headers).text


def test_it_is_red_and_says_why_to_its_sender_and_to_the_administrator(client, user, batch):
    for person in (user, make_admin(user.department)):
        shown = page(client, person, batch)

        assert 'class="page-head alarm"' in shown
        assert f"<b>Reason:</b> {WHY}" in shown
        assert "may have been sent" not in shown


def test_another_message_is_not_red(client, user):
    shown = page(client, user, make_batch(user, now=NOW))

    assert "alarm" not in shown
    assert "Emergency" not in shown


def test_the_list_marks_it(client, user, batch):
    client.force_login(user)

    shown = client.get(reverse("history:list")).text

    assert shown.count('<span class="tag tag--alarm">Emergency</span>') == 1


def test_what_is_in_doubt_stands_on_top_with_send_again_for_the_sender_alone(client, user, batch):
    batch.messages.filter(row_no=1).update(state=State.UNKNOWN, maybe_sent=True)

    shown = page(client, user, batch)

    assert "<b>1 may have been sent.</b>" in shown
    assert "Name1" in shown.partition('id="doubt"')[2].partition("</ul>")[0]
    assert "Send again to 1 person" in shown
    assert "Send again to 1 person" in page(client, user, batch, headers={"HX-Request": "true"})
    assert "Send again to" not in page(client, make_admin(user.department), batch)


def test_where_the_portal_sends_it_again_by_itself_the_page_says_so(client, user, batch, settings):
    settings.EMERGENCY_RESEND = True
    batch.messages.filter(row_no=1).update(state=State.UNKNOWN, maybe_sent=True)

    assert "After a minute we send it once more by ourselves." in page(client, user, batch)


def test_once_it_was_sent_again_the_page_says_when_and_leads_there(client, user, batch):
    batch.messages.filter(row_no=1).update(state=State.UNKNOWN, maybe_sent=True)
    second = make_batch(
        user, people=1, body="Leave now", emergency_reason=WHY, now=NOW.replace(minute=9)
    )

    shown = page(client, user, batch)

    assert "The same emergency went to 1 person" in shown
    assert reverse("history:batch", args=[second.uid]) in shown


def test_a_very_big_one_that_is_still_being_made_offers_no_undo(client, user, monkeypatch):
    monkeypatch.setattr(emergency, "AT_ONCE", 2)
    batch = make_batch(user, people=3, emergency_reason=WHY)
    assert batch.state == BatchState.HELD

    shown = page(client, user, batch)

    assert "Undo takes you back" not in shown
    assert "Stop sending the rest" in shown
