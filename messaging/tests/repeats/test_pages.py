"""The pages of what repeats, as a browser without script meets them."""

import pytest
from django.urls import reverse

from accounts.tests.make import make_user
from messaging.compose.models import Draft
from messaging.repeats.models import Repeat
from messaging.sending.models import Batch
from messaging.tests.compose.writing import Writer, toasts
from messaging.tests.make import NOW
from messaging.tests.repeats.repeating import FRIDAY, come_round, london, make_repeat

pytestmark = pytest.mark.django_db

TYPED = {
    "message": "Labs are at 2pm.",
    "numbers": "07700 900001, 07700 900002",
    "when": "later",
    "date": "2026-05-15",
    "time": "09:00",
    "repeat": "week",
    "day": ["4"],
    "until": "2026-06-19",
    "skip": "29 May",
}


@pytest.fixture(autouse=True)
def two_in_the_afternoon(monkeypatch):
    """Tuesday 12 May 2026, 2:04pm."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def writer(amira):
    return Writer(amira, **TYPED)


def check_page(writer: Writer):
    return writer.client.get(reverse("repeats:check", args=[writer.uid]))


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def start(writer: Writer, **form):
    form = {"seal": check_page(writer).context["seal"], "sure": "on", **form}
    return writer.client.post(reverse("repeats:check", args=[writer.uid]), form)


def begun(writer: Writer) -> Repeat:
    writer.press("send")
    start(writer)
    return Repeat.objects.get()


def test_the_page_says_when_it_goes_and_what_each_time_costs(writer):
    writer.press()
    page = " ".join(writer.page().split())

    assert "5 sends, every Friday at 9:00am:" in page
    assert "Fri 15 May" in page
    assert "Fri 29 May" not in page
    assert "About, each time" in page


def test_send_leads_to_the_check_with_dates_and_costs_and_sends_nothing(writer):
    response = writer.press("send")
    page = text_of(check_page(writer))

    assert response.url == reverse("repeats:check", args=[writer.uid])
    assert "Every Friday at 9:00am" in page
    assert 'Left out: <span class="nowrap">Fri 29 May</span>' in page
    assert "5 sends come to about 35p" in page
    assert "Schedule 5 sends to 2 people" in page
    assert (Repeat.objects.count(), Batch.objects.count()) == (0, 0)


def test_once_it_is_checked_it_begins(writer):
    writer.press("send")

    response = start(writer)

    repeat = Repeat.objects.get()
    assert response.url == reverse("repeats:repeat", args=[repeat.uid])
    assert toasts(response) == [
        "It goes every Friday at 9:00am, until 19 June 2026\n"
        "The first time is Friday 15 May at 9:00am."
    ]


def test_a_second_press_and_the_way_back_lead_to_it(writer):
    repeat = begun(writer)
    page = reverse("repeats:repeat", args=[repeat.uid])

    for response in (
        start_again(writer),
        writer.client.get(reverse("repeats:check", args=[writer.uid])),
        writer.client.get(writer.address),
        writer.press("send"),
    ):
        assert response.url == page
    assert Repeat.objects.count() == 1


def start_again(writer: Writer):
    form = {"seal": "old", "sure": "on"}
    return writer.client.post(reverse("repeats:check", args=[writer.uid]), form)


def test_nothing_begins_unticked_or_when_it_was_changed_in_another_window(writer):
    writer.press("send")

    unticked = start(writer, sure="")
    changed = start(writer, seal="of an hour ago")

    assert (unticked.status_code, changed.status_code) == (422, 422)
    assert "Tick that you have checked it" in text_of(unticked)
    assert "changed in another window" in text_of(changed)
    assert Repeat.objects.count() == 0


def test_the_check_of_a_change_of_dates_is_another_one(writer):
    writer.press("send")
    seal = check_page(writer).context["seal"]

    writer.press("send", until="2026-07-31")

    assert check_page(writer).context["seal"] != seal


def test_what_is_wrong_with_dates_is_said_line_by_line_at_its_field(writer):
    response = writer.press("send", until="2026-05-01", skip="29 May\nWhitsun\n31 June")

    page = text_of(response)
    assert response.status_code == 422
    assert "The last date, 1 May 2026, is before the first, 15 May 2026." in page
    assert page.count("“Whitsun” is not a date. Write it like 15 May 2026.") == 2
    assert page.count("“31 June” is not a date. Write it like 15 May 2026.") == 2
    assert "29 May\nWhitsun\n31 June" in response.content.decode()


def test_a_date_that_is_none_of_its_dates_is_pointed_out(writer):
    writer.press("send", skip="30 May")

    assert "Not one of its dates, so nothing is left out then:</b> Sat 30 May." in text_of(
        check_page(writer)
    )


def test_the_check_page_of_sending_once_sends_no_repeat(writer):
    writer.press("send")

    response = writer.client.post(reverse("compose:check", args=[writer.uid]), {"sure": "on"})

    assert response.url == reverse("repeats:check", args=[writer.uid])
    assert Batch.objects.count() == 0


def test_the_list_says_what_is_next_and_how_the_last_time_went(writer, amira):
    repeat = begun(writer)
    come_round(FRIDAY)
    come_round(london(22, 15))

    page = text_of(writer.client.get(reverse("repeats:list")))

    assert repeat.body in page
    assert "Missed" in page
    ended = text_of(writer.client.get(reverse("repeats:list"), {"show": "ended"}))
    assert repeat.body not in ended


def test_its_page_shows_each_time_with_a_way_to_its_message_and_back(writer):
    repeat = begun(writer)
    (occurrence,) = come_round(FRIDAY)

    page = text_of(writer.client.get(reverse("repeats:repeat", args=[repeat.uid])))
    message = text_of(writer.client.get(reverse("history:batch", args=[occurrence.batch.uid])))

    assert f"Message {occurrence.batch.reference}" in page
    assert reverse("repeats:repeat", args=[repeat.uid]) in message


def test_paused_gone_on_with_and_ended_by_its_buttons(writer):
    repeat = begun(writer)

    for deed, state in (("pause", "paused"), ("resume", "active"), ("end", "ended")):
        response = writer.client.post(reverse(f"repeats:{deed}", args=[repeat.uid]))
        repeat.refresh_from_db()
        assert (response.status_code, repeat.state) == (302, state)

    refused = writer.client.post(reverse("repeats:pause", args=[repeat.uid]))
    assert refused.status_code == 422
    assert "It has ended already, so nothing was changed." in text_of(refused)


def test_dates_to_leave_out_are_changed_on_its_page(writer):
    repeat = begun(writer)
    address = reverse("repeats:leave_out", args=[repeat.uid])

    refused = writer.client.post(address, {"skip": "5 June\nWhitsun"})
    assert (refused.status_code, "“Whitsun” is not a date" in text_of(refused)) == (422, True)
    assert "5 June\nWhitsun" in refused.content.decode()

    writer.client.post(address, {"skip": "5 June"})
    repeat.refresh_from_db()
    assert repeat.left_out == ["2026-06-05"]


def test_the_next_date_is_left_out_with_one_press(writer):
    repeat = begun(writer)
    page = writer.client.get(reverse("repeats:repeat", args=[repeat.uid]))
    assert "Leave out Fri 15 May" in text_of(page)

    skip = f"{page.context['kept_skip']}\n2026-05-15"
    writer.client.post(reverse("repeats:leave_out", args=[repeat.uid]), {"skip": skip})

    repeat.refresh_from_db()
    assert repeat.left_out == ["2026-05-15", "2026-05-29"]


def test_what_could_never_be_sent_is_said_before_it_begins(writer, amira):
    amira.parts_per_day_cap = 1
    amira.save()
    writer.press("send")

    page = text_of(check_page(writer))

    assert (
        "it would not be sent: each time it makes 2 texts.</b> You may send 1 text a day." in page
    )


def test_change_opens_what_was_written_and_saves_it_as_its_next_version(writer, amira):
    repeat = begun(writer)

    response = writer.client.post(reverse("repeats:change", args=[repeat.uid]))
    draft = Draft.objects.open().get()
    assert response.url == reverse("compose:draft", args=[draft.uid])
    writer.uid = draft.uid
    assert "This changes" in writer.page()

    writer.press("send", message="Labs are at 3pm.")
    saved = start(writer)

    repeat.refresh_from_db()
    assert (repeat.body, repeat.version_count, Repeat.objects.count()) == ("Labs are at 3pm.", 2, 1)
    assert toasts(saved)[0].startswith("The change has been saved")
    page = text_of(writer.client.get(reverse("repeats:repeat", args=[repeat.uid])))
    assert "Version 2" in page


def test_used_again_it_opens_a_new_message(writer):
    repeat = begun(writer)

    writer.client.post(reverse("repeats:again", args=[repeat.uid]))

    draft = Draft.objects.open().get()
    assert (draft.body, draft.repeats) == ("Labs are at 2pm.", False)


def test_an_administrator_sees_it_without_buttons_and_a_colleague_not_at_all(amira, admin):
    repeat = make_repeat(amira)
    address = reverse("repeats:repeat", args=[repeat.uid])
    reading, other = Writer(admin), Writer(make_user(amira.department))

    page = text_of(reading.client.get(address))
    assert "Labs are at 2pm." in page
    assert f'action="{address}' not in page
    assert "Amira Khan" in text_of(reading.client.get(reverse("repeats:list")))
    assert other.client.get(address).status_code == 404
    assert "Labs are at 2pm." not in text_of(other.client.get(reverse("repeats:list")))
