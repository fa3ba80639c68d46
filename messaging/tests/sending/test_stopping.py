"""Pause, resume and stop: what has gone, is in hand, waits or was never made, to the text."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from accounts.audit.models import AuditEvent
from accounts.departments import services as departments
from accounts.people.signals import person_left
from accounts.tests.make import make_admin, make_operator, make_user
from messaging.carriers.base import Answer, Outcome
from messaging.compose import services as compose
from messaging.history import queries
from messaging.sending import errors, services
from messaging.sending.engine import answers, claims, expand, invariants, marks, release, sweeps
from messaging.sending.engine import tally as tallies
from messaging.sending.models import Allowance, Batch, Halt, Message
from messaging.sending.states import BatchState
from messaging.tests.make import NOW, make_batch, make_queued, make_simulator

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


def running(user, people=5, **order):
    batch = make_batch(user, people=people, **order)
    release.release_due(now=NOW)
    batch.refresh_from_db()
    return batch


def used():
    return dict(Allowance.objects.values_list("scope", "used_count"))


def said(text, outcome, ref=""):
    return Answer(text.message_id, text.attempt, outcome, carrier_ref=ref)


def states(batch):
    return list(batch.messages.order_by("row_no").values_list("state", flat=True))


def four(batch):
    """What the page of a stopped message shows."""
    batch.refresh_from_db()
    found = queries.progress(batch)
    return found.sent, found.on_the_way, found.maybe_sent, found.never_sent


def test_a_paused_message_is_left_alone_until_it_is_resumed():
    user, carrier = make_user(), make_simulator()
    batch = running(user)
    first = claims.take(carrier, 50, most=2, now=NOW)

    services.pause(batch=batch, by=user, now=NOW)
    meanwhile = claims.take(carrier, 50, now=NOW)
    services.resume(batch=batch, by=user, now=NOW)
    rest = claims.take(carrier, 50, now=NOW)

    assert (len(first), meanwhile, len(rest)) == (2, [], 3)
    assert (batch.state, batch.paused_at, batch.paused_by_name) == ("running", None, "")
    words = AuditEvent.objects.filter(object_id=str(batch.uid)).order_by("pk")
    assert list(words.values_list("words", flat=True))[1:] == [
        f"Paused message {batch.reference} to 5 people.",
        f"Went on with message {batch.reference} to 5 people.",
    ]


def test_what_was_in_hand_at_a_pause_is_finished():
    user, carrier = make_user(), make_simulator()
    batch = running(user, people=2)
    text = claims.take(carrier, 50, most=1, now=NOW)[0]
    services.pause(batch=batch, by=user, now=NOW)

    answers.record(carrier.pk, [said(text, Outcome.ACCEPTED, "A1")], now=NOW)

    assert sorted(states(batch)) == ["queued", "submitted"]


def test_what_waits_in_a_paused_message_grows_old_and_ends_it():
    user = make_user()
    batch = running(user)
    services.pause(batch=batch, by=user, now=NOW)

    sweeps.sweep(now=NOW + DAY + dt.timedelta(seconds=1))
    tallies.tally_changed(now=NOW + DAY)

    batch.refresh_from_db()
    assert (set(states(batch)), batch.state) == ({"expired"}, "finished")
    assert set(used().values()) == {0}


def test_a_message_that_finished_while_paused_is_paused_again_when_a_text_comes_back():
    user = make_user()
    batch = running(user, people=1)
    services.pause(batch=batch, by=user, now=NOW)
    Batch.objects.filter(pk=batch.pk).update(state="finished")

    marks.reopen(batch.messages.values_list("pk", flat=True))

    batch.refresh_from_db()
    assert batch.state == "paused"


def test_a_message_is_released_in_full_also_while_it_is_paused():
    user = make_user()
    batch = make_batch(user)
    Batch.objects.update(state="running", started_at=NOW)
    services.pause(batch=batch, by=user, now=NOW)

    release.release_due(now=NOW)

    assert set(states(batch)) == {"queued"}
    assert claims.take(make_simulator(), 50, now=NOW) == []


def test_a_stopped_message_shows_four_numbers_that_are_everyone():
    user, carrier = make_user(), make_simulator()
    batch = running(user, people=7)
    sent, doubted, *_ = claims.take(carrier, 50, most=4, now=NOW)
    answers.record(
        carrier.pk, [said(sent, Outcome.ACCEPTED, "A1"), said(doubted, Outcome.AMBIGUOUS)], now=NOW
    )

    services.stop(batch=batch, by=user, now=NOW)

    assert four(batch) == (1, 2, 1, 3)
    assert set(used().values()) == {4}
    assert set(batch.messages.filter(state="cancelled").values_list("reason", flat=True)) == {
        "stopped"
    }
    assert (batch.ended_by_name, batch.finished_at) == (user.audit_name, NOW)
    assert claims.take(carrier, 50, now=NOW) == []
    assert invariants.broken(now=NOW) == {}


@pytest.mark.parametrize(
    ("outcome", "numbers"),
    [
        (Outcome.ACCEPTED, (1, 0, 0, 2)),
        (Outcome.AMBIGUOUS, (0, 0, 1, 2)),
        (Outcome.REFUSED, (0, 0, 0, 3)),
        (Outcome.NOT_SENT, (0, 0, 0, 3)),
        (Outcome.THROTTLED, (0, 0, 0, 3)),
        (Outcome.NOT_TRIED, (0, 0, 0, 3)),
    ],
)
def test_what_was_in_hand_at_a_stop_ends_and_never_goes_again(outcome, numbers):
    user, carrier = make_user(), make_simulator()
    batch = running(user, people=3)
    text = claims.take(carrier, 50, most=1, now=NOW)[0]
    services.stop(batch=batch, by=user, now=NOW)
    assert four(batch) == (0, 1, 0, 2)

    answers.record(carrier.pk, [said(text, outcome, "A1")], now=NOW)
    at_once = four(batch)
    release.drop_all_stopped(now=NOW)

    assert at_once == four(batch) == numbers
    assert not set(states(batch)) & {"queued", "scheduled"}
    assert set(used().values()) == {3 - numbers[3]}
    assert invariants.broken(now=NOW + dt.timedelta(hours=1)) == {}


def test_what_may_have_been_sent_is_never_said_not_to_be():
    user = make_user()
    batch = running(user, people=2)
    batch.messages.filter(row_no=0).update(maybe_sent=True)

    services.stop(batch=batch, by=user, now=NOW)

    assert states(batch) == ["unknown", "cancelled"]
    assert four(batch) == (0, 0, 1, 1)


def test_a_stop_while_texts_are_being_made_counts_those_that_never_were(monkeypatch):
    user = make_user()
    monkeypatch.setattr(expand, "AT_ONCE", 0)
    monkeypatch.setattr(expand.db, "CHUNK", 2)
    inserted = expand._insert_same

    def and_is_stopped(batch, rows, plan):
        inserted(batch, rows, plan)
        if batch.messages.count() == 4:
            services.stop(batch=batch, by=user, now=NOW)

    monkeypatch.setattr(expand, "_insert_same", and_is_stopped)
    batch = make_batch(user, people=9)
    expand.expand_waiting(now=NOW + dt.timedelta(minutes=1))

    assert four(batch) == (0, 0, 0, 9)
    release.drop_all_stopped(now=NOW)
    assert four(batch) == (0, 0, 0, 9)
    assert (batch.messages.count(), batch.expanded_at) == (4, None)
    assert set(used().values()) == {0}
    assert [row.row_no for row in queries.never_made(batch)] == [4, 5, 6, 7, 8]
    assert len(list(queries.csv_rows(batch, user, now=NOW))) == 9
    assert invariants.broken(now=NOW + dt.timedelta(hours=1)) == {}


def test_a_release_that_was_under_way_at_the_stop_lets_nothing_more_go():
    user = make_user()
    batch = make_batch(user)
    Batch.objects.update(state="running", started_at=NOW)
    as_it_was = Batch.objects.get()
    services.stop(batch=batch, by=user, now=NOW)
    batch.messages.update(state="scheduled", reason="", final_at=None)

    release._release(as_it_was, now=NOW)

    assert set(states(batch)) == {"scheduled"}
    assert four(batch) == (0, 0, 0, 3)


def test_more_than_a_thousand_are_dropped_by_the_worker(django_capture_on_commit_callbacks):
    user = make_user()
    with django_capture_on_commit_callbacks(execute=True):
        batch = make_batch(user, people=2100)
    release.release_due(now=NOW)

    with django_capture_on_commit_callbacks() as rung:
        services.stop(batch=batch, by=user, now=NOW)
    at_once = batch.messages.filter(state="cancelled").count()
    shown = four(batch)
    for ring in rung:
        ring()

    assert (at_once, shown) == (1000, (0, 0, 0, 2100))
    assert (set(states(batch)), four(batch)) == ({"cancelled"}, shown)
    assert set(used().values()) == {0}


@pytest.mark.parametrize("deed", ["pause", "resume", "stop"])
def test_a_second_click_changes_nothing(deed):
    user = make_user()
    batch = running(user)
    if deed == "resume":
        services.pause(batch=batch, by=user, now=NOW)
    lines = []
    for _ in range(2):
        getattr(services, deed)(batch=batch, by=user, now=NOW)
        lines.append((AuditEvent.objects.count(), used(), batch.changed_at))

    assert lines[0] == lines[1]


@pytest.mark.parametrize(
    ("state", "deed", "words"),
    [
        ("finished", "pause", "finished today at 2:04pm: nothing of it waits, so it cannot be"),
        ("finished", "stop", "nothing of it waits, so it cannot be stopped"),
        ("stopped", "pause", "was stopped today at 2:04pm by Amira, so it cannot be paused"),
        ("stopped", "resume", "was stopped today at 2:04pm by Amira, so it cannot be gone on with"),
        ("cancelled", "stop", "was cancelled today at 2:04pm. Nothing of it was sent"),
    ],
)
def test_a_page_that_is_behind_is_told_what_is_so(state, deed, words):
    user = make_user()
    batch = running(user)
    Batch.objects.update(state=state, finished_at=NOW, ended_by_name="Amira")

    with pytest.raises(errors.TooLate, match=words):
        getattr(services, deed)(batch=batch, by=user, now=NOW)


def test_what_has_not_begun_to_go_is_cancelled_and_not_stopped():
    user = make_user()
    batch = make_batch(user, undo_seconds=10)

    with pytest.raises(errors.TooLate, match="You can still cancel it"):
        services.stop(batch=batch, by=user, now=NOW)

    batch.refresh_from_db()
    assert batch.state == "held"


@pytest.mark.parametrize("deed", ["pause", "resume", "stop"])
@pytest.mark.parametrize("who", ["colleague", "admin", "operator"])
def test_only_its_own_sender_acts_on_a_message(deed, who):
    user = make_user()
    batch = running(user)
    by = {
        "colleague": lambda: make_user(user.department),
        "admin": lambda: make_admin(user.department),
        "operator": make_operator,
    }[who]()

    with pytest.raises(PermissionDenied):
        getattr(services, deed)(batch=batch, by=by, now=NOW)

    batch.refresh_from_db()
    assert batch.state == "running"


def test_a_stopped_message_is_sent_to_those_who_did_not_get_it():
    user, carrier = make_user(), make_simulator()
    batch = running(user, people=5)
    texts = claims.take(carrier, 50, most=2, now=NOW)
    answers.record(carrier.pk, [said(texts[0], Outcome.ACCEPTED, "A1")], now=NOW)
    services.stop(batch=batch, by=user, now=NOW)
    batch.messages.filter(row_no=4).update(state="queued", reason="", final_at=None)
    batch.messages.filter(row_no=3).delete()  # as if it had never been made

    draft = compose.again(batch=batch, who="not_sent", by=user, now=NOW)

    rows = draft.basket.rows.order_by("number").values_list("number", flat=True)
    assert list(rows) == ["+447700900002", "+447700900003", "+447700900004"]
    assert Message.objects.get(row_no=4).state == "cancelled"


def test_closing_a_department_stops_what_is_paused():
    user = make_user()
    batch = running(user)
    services.pause(batch=batch, by=user, now=NOW)

    departments.close(department=user.department, by=make_operator(), now=NOW)

    batch.refresh_from_db()
    assert (batch.state, set(states(batch))) == ("stopped", {"cancelled"})


@pytest.mark.parametrize("has_heir", [True, False])
def test_a_leavers_paused_message_is_handed_on_or_stopped(has_heir):
    user = make_user()
    heir = make_user(user.department) if has_heir else None
    batch = running(user)
    services.pause(batch=batch, by=user, now=NOW)

    person_left.send(sender=None, person=user, by=make_admin(user.department), now=NOW, heir=heir)

    batch.refresh_from_db()
    assert (batch.person, batch.state) == (
        (heir, BatchState.PAUSED) if has_heir else (user, BatchState.STOPPED)
    )


def test_nothing_is_claimed_while_everything_is_stopped_and_all_of_it_afterwards():
    carrier = make_simulator()
    make_queued(make_user(), lane=0, next_at=NOW - dt.timedelta(minutes=1))
    halt = Halt.objects.create(reason="Repeats", at=NOW, by_name="Tomasz")

    assert claims.take(carrier, 50, now=NOW) == []
    assert invariants.broken(now=NOW) == {}
    Halt.objects.filter(pk=halt.pk).update(is_on=False)

    assert len(claims.take(carrier, 50, now=NOW)) == 1
