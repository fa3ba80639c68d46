"""People who leave: shown before the button, gone at once, and kept in history."""

import datetime as dt

import pytest
from django.urls import reverse

from accounts.audit.models import AuditEvent
from accounts.people import services
from accounts.people.errors import DetailsRefused, NotPossible
from accounts.people.models import Person
from accounts.people.signals import person_left, what_leaving_touches
from accounts.tests.make import make_admin, make_operator, make_user

pytestmark = pytest.mark.django_db

USERS = reverse("people:users")
NOW = dt.datetime(2026, 5, 12, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def left_behind():
    def touched(person, **kwargs):
        return [("scheduled messages", 3), ("personal contacts", 0)]

    what_leaving_touches.connect(touched)
    yield
    what_leaving_touches.disconnect(touched)


def test_what_is_left_behind_is_shown_before_the_button(client, admin, left_behind):
    user = make_user(admin.department, name="Stuart Nicholls")
    make_user(admin.department, name="Amira Khan")
    make_user(name="Somebody Else")

    page = client.get(reverse("people:user_delete", args=[user.uid])).content.decode()

    assert "3 scheduled messages" in page
    assert "personal contacts" not in page
    assert "Hand over to Amira Khan" in page
    assert "Somebody Else" not in page


def test_one_thing_left_behind_is_said_of_one(client, admin):
    def touched(person, **kwargs):
        return [("scheduled messages", 1)]

    what_leaving_touches.connect(touched)
    user = make_user(admin.department)

    page = client.get(reverse("people:user_delete", args=[user.uid])).content.decode()

    assert "<li>1 scheduled message</li>" in page


def test_somebody_has_to_say_what_happens_to_it(client, admin, left_behind):
    user = make_user(admin.department)

    response = client.post(reverse("people:user_delete", args=[user.uid]), {"confirmed": "1"})

    assert response.status_code == 422
    user.refresh_from_db()
    assert user.left_at is None


def test_with_nothing_left_behind_nothing_is_asked(client, admin):
    user = make_user(admin.department)

    response = client.post(reverse("people:user_delete", args=[user.uid]), {"confirmed": "1"})

    assert response["Location"] == USERS
    user.refresh_from_db()
    assert user.left_at is not None


def test_an_administrator_cannot_delete_an_administrator(client, admin):
    other = make_admin(admin.department)

    response = client.post(reverse("people:admin_delete", args=[other.uid]), {"confirmed": "1"})

    assert response.status_code == 403


def test_a_deleted_user_is_restored(client, admin):
    user = make_user(admin.department)
    client.post(reverse("people:user_delete", args=[user.uid]), {"confirmed": "1"})

    client.post(reverse("people:user_restore", args=[user.uid]))

    user.refresh_from_db()
    assert (user.left_at, user.is_invited) == (None, True)


def test_s38_the_messaging_team_resets_an_administrator_from_a_page(client, operator):
    admin = make_admin()

    response = client.post(reverse("people:admin_reset", args=[admin.uid]), {"confirmed": "True"})

    assert response.status_code == 302
    admin.refresh_from_db()
    assert admin.is_invited


def leave(person, by, now=NOW, **extra):
    return services.remove_person(person=person, by=by, now=now, **extra)


def test_s9_deleting_keeps_name_and_username_and_tells_what_was_left(left_behind):
    admin = make_admin()
    user = make_user(admin.department, name="Stuart Nicholls", username="phys0388")

    leave(user, admin)

    stored = Person.objects.get(pk=user.pk)
    assert (stored.name, stored.shown_username, stored.left_at) == (
        "Stuart Nicholls",
        "phys0388",
        NOW,
    )
    assert AuditEvent.objects.get().words == (
        "Deleted Stuart Nicholls (phys0388). Stopped or deleted with the account: "
        "3 scheduled messages."
    )


def test_the_colleague_who_goes_on_is_told_to_the_rest_of_the_portal(left_behind):
    admin = make_admin()
    user, heir = make_user(admin.department), make_user(admin.department)
    heard = []
    listener = lambda person, heir, **kwargs: heard.append((person, heir))  # noqa: E731
    person_left.connect(listener)

    leave(user, admin, heir=heir)

    person_left.disconnect(listener)
    assert heard == [(user, heir)]


def test_only_a_colleague_of_the_department_goes_on():
    admin = make_admin()
    user = make_user(admin.department)

    with pytest.raises(NotPossible):
        leave(user, admin, heir=make_user())

    assert Person.objects.get(pk=user.pk).left_at is None


def test_deleting_signs_out_and_voids_the_link(client):
    admin = make_admin()
    user = make_user(admin.department)
    client.force_login(user)

    leave(user, admin)

    assert client.get(reverse("people:profile")).status_code == 302
    assert not Person.objects.get(pk=user.pk).has_usable_password()


def test_nobody_deletes_the_own_account():
    operator = make_operator()

    with pytest.raises(NotPossible):
        leave(operator, operator)


def test_an_account_is_deleted_once():
    admin = make_admin()
    user = make_user(admin.department)
    leave(user, admin)

    with pytest.raises(NotPossible):
        leave(user, admin)

    assert AuditEvent.objects.count() == 1


def add_again(admin, now):
    return services.add_user(
        department=admin.department,
        username="phys0388",
        name="Sarah Newman",
        email="s.newman@example.ac.uk",
        extension="70100",
        by=admin,
        now=now,
    )


def test_a_username_is_kept_for_ninety_days_and_the_refusal_says_until_when():
    admin = make_admin()
    leave(make_user(admin.department, name="Stuart Nicholls", username="phys0388"), admin)

    with pytest.raises(DetailsRefused) as caught:
        add_again(admin, NOW + dt.timedelta(days=89))

    assert caught.value.words == (
        "phys0388 belonged to Stuart Nicholls, who was deleted on 12 May 2026. It is free again "
        "on 10 August 2026."
    )


def test_after_ninety_days_somebody_else_has_it_and_history_keeps_the_leavers():
    admin = make_admin()
    leaver = make_user(admin.department, name="Stuart Nicholls", username="phys0388")
    leave(leaver, admin)

    newcomer = add_again(admin, NOW + dt.timedelta(days=90))

    leaver.refresh_from_db()
    assert newcomer.username == "phys0388"
    assert leaver.username == f"phys0388~{leaver.pk}"
    assert leaver.shown_username == "phys0388"


def test_after_ninety_days_an_account_cannot_be_restored():
    admin = make_admin()
    user = make_user(admin.department)
    leave(user, admin)

    with pytest.raises(NotPossible):
        services.restore_person(person=user, by=admin, now=NOW + dt.timedelta(days=91))


def test_email_to_sms_stays_off_for_somebody_who_is_restored():
    admin = make_admin()
    user = make_user(admin.department, allow_relay=True)
    leave(user, admin)

    restored = services.restore_person(person=user, by=admin, now=NOW + dt.timedelta(days=1))

    assert not restored.allow_relay
