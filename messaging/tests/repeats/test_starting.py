"""From a draft to a repeat, and the deeds by which a person keeps it."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from accounts.audit.models import AuditEvent
from accounts.tests.make import make_user
from messaging.compose import services as compose
from messaging.compose.errors import AlreadySent, Unready
from messaging.compose.models import Draft
from messaging.compose.typed import Typed
from messaging.repeats import services
from messaging.repeats.models import Repeat
from messaging.sending.models import BasketRow, Batch, RowSource, RowState
from messaging.tests.make import NOW, drama
from messaging.tests.repeats.repeating import (
    FRIDAY,
    WEEKLY,
    come_round,
    london,
    make_repeat,
    numbers,
    only,
)
from smsportal.lib.errors import Refused

pytestmark = pytest.mark.django_db


def test_a_draft_becomes_a_repeat_once(amira):
    repeat = make_repeat(amira)
    draft = Draft.objects.get()

    assert services.start(draft=draft, by=amira, now=NOW) == repeat
    assert (Repeat.objects.count(), Batch.objects.count()) == (1, 0)
    assert (repeat.state, repeat.next_at) == ("active", FRIDAY)
    assert (draft.sent_at, draft.repeat_uid) == (NOW, repeat.uid)
    assert list(Draft.objects.open()) == []
    assert list(AuditEvent.objects.values_list("verb", "words")) == [
        (
            "repeats.started",
            "Began to repeat a message, every Friday at 9:00am, until 19 June 2026.",
        )
    ]


def test_a_draft_that_became_a_repeat_can_no_longer_be_written_in(amira):
    make_repeat(amira)

    with pytest.raises(AlreadySent):
        compose.save(uid=Draft.objects.get().uid, typed=Typed(body="Late"), by=amira, now=NOW)


def test_what_could_not_be_sent_once_cannot_begin_to_repeat(amira):
    with pytest.raises(Unready) as unready:
        make_repeat(amira, body="", numbers="0770", repeat={"until": "2026-01-01", "skip": "Soon"})

    assert {each.field for each in unready.value.refusals} == {
        "numbers", "message", "until", "skip"
    }  # fmt: skip


def test_a_repeat_without_a_date_left_cannot_begin(amira):
    with pytest.raises(Unready, match="No date is left on which it would go"):
        make_repeat(amira, repeat={"until": "2026-05-15", "skip": "15 May"})


def test_a_first_time_that_is_over_today_begins_with_the_next(amira):
    daily = {"every": "day"}

    assert make_repeat(amira, date="2026-05-12", repeat=daily).next_at == london(13)


def test_only_its_writer_starts_or_keeps_it(amira):
    other = make_user(amira.department)
    repeat = make_repeat(amira)

    for deed in (services.pause, services.resume, services.end):
        with pytest.raises(PermissionDenied):
            deed(repeat=repeat, by=other, now=NOW)
    with pytest.raises(PermissionDenied):
        services.leave_out(repeat=repeat, text="", by=other, now=NOW)
    with pytest.raises(PermissionDenied):
        services.write(repeat=repeat, is_change=False, by=other, now=NOW)


def test_an_administrator_reads_it_and_changes_nothing(amira, admin):
    repeat = make_repeat(amira)

    assert list(Repeat.objects.visible_to(admin)) == [repeat]
    for deed in (services.pause, services.resume, services.end):
        with pytest.raises(PermissionDenied):
            deed(repeat=repeat, by=admin, now=NOW)


# ---------------------------------------------------------------- paused, gone on with, ended


def test_what_comes_while_it_is_paused_is_left_out(amira):
    repeat = make_repeat(amira)
    services.pause(repeat=repeat, by=amira, now=NOW)

    assert come_round(FRIDAY) == []
    services.resume(repeat=repeat, by=amira, now=FRIDAY + dt.timedelta(hours=1))
    (second,) = come_round(london(22))

    first = repeat.occurrences.order_by("wall")[0]
    assert (first.state, first.why) == ("left_out", "Paused by Amira Khan.")
    assert second.state == "sent"


def test_gone_on_with_a_moment_after_its_time_it_waits_for_the_next(amira):
    """No worker has looked in between: it was paused at that time all the same."""
    repeat = make_repeat(amira)
    services.pause(repeat=repeat, by=amira, now=NOW)

    services.resume(repeat=repeat, by=amira, now=FRIDAY + dt.timedelta(seconds=1))
    come_round(FRIDAY + dt.timedelta(seconds=2))

    assert (only(repeat).state, repeat.next_at) == ("left_out", london(22))


def test_ended_it_never_goes_and_cannot_be_gone_on_with(amira):
    repeat = make_repeat(amira)

    services.end(repeat=repeat, by=amira, now=NOW)
    services.end(repeat=repeat, by=amira, now=NOW)

    assert (repeat.state, repeat.why, repeat.next_at) == ("ended", "Ended by Amira Khan.", None)
    assert come_round(FRIDAY) == []
    for deed in (services.pause, services.resume):
        with pytest.raises(Refused, match="It has ended already"):
            deed(repeat=repeat, by=amira, now=NOW)
    assert AuditEvent.objects.filter(verb="repeats.ended").count() == 1


def test_dates_to_leave_out_can_be_changed_while_it_goes(amira):
    repeat = make_repeat(amira)

    services.leave_out(repeat=repeat, text="22 May\n25 May to 1 June", by=amira, now=NOW)
    for day in (15, 22, 29):
        come_round(london(day))

    states = repeat.occurrences.order_by("wall").values_list("state", flat=True)
    assert list(states) == ["sent", "left_out", "left_out"]


def test_dates_that_are_changed_meanwhile_are_those_of_a_change_that_is_being_written(amira):
    repeat = make_repeat(amira)
    services.write(repeat=repeat, is_change=True, by=amira, now=NOW)

    services.leave_out(repeat=repeat, text="22 May", by=amira, now=NOW)

    draft = services.write(repeat=repeat, is_change=True, by=amira, now=NOW)
    assert compose.pattern(draft, NOW) == repeat.pattern


def test_dates_that_are_none_or_that_leave_nothing_change_nothing(amira):
    repeat = make_repeat(amira)

    with pytest.raises(Unready, match="“Whitsun” is not a date"):
        services.leave_out(repeat=repeat, text="22 May\nWhitsun", by=amira, now=NOW)
    with pytest.raises(Refused, match="No date would be left"):
        services.leave_out(repeat=repeat, text="15 May to 19 June", by=amira, now=NOW)

    repeat.refresh_from_db()
    assert repeat.left_out == []


# ---------------------------------------------------------------- written again


def change(repeat: Repeat, by, now=NOW, **typed) -> Repeat:
    """As the page does it: everything of the draft is sent, with what is different."""
    draft = services.write(repeat=repeat, is_change=True, by=by, now=now)
    kept = {
        "numbers": draft.numbers, "body": draft.body, "sender": draft.sender_choice,
        "is_later": True, "date": draft.send_date, "time": draft.send_time, "repeat": draft.repeat,
    }  # fmt: skip
    draft = compose.save(uid=draft.uid, typed=Typed(**{**kept, **typed}), by=by, now=now)
    return services.start(draft=draft, by=by, now=now)


def test_changed_words_are_a_new_version_and_the_old_ones_are_kept(amira):
    repeat = make_repeat(amira)
    come_round(FRIDAY)

    changed = change(repeat, amira, now=london(16), body="Labs are at 3pm.")
    (occurrence,) = come_round(london(22))

    assert (changed.pk, changed.version_count) == (repeat.pk, 2)
    assert occurrence.batch.wording == "Labs are at 3pm."
    assert occurrence.version_number == 2
    assert [(v.number, v.body, v.by_name) for v in changed.versions.order_by("number")] == [
        (1, "Labs are at 2pm.", "Amira Khan"),
        (2, "Labs are at 3pm.", "Amira Khan"),
    ]


def test_a_change_has_everything_as_it_was_chosen(amira, year2):
    repeat = make_repeat(
        amira, groups=[year2], numbers="07700 900001", repeat={"skip": "29 May", "days": ["0", "4"]}
    )

    draft = services.write(repeat=repeat, is_change=True, by=amira, now=NOW)

    rows = BasketRow.objects.filter(basket=draft.basket, state=RowState.OK)
    assert sorted(rows.values_list("number", flat=True)) == [drama(n) for n in (1, 10, 11, 12)]
    assert (draft.body, draft.numbers) == (repeat.body, "07700 900001")
    assert (draft.send_date, draft.send_time) == ("2026-05-15", "09:00")
    assert compose.pattern(draft, NOW) == repeat.pattern
    assert services.write(repeat=repeat, is_change=True, by=amira, now=NOW) == draft


def test_until_a_change_is_saved_it_goes_as_it_is(amira):
    repeat = make_repeat(amira)
    draft = services.write(repeat=repeat, is_change=True, by=amira, now=NOW)
    draft.body = "Half a thou"
    draft.save()

    (occurrence,) = come_round(FRIDAY)

    assert occurrence.batch.wording == "Labs are at 2pm."


def test_a_change_of_time_moves_its_next_date(amira):
    repeat = make_repeat(amira)

    assert change(repeat, amira, time="14:30").next_at == london(15, 14, 30)
    assert repeat.occurrences.count() == 0


def test_a_change_of_one_that_is_paused_leaves_it_paused(amira):
    repeat = make_repeat(amira)
    services.pause(repeat=repeat, by=amira, now=NOW)

    assert change(repeat, amira, body="Labs are at 3pm.").state == "paused"


def test_a_change_of_one_that_has_ended_meanwhile_begins_one_of_its_own(amira):
    repeat = make_repeat(amira)
    draft = services.write(repeat=repeat, is_change=True, by=amira, now=NOW)
    services.end(repeat=repeat, by=amira, now=NOW)

    begun = services.start(draft=draft, by=amira, now=NOW)

    assert begun != repeat
    assert {begun.state, Repeat.objects.get(pk=repeat.pk).state} == {"active", "ended"}
    with pytest.raises(Refused, match="cannot be changed"):
        services.write(repeat=repeat, is_change=True, by=amira, now=NOW)


def test_used_again_it_is_a_message_of_its_own(amira, year2):
    repeat = make_repeat(amira, groups=[year2])
    services.end(repeat=repeat, by=amira, now=NOW)

    draft = services.write(repeat=repeat, is_change=False, by=amira, now=NOW)
    batch = compose.send(draft=draft, by=amira, now=NOW)

    assert (draft.repeats, draft.repeat_uid, batch.source) == (False, None, "portal")
    assert numbers(batch) == [drama(10), drama(11), drama(12)]


def test_people_of_a_file_stay_with_what_the_file_said_of_them(amira):
    typed = Typed(
        body="Hi ((first name)), you are in ((room)).", is_later=True, date="2026-05-15",
        time="09:00", repeat=WEEKLY,
    )  # fmt: skip
    draft = compose.save(uid="018f0000-0000-7000-8000-000000000001", typed=typed, by=amira, now=NOW)
    BasketRow.objects.bulk_create(
        BasketRow(
            basket=draft.basket, row_no=n, state=RowState.OK, number=drama(40 + n),
            first_name=f"Name{n}", values={"room": f"20{n}"}, source=RowSource.FILE,
            source_uid=draft.uid,
        )
        for n in range(2)
    )  # fmt: skip
    repeat = services.start(draft=draft, by=amira, now=NOW)

    (occurrence,) = come_round(FRIDAY)

    texts = occurrence.batch.messages.order_by("row_no").values_list("body", flat=True)
    assert list(texts) == ["Hi Name0, you are in 200.", "Hi Name1, you are in 201."]
    changed = services.write(repeat=repeat, is_change=True, by=amira, now=NOW)
    assert set(changed.basket.rows.values_list("source", flat=True)) == {"file"}
