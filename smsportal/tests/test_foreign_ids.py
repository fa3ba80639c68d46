"""Ids of others' objects within a form or a filter: refused or passed over."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from accounts.departments.models import CostCode
from accounts.people.models import Person
from messaging.compose.models import Draft
from messaging.contacts.models import Contact, Group, Membership
from messaging.sending.models import BasketRow, Batch
from messaging.wording.models import Template
from smsportal.tests.world import SECRETS, World, make_world

pytestmark = pytest.mark.django_db

# Everybody to whom the objects of `user` and the own department's are none of their business.
OTHER_USERS = ["user2", "colleague"]


@pytest.fixture
def world(settings, tmp_path) -> World:
    settings.UPLOAD_DIR = tmp_path
    settings.REPORT_DIR = tmp_path / "reports"
    return make_world()


@pytest.fixture
def as_(world):
    def signed_in(who: str) -> Client:
        client = Client()
        client.force_login(world.people[who])
        return client

    return signed_in


def names(*objects) -> list[str]:
    return [str(each.uid) for each in objects]


def seen(answer) -> list[str]:
    text = b"".join(answer).decode()
    return [name for name, secret in SECRETS.items() if secret in text]


# ---------------------------------------------------------------- reports


@pytest.mark.parametrize("who", ["admin2", "user2"])
def test_charges_are_asked_of_nothing_that_is_somebody_elses(as_, world, who):
    answers = [
        as_(who).get(reverse("reports:charges"), asked)
        for asked in ({"department": world.ours.uid}, {"user": world.user.uid})
    ]

    assert [(answer.status_code, seen(answer)) for answer in answers] == [(404, [])] * 2


# ---------------------------------------------------------------- writing a message


def compose(client: Client, **fields) -> Draft:
    uid = uuid.uuid4()
    client.post(reverse("compose:draft", args=[uid]), {"message": "Hello", **fields})
    return Draft.objects.get(uid=uid)


def test_a_message_takes_people_and_words_that_are_its_writers(as_, world):
    """The control of the next test: the same fields, by the person whose they are."""
    draft = compose(
        as_("user"),
        contact=names(world.own_contact),
        group=names(world.own_group),
        template=str(world.own_template.uid),
    )

    assert draft.basket.rows.filter(number=world.contact.number).exists()
    assert draft.template == world.own_template


@pytest.mark.parametrize("who", OTHER_USERS)
def test_a_message_takes_nobodys_people_and_words_but_its_writers(as_, world, who):
    draft = compose(
        as_(who),
        contact=names(world.own_contact),
        group=names(world.own_group),
        template=str(world.own_template.uid),
    )

    assert (draft.basket.rows.count(), draft.template) == (0, None)


def test_a_message_takes_nothing_global_of_another_department(as_, world):
    draft = compose(
        as_("user2"),
        contact=names(world.contact),
        group=names(world.group),
        template=str(world.template.uid),
    )

    assert (draft.basket.rows.count(), draft.template) == (0, None)


@pytest.mark.parametrize("who", OTHER_USERS)
def test_a_template_of_somebody_else_does_not_open_in_a_new_message(as_, world, who):
    page = as_(who).get(reverse("compose:new"), {"template": str(world.own_template.uid)})

    assert "personal template" not in seen(page)


def test_a_number_that_is_not_ones_own_is_no_sender(as_, world):
    """`user2` has no number; the form may say so, the message leaves by the alpha tag."""
    client = as_("user2")
    draft = compose(client, numbers="07700 900001", sender="number", action="send")

    batch = Batch.objects.filter(request_key=draft.uid).first()
    assert batch is None or (batch.sender, batch.sender_kind) == ("PHYSICS", "alpha")


@pytest.mark.parametrize("who", OTHER_USERS)
def test_a_draft_of_somebody_else_is_neither_changed_nor_sent(as_, world, who):
    before = Batch.objects.count()

    answer = as_(who).post(
        reverse("compose:draft", args=[world.draft.uid]),
        {"message": "Mine now", "numbers": "07700 900001", "action": "send"},
    )

    world.draft.refresh_from_db()
    assert answer.status_code == 404
    assert (world.draft.body, Batch.objects.count()) == (SECRETS["draft"], before)


def test_the_corrections_of_a_file_reach_only_ones_own_rows(as_, world):
    before = list(BasketRow.objects.values_list("pk", "number"))

    as_("colleague").post(
        reverse("compose:import", args=[world.draft.uid]), {"fix-0": "07700 900002"}
    )

    assert list(BasketRow.objects.values_list("pk", "number")) == before


# ---------------------------------------------------------------- contacts


def book(world) -> dict:
    return {
        "contacts": list(Contact.objects.order_by("pk").values_list("pk", "deleted_at")),
        "groups": list(Group.objects.order_by("pk").values_list("pk", "name", "deleted_at")),
        "memberships": sorted(Membership.objects.values_list("group_id", "contact_id")),
    }


@pytest.mark.parametrize("who", ["admin2", "user2", "colleague", "admin"])
def test_a_personal_contact_is_not_changed_by_ticking_its_id(as_, world, who):
    client, before = as_(who), book(world)

    for deed in ("delete", "join", "leave"):
        client.post(
            reverse("contacts:bulk"),
            {"do": deed, "pick": names(world.own_contact), "to": str(world.own_group.uid)},
        )
    client.post(
        reverse("contacts:merge"),
        {"keep": str(world.own_contact.uid), "pick": names(world.own_contact, world.contact)},
    )

    assert book(world) == before


@pytest.mark.parametrize("who", ["admin2", "user2", "colleague", "user"])
def test_a_global_contact_is_not_changed_by_ticking_its_id(as_, world, who):
    client, before = as_(who), book(world)

    for deed in ("delete", "join", "leave"):
        client.post(
            reverse("contacts:bulk"),
            {"do": deed, "pick": names(world.contact), "to": str(world.group.uid)},
        )

    assert book(world) == before


def test_all_of_what_a_filter_finds_stays_within_ones_own(as_, world):
    client, before = as_("admin2"), book(world)

    client.post(reverse("contacts:bulk"), {"do": "delete", "all": "on"})
    client.post(
        reverse("contacts:bulk"), {"do": "delete", "all": "on", "group": str(world.group.uid)}
    )

    assert book(world) == before


def test_a_new_contact_joins_no_group_of_another(as_, world):
    before = book(world)["memberships"]

    as_("user2").post(
        reverse("contacts:add"),
        {"number": "07700 900001", "groups": names(world.group, world.own_group)},
    )

    assert book(world)["memberships"] == before


def test_what_another_deleted_is_not_brought_back(as_, world):
    as_("user").post(reverse("contacts:delete", args=[world.own_contact.uid]))
    at = Contact.objects.get(pk=world.own_contact.pk).deleted_at

    for who in ("admin", "admin2", "user2", "colleague"):
        client = as_(who)
        client.post(reverse("contacts:restore"), {"deleted_at": at.isoformat()})
        page = client.get(reverse("contacts:list"), {"deleted": at.isoformat()})
        assert "personal contact" not in seen(page)

    assert Contact.objects.get(pk=world.own_contact.pk).deleted_at == at


@pytest.mark.parametrize("who", ["admin2", "user2"])
@pytest.mark.parametrize("page", ["contacts:list", "contacts:groups", "imports:start"])
def test_a_group_in_the_address_of_a_list_shows_nothing_of_another_department(
    as_, world, who, page
):
    for name in ("group", "to", "deleted"):
        for group in (world.group, world.own_group):
            answer = as_(who).get(reverse(page), {name: str(group.uid)})
            assert seen(answer) == []


@pytest.mark.parametrize("who", ["admin", "colleague"])
def test_a_personal_group_is_not_shown_by_a_filter(as_, world, who):
    client = as_(who)
    for address in (reverse("contacts:list"), reverse("contacts:export", args=["csv"])):
        answer = client.get(address, {"group": str(world.own_group.uid), "type": "personal"})
        assert {"personal group", "personal contact"} & set(seen(answer)) == set()


def test_a_file_replaces_no_group_of_another(as_, world):
    for who in ("admin2", "user2", "colleague", "user"):
        answer = as_(who).get(reverse("imports:start"), {"group": str(world.group.uid)})
        assert answer.status_code == 404


# ---------------------------------------------------------------- wording


def test_a_user_does_not_save_a_global_template(as_, world):
    answer = as_("user").post(
        reverse("wording:edit", args=[world.template.uid]), {"name": "Mine", "body": "Mine"}
    )

    assert answer.status_code == 403
    assert Template.objects.get(pk=world.template.pk).name == SECRETS["template"]


# ---------------------------------------------------------------- people and departments


def test_a_form_of_an_account_changes_neither_role_nor_department(as_, world):
    as_("admin").post(
        reverse("people:user_edit", args=[world.colleague.uid]),
        {
            "username": world.colleague.username,
            "name": "Colin League",
            "email": world.colleague.email,
            "extension": "70142",
            "allow_relay": "False",
            "role": "admin",
            "department": str(world.theirs.pk),
            "department_id": str(world.theirs.pk),
        },
    )

    after = Person.objects.get(pk=world.colleague.pk)
    assert (after.role, after.department_id) == ("user", world.ours.pk)


@pytest.mark.parametrize("who", ["user2", "admin", "operator"])
def test_whoever_leaves_leaves_nothing_to_somebody_of_another_kind_or_place(as_, world, who):
    answer = as_("admin").post(
        reverse("people:user_delete", args=[world.user.uid]),
        {"heir": str(world.people[who].uid)},
    )

    assert answer.status_code == 422
    assert Person.objects.get(pk=world.user.pk).left_at is None


def test_a_code_is_taken_back_only_from_its_own_department(as_, world):
    as_("operator").post(reverse("departments:take_back", args=[world.theirs.uid, world.code.pk]))

    assert CostCode.objects.filter(pk=world.code.pk).exists()


def test_filters_of_history_and_activity_show_nothing_of_another_department(as_, world):
    client = as_("admin2")
    for address, query in (
        (reverse("history:list"), {"by": str(world.user.uid)}),
        (reverse("history:list"), {"words": "hurdy-gurdy"}),
        (reverse("activity:list"), {"department": str(world.ours.uid)}),
        (reverse("activity:list"), {"object": str(world.contact.uid)}),
        (reverse("activity:csv"), {"department": str(world.ours.uid)}),
    ):
        assert seen(client.get(address, query)) == []
