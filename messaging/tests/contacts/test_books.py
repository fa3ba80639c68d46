"""Who sees and keeps what: S80 to S84."""

import pytest
from django.core.exceptions import PermissionDenied

from accounts.audit.models import AuditEvent
from accounts.people.signals import person_left, what_leaving_touches
from accounts.tests.make import make_admin, make_finance, make_operator, make_user
from messaging.contacts import errors, queries, receivers, services
from messaging.contacts.models import Arrival, Contact, Group
from messaging.contacts.queries import Filters
from messaging.tests.make import NOW, make_contact, make_group

pytestmark = pytest.mark.django_db

AMIRA = {"number": "+447700900118", "first_name": "Amira", "last_name": "Khan"}


def add(by, **fields):
    return services.add_contact(**{**AMIRA, **fields}, by=by, now=NOW)


def numbers(contacts):
    return [contact.number for contact in contacts]


@pytest.fixture
def admin():
    return make_admin()


@pytest.fixture
def user(admin):
    return make_user(admin.department)


def test_s80_a_user_sees_global_and_personal_contacts(admin, user):
    make_contact(admin, "+447700900001", last_name="A")
    make_contact(user, "+447700900002", last_name="B")

    assert numbers(queries.find(user, Filters())) == ["+447700900001", "+447700900002"]


def test_s81_what_an_admin_adds_is_global_and_what_a_user_adds_is_personal(admin, user):
    assert (add(admin).owner, add(user).owner) == (None, user)


def test_s82_a_personal_contact_is_seen_by_nobody_else(admin, user):
    mine = make_contact(user, first_name="Secret")
    others = [admin, make_user(user.department), make_user(), make_operator(), make_finance()]

    seen = {who.username: list(Contact.objects.visible_to(who)) for who in [user, *others]}

    assert seen == {user.username: [mine], **{who.username: [] for who in others}}


def test_s82_activity_does_not_name_a_personal_contact(user):
    contact = add(user)
    services.edit_contact(contact=contact, **AMIRA, groups=[], by=user, now=NOW)
    group = services.add_group(name="Khan family", by=user, now=NOW)
    services.rename_group(group=group, name="Khan friends", by=user, now=NOW)
    everybody = Contact.objects.filter(pk=contact.pk)
    services.join_group(contacts=everybody, group=group, by=user, now=NOW)
    services.delete_contacts(contacts=everybody, by=user, now=NOW)

    lines = list(AuditEvent.objects.order_by("pk").values_list("words", "object_name"))

    assert lines == [
        ("Added a personal contact.", ""),
        ("Changed a personal contact.", ""),
        ("Added a personal group.", ""),
        ("Renamed a personal group.", ""),
        ("Added 1 personal contact to a personal group.", ""),
        ("Deleted 1 personal contact.", ""),
    ]


def test_activity_names_a_global_contact(admin):
    add(admin)

    assert AuditEvent.objects.get().words == "Added the global contact Amira Khan."


def test_s83_a_contact_can_be_changed_deleted_and_put_back(user):
    contact = add(user)
    services.edit_contact(
        contact=contact,
        number="+447700900119",
        first_name="Amira",
        last_name="Lee",
        groups=[],
        by=user,
        now=NOW,
    )
    assert str(queries.find(user, Filters()).get()) == "Amira Lee"

    services.delete_contacts(contacts=Contact.objects.filter(pk=contact.pk), by=user, now=NOW)
    assert list(queries.find(user, Filters())) == []

    assert services.restore_contacts(deleted_at=NOW, by=user, now=NOW) == (1, 0)
    assert list(queries.find(user, Filters())) == [contact]


def test_s84_a_user_cannot_touch_a_global_contact(admin, user):
    contact = make_contact(admin)
    everybody = Contact.objects.all()

    with pytest.raises(PermissionDenied):
        services.edit_contact(contact=contact, **AMIRA, groups=[], by=user, now=NOW)
    assert services.delete_contacts(contacts=everybody, by=user, now=NOW) == 0
    with pytest.raises(PermissionDenied):
        services.join_group(contacts=everybody, group=make_group(admin), by=user, now=NOW)


@pytest.mark.parametrize("make", [make_operator, make_finance])
def test_who_keeps_no_contacts_adds_none(make):
    with pytest.raises(PermissionDenied):
        add(make())


def test_the_same_number_may_be_global_and_personal_but_once_in_a_book(admin, user):
    add(admin)
    add(user)

    with pytest.raises(errors.NumberTaken) as refused:
        add(user, first_name="Somebody", last_name="Else")

    assert refused.value.words == (
        "07700 900118 is in your contacts already, as Amira Khan. Change that contact instead."
    )


def test_a_number_that_is_being_imported_is_refused_in_words(admin):
    make_contact(admin, AMIRA["number"], arrival=Arrival.objects.create())

    with pytest.raises(errors.NumberArriving):
        add(admin)


def test_contacts_on_their_way_are_seen_by_nobody_until_they_arrive(admin, user):
    arrival = Arrival.objects.create()
    contact = make_contact(admin, arrival=arrival)
    group = make_group(admin, contacts=[contact])
    seen = queries.find(user, Filters()), queries.groups_of(user).values_list("people_count")
    before = list(seen[0]), list(seen[1])

    arrival.at = NOW
    arrival.save()

    assert before == ([], [(0,)])
    assert list(seen[0].all()) == [contact]
    assert list(queries.find(user, Filters(group=group.uid))) == [contact]
    assert queries.groups_of(user).get().people_count == 1


@pytest.mark.parametrize(
    "words",
    [
        "07700 900118",
        "7700900118",
        "+44 7700 900118",
        "0044 7700-900118",
        "900118",
        "(07700) 900118",
    ]
    + ["amira", "khan AMIRA", "  Khan ", "ami kh"],
)
def test_a_contact_is_found_by_name_or_by_number_in_any_format(user, words):
    add(user)
    make_contact(user, "+447700900555", first_name="Ben", last_name="Ash")

    assert numbers(queries.find(user, Filters(words=words.strip()))) == ["+447700900118"]


def test_contacts_are_narrowed_by_type_and_group(admin, user):
    shared, mine = make_contact(admin), make_contact(user)
    group = make_group(user, contacts=[shared])

    assert list(queries.find(user, Filters(scope="global"))) == [shared]
    assert list(queries.find(user, Filters(scope="personal"))) == [mine]
    assert list(queries.find(user, Filters(group=group.uid))) == [shared]


def test_somebody_elses_group_narrows_to_nobody(user):
    other = make_user(user.department)
    group = make_group(other, contacts=[make_contact(user)])

    assert list(queries.find(user, Filters(group=group.uid))) == []


def test_s91_selecting_all_is_one_action_and_one_line(admin):
    for _ in range(5):
        make_contact(admin)
    group = make_group(admin, "Year 1")

    joined = services.join_group(
        contacts=queries.find(admin, Filters()), group=group, by=admin, now=NOW
    )
    again = services.join_group(
        contacts=queries.find(admin, Filters()), group=group, by=admin, now=NOW
    )

    assert (joined, again) == (5, 0)
    assert [event.words for event in AuditEvent.objects.all()] == [
        "Added 5 global contacts to the global group Year 1."
    ]


def test_a_global_group_takes_no_personal_contact(admin, user):
    group, mine = make_group(admin), make_contact(user)
    make_contact(admin)

    services.join_group(contacts=Contact.objects.all(), group=group, by=admin, now=NOW)

    assert mine not in group.contacts.all()
    assert group.contacts.count() == 1


def test_a_personal_group_may_hold_global_contacts(admin, user):
    group = make_group(user)
    make_contact(admin)

    assert services.join_group(contacts=Contact.objects.all(), group=group, by=user, now=NOW) == 1


def test_leaving_a_group_keeps_the_contact(user):
    contact = make_contact(user)
    group = make_group(user, contacts=[contact])

    assert services.leave_group(contacts=Contact.objects.all(), group=group, by=user, now=NOW) == 1
    assert list(queries.find(user, Filters())) == [contact]
    assert group.contacts.count() == 0


def test_a_contact_that_was_added_again_does_not_come_back_twice(user):
    make_contact(user, AMIRA["number"])
    make_contact(user, "+447700900555")
    services.delete_contacts(contacts=Contact.objects.all(), by=user, now=NOW)
    again = add(user)

    assert services.restore_contacts(deleted_at=NOW, by=user, now=NOW) == (1, 1)
    assert again in queries.find(user, Filters())


def test_undo_puts_back_no_other_deletion_and_nobody_elses(admin, user):
    mine, other = make_contact(user, deleted_at=NOW), make_contact(make_user(user.department))
    Contact.objects.filter(pk=other.pk).update(deleted_at=NOW)
    earlier = make_contact(user, deleted_at=NOW.replace(hour=1))

    services.restore_contacts(deleted_at=NOW, by=user, now=NOW)

    deleted = Contact.objects.filter(deleted_at__isnull=False)
    assert set(deleted) == {other, earlier}
    assert queries.find(user, Filters()).get() == mine


def test_a_group_name_is_one_group_however_it_is_written(user):
    services.add_group(name="Fire wardens", by=user, now=NOW)

    with pytest.raises(errors.GroupTaken):
        services.add_group(name="fire  WARDENS", by=user, now=NOW)


def test_a_deleted_group_comes_back_with_its_people(user):
    contact = make_contact(user)
    group = make_group(user, contacts=[contact])

    services.delete_group(group=group, by=user, now=NOW)
    assert list(Group.objects.visible_to(user).live()) == []
    services.restore_group(group=group, by=user, now=NOW)

    assert list(queries.find(user, Filters(group=group.uid))) == [contact]


def test_duplicates_are_found_by_name_and_merged_into_one(user):
    keep = make_contact(user, first_name="Ann", last_name="Lee")
    other = make_contact(user, first_name="ann", last_name="LEE")
    make_contact(user, first_name="Ann", last_name="Leeson")
    group = make_group(user, contacts=[other])
    found = queries.same_names(user)

    count = services.merge(keep=keep, others=Contact.objects.filter(pk=other.pk), by=user, now=NOW)

    assert [set(cluster) for cluster in found] == [{keep, other}]
    assert count == 1
    assert list(queries.find(user, Filters(group=group.uid))) == [keep]
    assert queries.same_names(user) == []


def test_a_leavers_contacts_go_to_a_colleague(user):
    heir = make_user(user.department)
    moved = make_contact(user, "+447700900001")
    doubled = make_contact(user, "+447700900002", first_name="Old")
    known = make_contact(heir, "+447700900002", first_name="Known")
    make_group(user, "Wardens", [moved, doubled])
    make_group(user, "Rowers", [doubled])
    wardens = make_group(heir, "wardens")

    answers = what_leaving_touches.send(None, person=user)
    asked = next(dict(said) for who, said in answers if who is receivers.count_contacts)
    person_left.send(None, person=user, by=heir, now=NOW, heir=heir)

    assert asked == {"personal contacts": 2, "personal groups": 2}
    assert set(queries.find(heir, Filters())) == {moved, known}
    assert set(queries.find(heir, Filters(group=wardens.uid))) == {moved, known}
    rowers = Group.objects.visible_to(heir).live().get(name="Rowers")
    assert list(queries.find(heir, Filters(group=rowers.uid))) == [known]


def test_a_leavers_contacts_are_deleted_without_a_colleague(user):
    make_group(user, contacts=[make_contact(user)])

    person_left.send(None, person=user, by=user, now=NOW, heir=None)

    assert list(queries.find(user, Filters())) == []
    assert list(queries.groups_of(user)) == []
