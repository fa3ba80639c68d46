"""A database restored from a backup: it is seen, and what may have gone is put in doubt."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.audit.actors import System
from accounts.audit.models import AuditEvent
from accounts.tests.make import make_user
from messaging.compose.pattern import A_DAY
from messaging.operations import services
from messaging.operations.queries.troubles import find
from messaging.repeats import engine as repeats
from messaging.repeats.models import Occurrence, Repeat
from messaging.repeats.tasks import run_repeats
from messaging.sending.engine import doubt, sweeps, watermark
from messaging.sending.engine.invariants import broken
from messaging.sending.engine.journal import Past
from messaging.sending.engine.watermark import Restored
from messaging.sending.models import Attempt, Batch, Message, Watermark
from messaging.sending.queries import in_doubt
from messaging.sending.tasks import release_due, sweep
from messaging.tests.make import NOW, drama, make_batch, make_queued, make_simulator
from messaging.tests.repeats.repeating import FRIDAY, make_repeat
from smsportal.lib.errors import Refused

pytestmark = pytest.mark.django_db

SECOND, MINUTE = dt.timedelta(seconds=1), dt.timedelta(minutes=1)
BACKUP_AT = NOW - MINUTE  # so old are the texts of the makers, and a little older
FOUND_AT = NOW + 8 * 60 * MINUTE
LATER = FOUND_AT + 5 * MINUTE
AT_3PM = dt.datetime(2026, 5, 12, 15)  # in London


@pytest.fixture(autouse=True)
def machine(settings, tmp_path):
    """Where this one keeps what it saw."""
    settings.VAR_DIR = tmp_path / "here"
    return settings


def work_on(now=BACKUP_AT):
    for n in range(3):
        watermark.rise(now=now + n * SECOND)


def restore_backup():
    """As it was when the level rose for the first time."""
    Watermark.objects.update(level=1, at=BACKUP_AT)


def restored():
    work_on()
    restore_backup()
    with pytest.raises(Restored):
        watermark.check(now=FOUND_AT)


def release(now=LATER):
    return services.release_after_restore(is_sure=False, by=System(), now=now)


def states(texts):
    rows = Message.objects.filter(pk__in=[text.pk for text in texts])
    return set(rows.values_list("state", flat=True))


# -- Seeing it -----------------------------------------------------------------------------


def test_a_new_database_and_one_that_is_at_work_are_no_backups():
    for n in range(3):
        assert watermark.check(now=NOW) is (n > 0)
    work_on()

    watermark.admit(Past(), now=NOW)
    assert not watermark.holds_back(now=NOW)


def test_a_database_that_is_older_than_what_was_sent_from_it_is_seen():
    work_on()
    restore_backup()

    with pytest.raises(Restored, match=r"^This database is older .* runs manage.py release_after"):
        watermark.rise(now=FOUND_AT)

    assert [(each.key, each.since) for each in find(FOUND_AT) if each.key == "restored"] == [
        ("restored", FOUND_AT)
    ]


def test_a_crash_before_the_file_was_written_is_no_backup():
    work_on()
    Watermark.objects.update(level=4)  # committed, and the file says 3

    watermark.admit(Past(), now=NOW)

    assert "restored" not in [each.key for each in find(NOW)]


def test_the_journal_tells_of_texts_that_went_after_the_level_rose_last():
    text = make_queued(make_user())[0]
    work_on()
    watermark.admit(Past(True, {(text.pk, 0), (-7, 1)}), now=NOW)

    with pytest.raises(Restored):
        watermark.admit(Past(True, {(text.pk, 1)}), now=NOW)


def test_a_text_that_the_database_has_never_had_tells_it_too():
    text = make_queued(make_user())[0]
    work_on()

    with pytest.raises(Restored):
        watermark.admit(Past(True, {(text.pk + 1, 1)}), now=NOW)


def test_once_it_is_seen_no_machine_sends(machine, tmp_path):
    restored()
    machine.VAR_DIR = tmp_path / "there"

    with pytest.raises(Restored, match="^This database is older"):
        watermark.check(now=NOW)


def test_a_machine_that_is_new_follows_one_that_sends(machine, tmp_path):
    work_on()
    machine.VAR_DIR = tmp_path / "there"
    for _ in range(2):
        with pytest.raises(Restored, match="^This machine has never sent"):
            watermark.check(now=NOW)
    assert [each.key for each in find(NOW) if each.key == "new_machine"] == ["new_machine"]

    machine.VAR_DIR = tmp_path / "here"
    watermark.rise(now=NOW + SECOND)
    machine.VAR_DIR = tmp_path / "there"

    assert watermark.check(now=NOW)
    assert [each.key for each in find(NOW) if each.key == "new_machine"] == []


def test_only_the_machine_is_new_somebody_says(machine, tmp_path):
    work_on()
    machine.VAR_DIR = tmp_path / "there"
    with pytest.raises(Restored):
        watermark.check(now=NOW)

    call_command("release_after_restore", "--not-restored", stdout=StringIO())

    assert watermark.check(now=NOW)
    assert AuditEvent.objects.get().verb == "sending.machine_known"


def test_nobody_says_so_of_one_that_is_certainly_restored():
    restored()

    with pytest.raises(CommandError, match="That is certain"):
        call_command("release_after_restore", "--not-restored")


# -- Until it is released ------------------------------------------------------------------


def test_the_worker_lets_nothing_go_meanwhile():
    make_simulator()
    batch = make_batch(make_user(), now=BACKUP_AT)
    old = make_queued(make_user(), valid_until=BACKUP_AT + MINUTE)
    repeat = make_repeat(make_user())
    restored()
    Repeat.objects.filter(pk=repeat.pk).update(next_at=BACKUP_AT)

    for task in (release_due, sweep, run_repeats):
        task()

    batch.refresh_from_db()
    assert batch.state == "held"
    assert states(old) == {"queued"}
    assert not Occurrence.objects.exists()


# -- Releasing it --------------------------------------------------------------------------


def test_what_may_have_gone_is_parked_and_listed_for_somebody_to_decide():
    carrier = make_simulator()
    user = make_user()
    queued = make_queued(user, [drama(1), drama(2)])
    in_hand = make_queued(
        user, state="sending", carrier=carrier, lease_until=NOW + MINUTE, attempt_count=1
    )
    planned = make_batch(user, now=NOW, send_wall=AT_3PM)
    unmade = make_batch(user, now=NOW, send_wall=AT_3PM)
    unmade.messages.all().delete()
    Batch.objects.filter(pk=unmade.pk).update(expanded_at=None)
    restored()

    told = release()

    assert told.text_count == 2 + 1 + 3 + 3
    assert states([*queued, *in_hand, *planned.messages.all(), *unmade.messages.all()]) == {
        "unknown"
    }
    assert in_doubt(LATER).count() == 9
    assert set(Message.objects.values_list("carrier", "attempt_count")) == {(carrier.pk, 1)}
    assert Attempt.objects.filter(phase="ambiguous", code="restored", number=1).count() == 9
    release_due()
    assert broken(now=LATER) == {}


def test_what_is_planned_for_later_or_came_since_goes_as_it_was_meant():
    make_simulator()
    user = make_user()
    planned = make_batch(user, now=NOW, send_wall=AT_3PM + A_DAY)
    restored()
    fresh = make_batch(user, now=FOUND_AT + MINUTE)

    assert release().text_count == 0

    assert states(planned.messages.all()) == {"scheduled"}
    assert states(fresh.messages.all()) == {"queued"}


def test_what_was_cancelled_is_not_put_in_doubt():
    make_simulator()
    texts = make_queued(make_user())
    Batch.objects.update(state="cancelled", finished_at=LATER)
    restored()

    assert release().text_count == 0
    assert states(texts) == {"cancelled"}


def test_none_goes_out_again_by_itself_though_its_carrier_takes_no_second_copy():
    make_simulator(dedupes_for_minutes=60 * 24)
    texts = make_queued(make_user())
    restored()
    release()

    assert doubt.resend(now=LATER) == 0
    sweeps.sweep(now=LATER)
    assert states(texts) == {"unknown"}


def test_times_of_repeating_messages_are_missed_and_the_next_one_goes():
    make_simulator()
    user = make_user()
    repeat = make_repeat(user)
    Watermark.objects.all().delete()
    work_on()
    restore_backup()
    with pytest.raises(Restored):
        watermark.check(now=FRIDAY + MINUTE)

    told = release(now=FRIDAY + 2 * MINUTE)

    assert told.repeat_count == 1
    missed = Occurrence.objects.get()
    assert (missed.state, missed.due_at) == ("missed", FRIDAY)
    assert missed.why.startswith("A backup of the portal was restored.")
    repeat.refresh_from_db()
    assert (repeat.state, repeat.next_at) == ("active", FRIDAY + 7 * A_DAY)
    assert repeats.waiting(now=FRIDAY + 3 * MINUTE) == []
    assert AuditEvent.objects.filter(verb="repeats.not_sent").count() == 1


def test_then_every_machine_may_send(machine, tmp_path):
    machine.VAR_DIR = tmp_path / "there"
    watermark.check(now=BACKUP_AT)
    machine.VAR_DIR = tmp_path / "here"
    restored()

    release()

    assert watermark.check(now=LATER)
    assert watermark.era() == 2
    machine.VAR_DIR = tmp_path / "there"
    assert watermark.check(now=LATER)


def test_a_backup_from_before_the_last_release_is_seen_as_well():
    restored()
    before = Watermark.objects.values().get()
    release()
    Watermark.objects.update(**{**before, "restored_at": None, "level": 99})

    with pytest.raises(Restored):
        watermark.check(now=LATER)


def test_the_command_says_what_it_did_and_it_is_written_down():
    make_simulator()
    make_queued(make_user())
    restored()
    said = StringIO()

    call_command("release_after_restore", "--dry-run", stdout=said)
    assert Message.objects.get().state == "queued"
    call_command("release_after_restore", stdout=said)

    first, second = said.getvalue().splitlines()
    words = "1 text may have gone since the backup: marked “May have been sent”, not sent again. "
    words += "0 times of repeating messages: written down as missed."
    assert first == f"{words} Nothing has been marked yet."
    assert second.startswith(f"{words} Senders may start now.")
    line = AuditEvent.objects.get(verb="sending.restored")
    assert words.rstrip(".") in line.words


def test_it_marks_nothing_where_nothing_was_restored_unless_somebody_knows():
    make_simulator()
    texts = make_queued(make_user())
    work_on()
    with pytest.raises(Refused, match="there is nothing to release"):
        release()
    assert states(texts) == {"queued"}

    services.release_after_restore(is_sure=True, by=System(), now=LATER)

    assert states(texts) == {"unknown"}


def test_a_second_time_changes_nothing():
    make_simulator()
    make_queued(make_user())
    restored()
    release()

    with pytest.raises(Refused):
        release()
    assert Attempt.objects.count() == 1
