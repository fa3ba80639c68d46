"""Who a message goes to: one basket, each person once."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.tests.make import make_department, make_user
from messaging.compose.engine import deeds
from messaging.compose.services import recipients
from messaging.contacts.models import Contact
from messaging.senders.models import OptOut
from messaging.sending.models import BasketRow, Batch, RowState
from messaging.tests.compose.writing import Writer, make_contacts, make_group
from messaging.tests.make import NOW, drama

pytestmark = pytest.mark.django_db

FORMATS = (
    "07700900{n:03d}",
    "07700 900{n:03d}",
    "+447700900{n:03d}",
    "+44 7700 900{n:03d}",
    "0044 7700 900{n:03d}",
    "447700900{n:03d}",
    "7700900{n:03d}",
    "(07700) 900-{n:03d}",
)
SEPARATORS = (",", ";", "\n", "\t", " , ", "; ", "\r\n", ",\n", "  ", " ")


@given(
    people=st.lists(
        st.tuples(st.integers(0, 999), st.sampled_from(FORMATS), st.sampled_from(SEPARATORS)),
        min_size=1,
        max_size=15,
    )
)
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
def test_any_mix_of_separators_and_formats_gives_exactly_these_people(people):
    writer = Writer(make_user())
    typed = "".join(form.format(n=n) + separator for n, form, separator in people)

    writer.press(numbers=typed)

    assert writer.numbers() == list(dict.fromkeys(drama_of(n) for n, _, _ in people))
    assert writer.numbers(RowState.REFUSED) == []


def drama_of(n):
    return f"+447700900{n:03d}"


def test_a_name_beside_a_number_is_kept():
    writer = Writer(make_user(), numbers="Aoife Brennan 07700900001\n07700900002 Callum")

    writer.press()

    rows = BasketRow.objects.order_by("row_no").values_list("first_name", "last_name", "number")
    assert list(rows) == [("Aoife", "Brennan", drama(1)), ("Callum", "", drama(2))]


def test_a_wrong_number_stays_and_the_others_go():
    writer = Writer(make_user(), numbers="0770 90012, 07700900001, 02079460000")

    writer.press()

    assert writer.numbers() == [drama(1)]
    why = BasketRow.objects.filter(state=RowState.REFUSED).order_by("row_no")
    assert [row.why for row in why] == [
        "0770 90012 is too short. A UK mobile number has 11 digits; this has 9.",
        "02079460000 is a landline. Texts can only go to mobiles.",
    ]
    assert "2 numbers need correcting" in writer.page()


def test_who_is_in_two_sources_stays_when_one_is_removed():
    user = make_user()
    contacts = make_contacts(user, 4)
    first, second = make_group(user, contacts[:3], "A"), make_group(user, contacts[1:], "B")
    writer = Writer(user, group=[str(first.uid), str(second.uid)])
    writer.press()
    assert sorted(writer.numbers(RowState.DUPLICATE)) == [drama(1), drama(2)]

    writer.typed["group-was"] = writer.typed["group"]
    writer.press(remove=f"group:{first.uid}")

    assert sorted(writer.numbers()) == [drama(1), drama(2), drama(3)]
    assert writer.numbers(RowState.DUPLICATE) == []


def test_unticking_takes_out_what_was_ticked():
    user = make_user()
    one, two = make_contacts(user, 2)
    writer = Writer(user, contact=[str(one.uid), str(two.uid)])
    writer.press()

    writer.press(contact=[str(two.uid)], **{"contact-was": [str(one.uid), str(two.uid)]})

    assert writer.numbers() == [two.number]


def test_ticks_that_a_search_does_not_show_stay():
    user = make_user()
    one, two = make_contacts(user, 2)
    writer = Writer(user, contact=[str(one.uid)])
    writer.press()

    writer.press(contact=[str(two.uid)])

    assert sorted(writer.numbers()) == [one.number, two.number]


def test_a_personal_and_a_global_contact_with_one_number_are_one_person():
    user = make_user()
    shared = make_contacts(user, 1)
    own = make_contacts(user, 1, owner=user)
    writer = Writer(user, group=[str(make_group(user, shared + own).uid)])

    writer.press()

    assert writer.numbers() == [drama(0)]
    assert writer.numbers(RowState.DUPLICATE) == [drama(0)]


def test_a_personal_contacts_name_is_marked_private():
    user = make_user()
    shared, own = make_contacts(user, 1)[0], make_contacts(user, 1, start=1, owner=user)[0]
    Writer(user, contact=[str(shared.uid), str(own.uid)]).press()

    marked = dict(BasketRow.objects.values_list("number", "is_private"))
    assert marked == {shared.number: False, own.number: True}


def test_people_who_opted_out_are_counted_and_left_out():
    user = make_user()
    contacts = make_contacts(user, 3)
    OptOut.objects.create(department=user.department, number=drama(1), at=NOW)
    OptOut.objects.create(department=None, number=drama(2), at=NOW)
    OptOut.objects.create(department=make_department(), number=drama(0), at=NOW)
    writer = Writer(user, group=[str(make_group(user, contacts).uid)])

    writer.press()

    assert writer.numbers() == [drama(0)]
    assert sorted(writer.numbers(RowState.OPTED_OUT)) == [drama(1), drama(2)]


def test_nobody_reaches_contacts_and_groups_of_others():
    user, colleague, stranger = make_user(), None, make_user()
    colleague = make_user(user.department)
    private = make_contacts(user, 1, owner=colleague)
    foreign = make_contacts(stranger, 1, start=1)
    groups = [
        make_group(user, private, "Private", owner=colleague),
        make_group(stranger, foreign, "Foreign"),
    ]
    writer = Writer(
        user,
        contact=[str(each.uid) for each in private + foreign],
        group=[str(each.uid) for each in groups],
    )

    writer.press()
    writer.press("all", scope="global", find="")
    writer.press("all", scope="personal", find="")

    assert BasketRow.objects.count() == 0
    page = writer.page()
    assert "Private" not in page
    assert "Foreign" not in page


def test_select_all_takes_what_the_search_shows():
    user = make_user()
    make_contacts(user, 5)
    make_contacts(user, 2, start=10, first_name="Kwame")
    writer = Writer(user)

    writer.press("all", scope="global", find="kwame")

    assert sorted(writer.numbers()) == [drama(10), drama(11)]


def test_deleted_contacts_are_not_chosen():
    user = make_user()
    contacts = make_contacts(user, 2)
    group = make_group(user, contacts)
    Contact.objects.filter(pk=contacts[0].pk).update(deleted_at=NOW)
    writer = Writer(user, group=[str(group.uid)])

    writer.press()

    assert writer.numbers() == [drama(1)]


def test_what_is_no_uid_is_passed_over():
    writer = Writer(make_user(), contact=["1; DROP TABLE"], group=["x"], template="y")

    assert writer.press().status_code == 302
    assert writer.numbers() == []


def test_over_two_thousand_people_are_added_by_the_worker(django_capture_on_commit_callbacks):
    user = make_user()
    group = make_group(user, make_contacts(user, 2_500))
    writer = Writer(user, group=[str(group.uid)], message="Hello")

    with django_capture_on_commit_callbacks() as bells:
        writer.press()
    assert writer.numbers() == []
    assert "still adding" in writer.page()

    refused = writer.press("send", **{"group-was": [str(group.uid)]})
    assert refused.status_code == 422
    assert "People are still being added. Send it in a moment." in refused.content.decode()
    assert Batch.objects.count() == 0

    for bell in bells:
        bell()
    assert len(writer.numbers()) == 2_500
    assert "<b>2,500 people</b>" in writer.page()


def test_a_lost_bell_is_found_by_the_sweep():
    user = make_user()
    writer = Writer(user, group=[str(make_group(user, make_contacts(user, 2_100)).uid)])
    writer.press()

    recipients.fill_all_waiting()

    assert len(writer.numbers()) == 2_100
    assert writer.draft.waiting == []


def test_a_worker_that_died_half_way_leaves_nobody_twice():
    user = make_user()
    group = make_group(user, make_contacts(user, 1_500))
    writer = Writer(user)
    writer.press()
    deed = {"do": "group", "uid": str(group.uid)}
    deeds.do(writer.draft, deed, now=NOW)
    BasketRow.objects.filter(row_no__gte=1_000).delete()

    deeds.do(writer.draft, deed, now=NOW)

    assert len(writer.numbers()) == 1_500
    assert BasketRow.objects.count() == 1_500


def test_the_page_asks_no_more_of_the_database_for_more_people():
    user = make_user()
    make_contacts(user, 300)
    few = queries_of_a_page_with_all(user)
    make_contacts(user, 1_500, start=300)
    many = queries_of_a_page_with_all(user)

    assert many == few


def queries_of_a_page_with_all(user):
    writer = Writer(user, message="Hi ((first name))")
    writer.press("all", scope="global", find="")
    with CaptureQueriesContext(connection) as asked:
        assert writer.client.get(writer.address).status_code == 200
    return len(asked)


def test_the_picklist_shows_two_hundred_then_asks_for_a_search():
    user = make_user()
    make_contacts(user, 300)

    page = Writer(user).client.get(reverse("compose:new")).content.decode()

    assert page.count('name="contact"') == 200
    assert "The first 200 of 300. Search to see others." in page
    assert "Select all 300" in page


def test_what_was_meant_is_one_press_away():
    writer = Writer(make_user(), numbers="07700900001, +44707123456789", message="Hi")
    response = writer.press("send")
    assert "Use 07123 456789" in response.content.decode()
    row = BasketRow.objects.get(state=RowState.REFUSED)

    writer.press(fix=row.row_no)

    assert writer.numbers() == [drama(1), "+447123456789"]
    assert writer.draft.numbers == "07700900001, 07123 456789"


def test_the_ledger_names_each_source_and_what_was_left_out():
    user = make_user()
    contacts = make_contacts(user, 4)
    group = make_group(user, contacts[:3])
    ticked = [str(contacts[0].uid), str(contacts[3].uid)]
    OptOut.objects.create(department=user.department, number=drama(2), at=NOW)
    writer = Writer(user, group=[str(group.uid)], contact=ticked, numbers="07700900001")

    writer.press()

    page = writer.page()
    assert "Year 2 <b>3</b>" in page
    assert "Quick contacts <b>2</b>" in page
    assert "By Mobile Number <b>1</b>" in page
    assert "after leaving out 2 who were in there twice and 1 who opted out" in page
