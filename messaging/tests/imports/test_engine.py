"""Nobody sees half, anything may be cut off, and undo restores exactly."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.audit.models import AuditEvent
from accounts.tests.make import make_admin, make_user
from messaging.contacts import queries as contacts
from messaging.contacts import services as book_services
from messaging.contacts.models import Contact, Group, Membership
from messaging.contacts.queries import Filters
from messaging.imports import errors, queries, services, tasks
from messaging.imports.engine import applying, running, statements, sweeping
from messaging.imports.models import UNDO_FOR, ImportRow
from messaging.imports.states import State
from messaging.tests.imports.walk import AMIRA, BEN, book, members
from messaging.tests.make import NOW, make_contact, make_group

pytestmark = pytest.mark.django_db

FILE = b"Mobile,FirstName,LastName,Group\n07700900118,Amira,Khan,Lab A\n7700900119,Ben,Lee,Lab B\n"
LATER = NOW + dt.timedelta(minutes=5)


def checked(by, content=FILE, everyone="", **start):
    batch = services.start(source=content, name="people.csv", by=by, now=NOW, **start)
    targets = [column["target"] for column in batch.columns]
    services.match_columns(batch=batch, targets=targets, has_headings=True, by=by, now=NOW)
    on = list(batch.groups.values_list("number", flat=True))
    services.choose_groups(batch=batch, on=on, everyone=everyone, by=by, now=NOW)
    return batch


def applied(by, content=FILE, policy="overwrite", **start):
    batch = checked(by, content, **start)
    services.apply(batch=batch, policy=policy, by=by, now=NOW)
    return batch


def undone(batch, now=LATER):
    services.undo(batch=batch, by=batch.person, now=now)
    return batch


def seen(person):
    """Everything that the pages show: names, numbers, groups with their people."""
    groups = contacts.groups_of(person)
    return (
        [(c.number, c.first_name, c.last_name) for c in contacts.find(person, Filters())],
        [(g.name, g.people_count, members(g.name)) for g in groups],
    )


def from_elsewhere(look):
    """What another connection sees now, as a page would."""

    def work():
        try:
            return look()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as elsewhere:
        return elsewhere.submit(work).result()


@pytest.mark.django_db(transaction=True)
def test_nobody_sees_half_of_an_import_or_of_its_undo(admin, monkeypatch):
    make_group(admin, "Lab A", [make_contact(admin, "+447700900118", first_name="Amy")])
    looks, run = [], statements.run

    def looked_at(*args, **kwargs):
        looks.append(from_elsewhere(lambda: seen(admin)))
        count = run(*args, **kwargs)
        looks.append(from_elsewhere(lambda: seen(admin)))
        return count

    monkeypatch.setattr(statements, "run", looked_at)
    before = seen(admin)
    batch = applied(admin)
    after, while_applying = seen(admin), list(looks)
    looks.clear()
    undone(batch)

    def halves(looks, first, last):
        return [look for look in looks if look not in (first, last)]

    assert after[0] == [AMIRA, BEN]
    assert halves(while_applying, before, after) == []
    assert halves(looks, after, before) == []
    assert seen(admin) == before
    assert len(while_applying) > 6
    assert len(looks) > 6


@pytest.mark.parametrize("calls", range(1, 8))
def test_an_import_that_was_cut_off_goes_on_where_it_was(admin, monkeypatch, calls):
    make_group(admin, "Lab A", [make_contact(admin, "+447700900118", first_name="Amy")])
    batch = checked(admin)
    run, left = statements.run, iter(range(calls - 1))

    def cut(*args, **kwargs):
        if next(left, None) is None:
            raise KeyboardInterrupt
        return run(*args, **kwargs)

    monkeypatch.setattr(statements, "run", cut)
    try:
        services.apply(batch=batch, policy="overwrite", by=admin, now=NOW)
    except KeyboardInterrupt:
        monkeypatch.setattr(statements, "run", run)
        services.run(import_id=batch.pk, now=LATER)
    batch.refresh_from_db()

    assert batch.state == State.APPLIED
    assert (book(), members("Lab A"), members("Lab B")) == (
        [AMIRA, BEN],
        [AMIRA[0]],
        [BEN[0]],
    )
    assert {k: batch.counts[k] for k in ("new", "changed", "unchanged")} == {
        "new": 1,
        "changed": 1,
        "unchanged": 0,
    }
    assert AuditEvent.objects.filter(verb="imports.applied").count() == 1


def test_a_lost_bell_is_rung_again_by_the_sweep(admin, django_capture_on_commit_callbacks):
    batch = checked(admin)
    type(batch).objects.filter(pk=batch.pk).update(state=State.CHECKING)

    with django_capture_on_commit_callbacks(execute=True):
        tasks.imports_waiting.apply()
    batch.refresh_from_db()

    assert batch.state == State.CHECKED


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_work_on_one_book(admin):
    first, second = checked(admin), checked(admin)
    type(first).objects.update(state=State.CHECKING)

    with running.turn(first.pk) as mine:
        other_ran = from_elsewhere(lambda: services.run(import_id=second.pk, now=LATER))
        assert (mine, other_ran) == (first, False)
    assert services.run(import_id=second.pk, now=LATER)


def test_an_import_that_fails_again_and_again_is_given_up_and_leaves_nothing(admin, monkeypatch):
    batch = checked(admin)

    def fail(*_):
        raise RuntimeError

    monkeypatch.setattr(applying, "_show", fail)
    with pytest.raises(RuntimeError):
        services.apply(batch=batch, policy="overwrite", by=admin, now=NOW)
    for _ in range(running.ATTEMPTS - 1):
        with pytest.raises(RuntimeError):
            services.run(import_id=batch.pk, now=LATER)
    services.run(import_id=batch.pk, now=LATER)
    batch.refresh_from_db()

    assert batch.state == State.FAILED
    assert not Contact.objects.filter(deleted_at__isnull=True).exists()
    assert not Group.objects.live().exists()
    book_services.add_contact(number=AMIRA[0], first_name="", last_name="", by=admin, now=LATER)


def test_undo_restores_the_book_exactly(admin):
    known = make_contact(admin, AMIRA[0], first_name="Amy")
    make_group(admin, "Lab A", [make_contact(admin, "+447700900555")])
    make_group(admin, "Other", [known])
    before = seen(admin), list(Membership.objects.values_list("group", "contact"))

    batch = applied(admin)
    assert seen(admin) != before[0]
    undone(batch)

    assert (seen(admin), list(Membership.objects.values_list("group", "contact"))) == before
    assert batch.state == State.UNDONE
    assert AuditEvent.objects.latest("pk").words == (
        "Undid the import of global contacts from people.csv."
    )


def test_undo_leaves_what_somebody_changed_since_and_lists_it(admin):
    known = make_contact(admin, AMIRA[0], first_name="Amy")
    batch = applied(admin)
    ben = Contact.objects.get(number=BEN[0])
    for contact in (known, ben):
        contact.refresh_from_db()
        book_services.edit_contact(
            contact=contact,
            number=contact.number,
            first_name="Edited",
            last_name="",
            groups=contact.groups.all(),
            by=admin,
            now=LATER,
        )

    undone(batch, now=LATER + dt.timedelta(minutes=1))

    assert book() == [(AMIRA[0], "Edited", ""), (BEN[0], "Edited", "")]
    assert members("Lab B") == [BEN[0]]
    assert [row.number for row in queries.kept(batch)] == [AMIRA[0], BEN[0]]


def test_undo_leaves_a_contact_that_joined_another_group_since(admin):
    batch = applied(admin)
    wardens = make_group(admin, "Wardens")
    book_services.join_group(
        contacts=Contact.objects.filter(number=BEN[0]), group=wardens, by=admin, now=LATER
    )

    undone(batch)

    assert book() == [BEN]
    assert members("Wardens") == [BEN[0]]


def test_an_undone_file_can_be_imported_and_undone_again(admin):
    for _ in range(2):
        batch = applied(admin)
        assert book() == [AMIRA, BEN]
        undone(batch)
        assert book() == []


def test_undo_is_over_after_a_day(admin):
    batch = applied(admin)

    with pytest.raises(errors.UndoOver):
        undone(batch, now=NOW + UNDO_FOR)


def test_a_name_that_a_person_changed_during_the_import_stays(admin, monkeypatch):
    contact = make_contact(admin, AMIRA[0], first_name="Amy")
    batch = checked(admin)
    show = applying._show

    def edited_first(*args):
        Contact.objects.filter(pk=contact.pk).update(first_name="Mine")
        show(*args)

    monkeypatch.setattr(applying, "_show", edited_first)
    services.apply(batch=batch, policy="overwrite", by=admin, now=NOW)

    assert book()[0] == (AMIRA[0], "Mine", "")


def test_a_group_that_was_made_during_the_import_is_used(admin, monkeypatch):
    batch = checked(admin)
    show = applying._show

    def group_first(*args):
        make_group(admin, "LAB A")
        show(*args)

    monkeypatch.setattr(applying, "_show", group_first)
    services.apply(batch=batch, policy="overwrite", by=admin, now=NOW)

    assert [g.name for g in contacts.groups_of(admin)] == ["LAB A", "Lab B"]
    assert members("LAB A") == [AMIRA[0]]


def test_department_b_sees_nothing_and_its_numbers_are_its_own(admin):
    other = make_admin()
    make_contact(other, AMIRA[0], first_name="Theirs")

    applied(admin)

    assert seen(other) == ([(AMIRA[0], "Theirs", "")], [])
    assert seen(make_user(admin.department))[0] == [AMIRA, BEN]


def test_files_and_rows_are_forgotten_after_a_day(admin, settings):
    waiting, done = checked(admin), applied(admin)
    day = NOW + UNDO_FOR

    sweeping.forget(day - dt.timedelta(seconds=1))
    assert len(list(settings.UPLOAD_DIR.iterdir())) == 2
    sweeping.forget(day + dt.timedelta(seconds=1))
    for batch in (waiting, done):
        batch.refresh_from_db()

    assert list(settings.UPLOAD_DIR.iterdir()) == []
    assert (waiting.state, done.state) == (State.CANCELLED, State.APPLIED)
    assert not ImportRow.objects.filter(batch=done).exists()
    assert book() == [AMIRA, BEN]


def test_a_big_file_goes_to_the_worker(admin, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(services, "AT_ONCE", 1)
    with django_capture_on_commit_callbacks() as rung:
        batch = checked(admin)
    assert batch.state == State.CHECKING

    for ring in rung:
        ring()
    batch.refresh_from_db()

    assert batch.state == State.CHECKED


def test_a_thousand_rows_are_a_few_statements(admin, django_assert_max_num_queries):
    lines = [f"07700900{n:03d},Ann,L{n},Lab A" for n in range(1000)]
    content = "\n".join(["Mobile,FirstName,LastName,Group", *lines]).encode()
    batch = checked(admin, content)

    with django_assert_max_num_queries(60):
        services.apply(batch=batch, policy="overwrite", by=admin, now=NOW)

    assert batch.counts["new"] == 1000
