from datetime import UTC, datetime

import pytest
from django.core.exceptions import PermissionDenied

from accounts.audit.actors import System
from accounts.audit.models import AuditEvent
from accounts.tests.make import make_admin, make_department, make_finance, make_user
from messaging.text.fields import fields_of
from messaging.wording import queries, services
from messaging.wording.models import Template
from smsportal.lib.errors import Refused

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 12, 13, 4, tzinfo=UTC)
LATER = datetime(2026, 5, 13, 9, 0, tzinfo=UTC)


def add(by, name="Room change", body="Hi ((first name)), go to ((room)).", **fields):
    return services.add(name=name, body=body, by=by, now=NOW, **fields)


def test_an_admins_template_is_global_and_a_users_is_personal():
    department = make_department()
    admin, user = make_admin(department), make_user(department)

    assert add(admin).is_global
    assert add(user).owner == user


def test_each_edit_is_a_version_and_the_old_words_are_kept():
    user = make_user()
    template = add(user, body="One")

    services.edit(template=template, name="Room change", body="Two", by=user, now=LATER)

    assert [
        (version.number, version.body, version.created_at)
        for version in template.versions.order_by("number")
    ] == [(1, "One", NOW), (2, "Two", LATER)]
    assert Template.objects.get().body == "Two"


def test_a_new_name_is_not_a_new_version():
    user = make_user()
    template = add(user, body="One")

    services.edit(template=template, name="Hall change", body="One", by=user, now=LATER)

    assert template.versions.count() == 1
    assert Template.objects.get().name == "Hall change"


def test_the_version_in_use_is_the_one_with_these_words():
    user = make_user()
    template = add(user, body="One")
    template = services.edit(template=template, name="R", body="Two", by=user, now=LATER)

    assert queries.version_in_use(template, "Two").number == 2
    assert queries.version_in_use(template, "Two, changed by hand") is None


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("  ", "Hello", "Give the template a name, so that it can be found."),
        ("Hello", " \n ", "Write the words of the template."),
        ("Hello", "a" * 919, "This is 7 texts long. The longest message is 6 texts."),
    ],
)
def test_a_template_without_name_or_words_or_too_long_is_refused(name, body, words):
    with pytest.raises(Refused) as refused:
        add(make_user(), name=name, body=body)

    assert refused.value.words == words
    assert Template.objects.count() == 0


def test_two_live_templates_cannot_have_one_name():
    user = make_user()
    add(user)

    with pytest.raises(Refused) as refused:
        add(user)

    assert refused.value.words == (
        "There is a personal template called Room change already. Choose another name."
    )


def test_a_name_is_free_again_when_its_template_is_archived():
    user = make_user()
    first = add(user)
    services.archive(template=first, by=user, now=NOW)
    add(user)

    with pytest.raises(Refused):
        services.restore(template=first, by=user, now=NOW)


def test_an_archived_template_comes_back():
    user = make_user()
    template = services.archive(template=add(user), by=user, now=NOW)
    assert queries.choices(user) == []

    services.restore(template=template, by=user, now=LATER)

    assert queries.choices(user) == [template]


def test_a_user_cannot_change_or_archive_a_global_template():
    department = make_department()
    template = add(make_admin(department))
    user = make_user(department)

    with pytest.raises(PermissionDenied):
        services.edit(template=template, name="Mine", body="Mine", by=user, now=NOW)
    with pytest.raises(PermissionDenied):
        services.archive(template=template, by=user, now=NOW)

    assert Template.objects.live().get().name == "Room change"


def test_an_admin_cannot_change_a_users_template():
    department = make_department()
    template = add(make_user(department))

    with pytest.raises(PermissionDenied):
        services.archive(template=template, by=make_admin(department), now=NOW)


def test_finance_keeps_no_templates():
    with pytest.raises(PermissionDenied):
        add(make_finance())


def test_what_is_done_to_a_template_is_in_the_audit_trail():
    admin = make_admin(name="Gareth Pugh", username="phys0117admin")
    template = add(admin)
    services.edit(template=template, name="Hall", body="Words", by=admin, now=NOW)
    services.archive(template=template, by=admin, now=NOW)
    services.restore(template=template, by=admin, now=NOW)

    assert list(AuditEvent.objects.order_by("id").values_list("words", flat=True)) == [
        "Gareth Pugh (phys0117admin) added the global template Room change.",
        "Gareth Pugh (phys0117admin) changed the global template Hall.",
        "Gareth Pugh (phys0117admin) archived the global template Hall.",
        "Gareth Pugh (phys0117admin) brought back the global template Hall.",
    ]


def test_a_new_department_gets_the_starter_pack_once():
    department = make_department()

    for _ in range(2):
        services.add_starter_pack(department=department, by=System(department.pk), now=NOW)

    templates = Template.objects.order_by("id")
    assert [template.name for template in templates] == [
        "Class change",
        "Alarm",
        "Emergency",
        "Staff off campus",
        "Trial visit",
    ]
    assert all(template.versions.get().body == template.body for template in templates)
    assert fields_of(templates[0].body) == ["first name", "class", "room", "time"]


def test_nobody_adds_starter_templates_to_another_department():
    with pytest.raises(PermissionDenied):
        services.add_starter_pack(department=make_department(), by=make_admin(), now=NOW)


def test_the_list_is_searched_by_name_and_words():
    user = make_user()
    add(user, name="Room change", body="Your class has moved")
    add(user, name="Fire alarm test", body="You do not need to leave")

    assert [row.template.name for row in queries.listed(user, find="moved room")] == ["Room change"]
    assert [row.template.name for row in queries.listed(user, find="LEAVE")] == ["Fire alarm test"]


def test_the_list_says_fields_and_texts_with_examples_filled_in():
    user = make_user()
    add(user, body="Hi ((first name)).((safety??" + " Bring glasses." * 11 + "))")

    (row,) = queries.listed(user)

    assert (row.fields, row.part_count) == (["((first name))", "((safety??…))"], 2)
