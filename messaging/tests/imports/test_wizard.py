"""The four steps: S84 to S90, and T4."""

import pytest
from django.urls import reverse

from messaging.contacts.models import Group
from messaging.tests.imports.walk import AMIRA, BEN, SEED_FILE, Wizard, book, members, words
from messaging.tests.make import make_contact, make_group

pytestmark = pytest.mark.django_db


def test_s84_an_admins_import_is_global(wizard):
    wizard.through(SEED_FILE)

    assert book(owner=None) == [AMIRA, BEN]


def test_s84_a_users_import_is_personal(client, user):
    Wizard(client, user).through(SEED_FILE)

    assert (book(owner=user), book(owner=None)) == ([AMIRA, BEN], [])


def test_s85_the_first_page_explains_group_columns(wizard):
    page = words(wizard.client.get(reverse("imports:start")))

    assert "Lab group A; Fire wardens" in page


def test_s86_a_missing_first_0_is_put_back_and_counted(wizard):
    batch = wizard.through(SEED_FILE)

    assert book()[0] == AMIRA
    assert batch.counts["repaired"] == 1


def test_s87_s88_the_template_needs_no_choices(wizard):
    wizard.upload(SEED_FILE)

    assert [c["target"] for c in wizard.batch.columns] == ["mobile", "first_name", "last_name"]
    assert wizard.columns().url == wizard.at("groups")


def test_s88_the_mapping_can_be_edited(wizard):
    wizard.upload("Who,Ring\nKhan,07700900118\n")
    assert [c["target"] for c in wizard.batch.columns] == ["skip", "mobile"]

    wizard.columns(col0="last_name")
    wizard.groups()
    wizard.press()

    assert book() == [("+447700900118", "", "Khan")]


def test_t4_a_groups_column_and_ticked_columns_become_groups(wizard):
    wizard.upload(
        "Mobile,Groups,Fire wardens,Tutor\n"
        "07700900118,Lab A; Lab B,x,Dr Marsh\n"
        "07700900119,lab a,,Prof Iyer\n"
        "07700900120,,YES,\n"
    )
    assert [c["target"] for c in wizard.batch.columns] == ["mobile", "groups", "ticked", "skip"]
    wizard.columns()
    page = words(wizard.client.get(wizard.at("groups")))
    for shown in ("Lab A (2), named in the column Groups", "Fire wardens (2), ticked in"):
        assert shown in page

    wizard.groups()
    wizard.press()

    assert (members("Lab A"), members("Lab B"), members("Fire wardens")) == (
        ["+447700900118", "+447700900119"],
        ["+447700900118"],
        ["+447700900118", "+447700900120"],
    )


def test_s89_a_group_can_be_switched_off_and_everyone_put_in_one(wizard):
    wizard.upload("Mobile,Group\n07700900118,Lab A\n07700900119,Lab B\n")
    wizard.columns()

    wizard.groups(on=[0], everyone="Year 2")
    wizard.press()

    assert sorted(Group.objects.live().values_list("name", flat=True)) == ["Lab A", "Year 2"]
    assert members("Year 2") == ["+447700900118", "+447700900119"]


def test_known_groups_are_joined_however_they_are_written(wizard, admin):
    make_group(admin, "Lab A", [make_contact(admin, "+447700900555")])

    wizard.through("Mobile,Group\n07700900118,LAB a\n")

    assert members("Lab A") == ["+447700900118", "+447700900555"]


def test_s90_the_dry_run_counts_new_changed_unchanged_and_invalid(wizard, admin):
    make_contact(admin, "+447700900118", first_name="Amira", last_name="Khan")
    make_contact(admin, "+447700900119", first_name="Ben", last_name="Old")
    wizard.upload(SEED_FILE + "07700900120,New,\n0770 90012,Short,One\n7700900118,Amira,Khan\n")
    wizard.columns()
    wizard.groups()

    page = wizard.check()
    dry_run = page.context["dry_run"]

    assert (dry_run.new, dry_run.known, dry_run.changed["overwrite"]) == (1, 2, 1)
    assert page.context["batch"].counts == {
        "rows": 5,
        "ok": 3,
        "invalid": 1,
        "duplicate": 1,
        "repaired": 2,
    }
    change = page.context["changes"][0]
    assert (change.before, change.overwrite, change.fill) == ("Ben Old", "Ben Lee", "Ben Old")
    for shown in ("Import 3 contacts", "This is too short.", "Override duplicates: 1 changes"):
        assert shown in words(page)


@pytest.mark.parametrize(
    ("policy", "after"),
    [
        ("overwrite", [("+447700900118", "Amira", "Khan"), ("+447700900119", "Ben", "Lee")]),
        ("fill", [("+447700900118", "Amy", "Khan"), ("+447700900119", "Ben", "Lee")]),
        ("keep", [("+447700900118", "Amy", ""), ("+447700900119", "", "")]),
    ],
)
def test_s90_who_is_there_already_is_overridden_filled_or_kept(wizard, admin, policy, after):
    make_contact(admin, "+447700900118", first_name="Amy")
    make_contact(admin, "+447700900119")

    wizard.through(SEED_FILE, policy=policy)

    assert book() == after


def test_an_empty_cell_never_empties_a_name(wizard, admin):
    make_contact(admin, "+447700900118", first_name="Amira", last_name="Khan")

    wizard.through("Mobile,FirstName,LastName\n07700900118,Amy,\n")

    assert book() == [("+447700900118", "Amy", "Khan")]


def test_a_number_in_two_rows_is_one_contact_in_the_groups_of_both(wizard):
    wizard.through("Mobile,FirstName,Group\n07700900118,,Lab A\n+44 7700 900118,Amira,Lab B\n")

    assert book() == [("+447700900118", "Amira", "")]
    assert members("Lab A") == members("Lab B") == ["+447700900118"]


def test_wrong_rows_are_corrected_on_the_page(wizard):
    wizard.upload("Mobile,FirstName,Group\n0770 90012,Amira,Lab A\n07700900119,Ben,Lab A\n")
    wizard.columns()
    wizard.groups()

    answer = wizard.client.post(wizard.at("check"), {"recheck": 1, "fix-2": "07700 900120"})
    assert "Import 2 contacts" in words(answer)
    wizard.press()

    assert book() == [("+447700900119", "Ben", ""), ("+447700900120", "Amira", "")]
    assert members("Lab A") == ["+447700900119", "+447700900120"]


def test_a_correction_to_a_number_that_another_row_has_joins_that_row(wizard):
    wizard.upload("Mobile,FirstName,Group\n0770 90012,Amira,Lab A\n07700900119,Ben,Lab B\n")
    wizard.columns()
    wizard.groups()

    wizard.press(**{"fix-2": "07700 900119"})

    assert book() == [("+447700900119", "Ben", "")]
    assert members("Lab A") == ["+447700900119"]
    assert wizard.batch.counts["duplicate"] == 1


def test_a_correction_that_is_wrong_too_stops_the_import_and_is_kept(wizard):
    wizard.upload("Mobile\n0770 90012\n07700900119\n")
    wizard.columns()
    wizard.groups()

    answer = wizard.press(**{"fix-2": "01632 960418"})

    assert answer.status_code == 422
    assert 'value="01632 960418"' in words(answer)
    assert "This is a landline." in words(answer)
    assert book() == []
