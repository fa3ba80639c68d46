"""What an import leaves behind, and whose it is."""

import pytest

from accounts.audit.models import AuditEvent
from accounts.tests.make import make_admin, make_finance, make_operator, make_user
from messaging.contacts.models import Contact
from messaging.imports.models import Import
from messaging.imports.states import State
from messaging.senders.models import OptOut
from messaging.tests.imports.walk import SEED_FILE, Wizard, book, members, words
from messaging.tests.make import NOW, make_contact, make_group

pytestmark = pytest.mark.django_db


def test_importing_the_same_file_again_changes_nothing(wizard):
    content = SEED_FILE.replace("LastName", "LastName,Group").replace("Khan", "Khan,Lab A")
    wizard.through(content)
    before = list(Contact.objects.values_list("pk", "updated_at"))

    batch = wizard.through(content)

    assert batch.counts["new"] == batch.counts["changed"] == 0
    assert batch.counts["unchanged"] == 2
    assert list(Contact.objects.values_list("pk", "updated_at")) == before


def test_the_result_says_what_came_of_it_and_who_stays_opted_out(wizard, admin):
    OptOut.objects.create(department=admin.department, number="+447700900118", at=NOW)
    wizard.through(SEED_FILE.replace("Name\n", "Name,Group\n").replace("Lee", "Lee,Lab A"))

    page = words(wizard.client.get(wizard.at("show")))

    for shown in ("2 contacts imported", "Lab A, 1 person.", "1 stays opted out", "07700 900118"):
        assert shown in page
    assert OptOut.objects.get().lifted_at is None
    assert AuditEvent.objects.latest("pk").words == (
        "Imported global contacts from people.csv: 2 new, 0 changed, 0 as they were."
    )


def test_activity_says_nothing_about_the_people_of_a_personal_import(client, user):
    Wizard(client, user).through(SEED_FILE)

    line = AuditEvent.objects.latest("pk")
    assert (line.words, line.object_name) == (
        "Imported personal contacts: 2 new, 0 changed, 0 as they were.",
        "",
    )


def test_an_import_is_cancelled_and_its_file_deleted_at_once(wizard, settings):
    wizard.upload(SEED_FILE)
    assert len(list(settings.UPLOAD_DIR.iterdir())) == 1

    page = wizard.client.post(wizard.at("cancel"), follow=True)

    assert "Nothing has changed." in words(page)
    assert list(settings.UPLOAD_DIR.iterdir()) == []


def test_pressing_import_twice_imports_once(wizard):
    wizard.through(SEED_FILE)

    answer = wizard.press()

    assert answer.url == wizard.at("show")
    assert len(book()) == 2


def test_replacing_a_groups_members_by_a_file(wizard, admin):
    stays, goes = make_contact(admin, "+447700900118"), make_contact(admin, "+447700900555")
    group = make_group(admin, "Lab A", [stays, goes])

    wizard.upload(SEED_FILE, query=f"?group={group.uid}")
    wizard.columns()
    wizard.groups()
    wizard.press()
    assert members("Lab A") == ["+447700900118", "+447700900119"]
    assert len(book()) == 3

    wizard.client.post(wizard.at("undo"))
    assert members("Lab A") == ["+447700900118", "+447700900555"]


def test_a_user_cannot_replace_a_global_group(client, admin, user):
    group = make_group(admin)

    answer = Wizard(client, user).upload(SEED_FILE, query=f"?group={group.uid}")

    assert answer.status_code == 404


def test_nobody_else_sees_an_import(client, admin, user):
    wizard = Wizard(client, user)
    wizard.upload(SEED_FILE)
    pages = ["show", "columns", "groups", "check", "bad_rows"]

    for other in (admin, make_user(user.department), make_admin(), make_user()):
        client.force_login(other)
        assert [client.get(wizard.at(page)).status_code for page in pages] == [404] * 5
        assert [client.post(wizard.at(p)).status_code for p in ("undo", "cancel")] == [404] * 2
    for other in (make_operator(), make_finance()):
        client.force_login(other)
        assert client.get(wizard.at("show")).status_code == 403
    assert Import.objects.get().state == State.MATCHING
