"""Signed out, undone, changed, used again: what was written is there."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.tests.make import PASSWORD, make_user
from messaging.compose import services
from messaging.compose.models import Draft
from messaging.sending import services as sending
from messaging.sending.models import Basket, Batch, Message
from messaging.sending.states import BatchState, State
from messaging.tests.compose.writing import (
    Writer,
    batch_page,
    toasts,
)
from messaging.tests.make import NOW, drama

pytestmark = pytest.mark.django_db
ONE = {"numbers": "07700900001", "message": "Hello"}


def test_after_the_session_is_over_the_message_is_there_after_signing_in():
    user = make_user()
    writer = Writer(user, **ONE)
    writer.press(message="Half of")
    writer.client.logout()

    response = writer.press("send", message="Half of the words, and the rest")
    assert response.url == f"{reverse('account_login')}?next={writer.address}"
    assert Batch.objects.count() == 0

    writer.client.post(reverse("account_login"), {"login": user.username, "password": PASSWORD})
    page = writer.page()
    assert "Half of the words, and the rest" in page
    assert "It has not been sent." in page
    assert Batch.objects.count() == 0


def test_what_was_kept_is_for_nobody_else():
    owner, other = make_user(), make_user()
    writer = Writer(owner, **ONE)
    writer.press(message="Mine")
    writer.client.logout()
    writer.press("send", message="Mine, longer")

    writer.client.post(reverse("account_login"), {"login": other.username, "password": PASSWORD})

    assert writer.client.get(writer.address).status_code == 404
    assert writer.draft.body == "Mine"


def test_a_message_that_was_never_saved_is_not_given_to_the_next_who_signs_in():
    writer, other = Writer(make_user(), **ONE), make_user()
    writer.client.logout()
    writer.press("send", message="For nobody else")

    writer.client.post(reverse("account_login"), {"login": other.username, "password": PASSWORD})

    assert writer.client.get(writer.address).status_code == 404
    assert Draft.objects.count() == 0


def test_save_as_draft_says_so_and_the_draft_is_in_the_list():
    writer = Writer(make_user(), **ONE)

    response = writer.press("draft")

    assert toasts(response) == ["Saved as a draft\nYou find it under Sent and scheduled."]
    assert writer.address in writer.client.get(reverse("history:list")).content.decode()


def test_a_draft_can_be_deleted():
    writer = Writer(make_user(), **ONE)
    writer.press()

    writer.press("discard")

    assert (Draft.objects.count(), Basket.objects.count()) == (0, 0)


def test_undone_is_a_draft_again_and_can_be_sent_again():
    writer = Writer(make_user(), **ONE)
    writer.press("send")
    batch = Batch.objects.get()

    response = writer.client.post(reverse("history:undo", args=[batch.uid]))

    draft = Draft.objects.open().get()
    assert response.url == reverse("compose:draft", args=[draft.uid])
    assert (draft.body, draft.uid == batch.request_key) == ("Hello", False)
    writer.uid = draft.uid
    writer.press("send", message="Hello once more")
    assert list(Batch.objects.order_by("pk").values_list("state", "body")) == [
        (BatchState.CANCELLED, "Hello"),
        (BatchState.HELD, "Hello once more"),
    ]


def test_a_scheduled_message_is_changed_and_keeps_its_place_until_then():
    writer = Writer(make_user(), **ONE, when="later", date="2026-05-15", time="09:00")
    writer.press("send")
    first = Batch.objects.get()

    response = writer.client.post(reverse("compose:edit", args=[first.uid]))
    again = writer.client.post(reverse("compose:edit", args=[first.uid]))
    draft = Draft.objects.open().get()
    assert response.url == again.url == reverse("compose:draft", args=[draft.uid])
    assert (draft.send_date, draft.send_time) == ("2026-05-15", "09:00")
    first.refresh_from_db()
    assert first.state == BatchState.SCHEDULED

    writer.uid = draft.uid
    writer.press("send", time="10:30", numbers="07700900002", message="New words")
    assert list(Batch.objects.order_by("pk").values_list("state", "body", "person_count")) == [
        (BatchState.CANCELLED, "Hello", 1),
        (BatchState.SCHEDULED, "New words", 2),
    ]


def test_use_again_takes_words_people_and_their_fields():
    writer = Writer(make_user(), numbers="Aoife 07700900001", message="Hi ((first name))")
    writer.press("send")

    writer.client.post(reverse("compose:again", args=[Batch.objects.get().uid]), {"who": "all"})

    writer.uid = Draft.objects.open().get().uid
    assert writer.draft.body == "Hi ((first name))"
    assert writer.numbers() == [drama(1)]
    assert "Hi Aoife" in writer.page()


@pytest.mark.parametrize(
    ("who", "people"),
    [
        ("delivered", [drama(1)]),
        ("undelivered", [drama(2)]),
        ("not_delivered_or_sent", [drama(2), drama(3)]),
        ("all", [drama(1), drama(2), drama(3), drama(4)]),
    ],
)
def test_a_follow_up_goes_to_those_it_names(who, people):
    writer = Writer(make_user(), numbers=" ".join(drama(n) for n in range(1, 5)), message="Hi")
    writer.press("send")
    ends = {1: State.DELIVERED, 2: State.UNDELIVERED, 3: State.FAILED, 4: State.UNKNOWN}
    for n, state in ends.items():
        reason = "dead" if state == State.UNDELIVERED else ""
        Message.objects.filter(number=drama(n)).update(state=state, reason=reason)

    writer.client.post(reverse("compose:again", args=[Batch.objects.get().uid]), {"who": who})

    writer.uid = Draft.objects.open().get().uid
    assert writer.numbers() == people


def test_another_persons_message_cannot_be_used_or_changed():
    writer = Writer(make_user(), **ONE)
    writer.press("send")
    batch = Batch.objects.get()
    colleague = Writer(make_user(writer.person.department))

    for door in ("compose:again", "compose:edit"):
        assert colleague.client.post(reverse(door, args=[batch.uid])).status_code == 404
    with pytest.raises(PermissionDenied):
        services.reopen(batch=batch, by=colleague.person, now=NOW)
    assert sending.cancel(batch=batch, by=writer.person, now=NOW).state == BatchState.CANCELLED


def scheduled():
    writer = Writer(make_user(), **ONE, when="later", date="2026-05-15", time="09:00")
    writer.press("send")
    return writer, Batch.objects.get()


def test_what_goes_already_cannot_be_changed():
    writer, batch = scheduled()
    Batch.objects.update(state=BatchState.RUNNING)

    response = writer.client.post(reverse("compose:edit", args=[batch.uid]))

    assert response.url == batch_page(batch)
    assert "is not waiting for its time any more" in toasts(response)[-1]
    assert Draft.objects.open().count() == 0


def test_what_began_to_go_while_it_was_changed_is_told_and_can_be_sent_anew():
    writer, batch = scheduled()
    writer.client.post(reverse("compose:edit", args=[batch.uid]))
    Batch.objects.update(state=BatchState.RUNNING, started_at=NOW)
    writer.uid = Draft.objects.open().get().uid

    late = writer.press("send", message="New words", numbers="")
    assert late.status_code == 422
    assert "can no longer be" in late.content.decode()
    assert Batch.objects.count() == 1

    writer.press("send")
    assert Batch.objects.count() == 2


PAGE = "0193a5d2-1c3b-7d4e-8f50-6a7b8c9d0e1f"


def test_an_autosave_that_comes_after_the_button_pressed_later_takes_nothing_back():
    user = make_user(allow_emergency=True)
    writer = Writer(user, **ONE)
    writer.press("send", when="emergency", turn=f"{PAGE}:1700000000002")

    late = writer.press(htmx=True, when="now", message="Hel", turn=f"{PAGE}:1700000000001")

    assert late.status_code == 200
    assert writer.draft.is_emergency
    assert writer.draft.body == "Hello"


@pytest.mark.parametrize(
    "turn",
    [
        f"{PAGE}:1700000000003",
        f"{PAGE}:1700000000002",  # without script a page says the same each time
        "0193a5d2-1c3b-7d4e-8f50-000000000000:1",  # another window, whatever its clock says
        ":1",
        "",
    ],
)
def test_whatever_else_comes_later_is_kept(turn):
    writer = Writer(make_user(), **ONE)
    writer.press(turn=f"{PAGE}:1700000000002")

    writer.press(message="Hello again", turn=turn)

    assert writer.draft.body == "Hello again"


@pytest.mark.parametrize("turn", [f"{PAGE}:", f"{PAGE}:-1", f"{PAGE}:٣", f"{PAGE}:{'9' * 30}"])
def test_a_turn_that_is_none_is_the_first(turn):
    writer = Writer(make_user(), **ONE)

    writer.press(turn=turn)

    assert writer.draft.turn == 0
