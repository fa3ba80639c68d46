"""Passwords forgotten, changed and reset, through django-allauth's real pages."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.mail.models import OutgoingMail
from accounts.people import services
from accounts.tests.make import (
    PASSWORD,
    make_admin,
    make_operator,
    make_user,
)
from accounts.tests.people.doing import (
    NEW_PASSWORD,
    errors,
    give_totp,
    sign_in,
    verbs,
    who,
)

pytestmark = pytest.mark.django_db


def ask_for_link(client, username):
    return client.post(reverse("account_reset_password"), {"email": username})


def link_in(mail):
    return re.search(r"http://localhost:8000(/\S+)", mail.body)[1]


@pytest.mark.django_db(transaction=True)
def test_s39_a_forgotten_password_is_chosen_anew_from_a_link(client):
    user = make_user()

    ask_for_link(client, user.username)
    mail = OutgoingMail.objects.get()
    form_page = client.get(link_in(mail), follow=True)
    client.post(form_page.request["PATH_INFO"], {"password1": NEW_PASSWORD})

    assert mail.to == user.email
    assert who(client) == user.pk
    fresh = Client()
    sign_in(fresh, user, NEW_PASSWORD)
    assert who(fresh) == user.pk
    again = Client().get(link_in(mail), follow=True)
    assert "That link has been used or has run out" in again.content.decode()


@pytest.mark.django_db(transaction=True)
def test_s39_the_answer_is_the_same_whether_or_not_the_account_exists(client):
    user = make_user()

    known = client.post(reverse("account_reset_password"), {"email": user.username}, follow=True)
    unknown = client.post(reverse("account_reset_password"), {"email": "nobody1"}, follow=True)

    assert known.redirect_chain == unknown.redirect_chain
    assert OutgoingMail.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_s39_the_page_itself_does_the_same_work_for_every_name(
    client, django_assert_num_queries, settings, monkeypatch
):
    settings.CELERY_TASK_ALWAYS_EAGER = False
    rung = []
    monkeypatch.setattr("smsportal.lib.bells._ringer", Ringer(rung))
    user = make_user()

    with django_assert_num_queries(0):
        ask_for_link(client, user.username)
    with django_assert_num_queries(0):
        ask_for_link(client, "nobody1")

    assert rung == [
        ("accounts.mail_reset_link", {"username": user.username}),
        ("accounts.mail_reset_link", {"username": "nobody1"}),
    ]


class Ringer:
    """Stands where the thread does that rings the broker."""

    def __init__(self, rung):
        self.rung = rung

    def submit(self, publish, task, arguments):
        self.rung.append((task, arguments))


@pytest.mark.django_db(transaction=True)
def test_the_link_is_the_portals_own_whatever_host_was_asked_for(client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    user = make_user()

    client.post(
        reverse("account_reset_password"),
        {"email": user.username},
        headers={"host": "evil.example"},
    )

    assert "evil.example" not in OutgoingMail.objects.get().body


@pytest.mark.django_db(transaction=True)
def test_a_link_is_old_after_thirty_minutes(client, settings):
    user = make_user()
    ask_for_link(client, user.username)
    settings.PASSWORD_RESET_TIMEOUT = -1

    page = client.get(link_in(OutgoingMail.objects.get()), follow=True)

    assert "That link has been used or has run out" in page.content.decode()


@pytest.mark.django_db(transaction=True)
def test_somebody_who_has_left_gets_no_link(client):
    ask_for_link(client, make_user(left_at=timezone.now()).username)

    assert OutgoingMail.objects.count() == 0


def change_password(client, old=PASSWORD, new=NEW_PASSWORD):
    data = {"oldpassword": old, "password1": new}
    return client.post(reverse("account_change_password"), data)


def test_s32_s37_a_password_is_changed_and_the_other_sessions_end(client):
    user = make_user()
    other = Client()
    sign_in(other, user)
    sign_in(client, user)

    response = change_password(client)

    assert response["Location"] == reverse("people:profile")
    assert client.get(reverse("people:profile")).status_code == 200
    assert other.get(reverse("people:profile")).status_code == 302
    assert UserSession.objects.filter(user=user).count() == 1
    assert OutgoingMail.objects.get().subject
    assert "passwords.changed" in verbs()


def test_s32_the_old_password_is_needed(client):
    user = make_user()
    sign_in(client, user)

    response = change_password(client, old="not this one")

    assert errors(response) == ["That is not the password that you sign in with now."]


@pytest.mark.parametrize("weak", ["short", "qwerty123456", "phys0423phys", "Bartholomew12"])
def test_a_weak_password_is_refused_with_its_reason(client, weak):
    user = make_user(username="phys0423", name="Bartholomew Jones")
    sign_in(client, user)

    response = change_password(client, new=weak)

    assert errors(response)
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_s38_the_messaging_team_forces_an_administrators_reset(client):
    admin = make_admin()
    sign_in(client, admin)

    link = services.force_reset(person=admin, by=make_operator(), now=timezone.now())

    assert client.get(reverse("people:profile")).status_code == 302
    assert sign_in(Client(), admin).status_code != 302
    assert link in OutgoingMail.objects.get().body
    assert "admins.reset" in verbs()
    fresh = Client()
    fresh.post(link.removeprefix("http://localhost:8000"), {"password": NEW_PASSWORD})
    assert who(fresh) == admin.pk


def test_s38_a_forced_reset_can_remove_a_lost_second_step():
    admin = make_admin()
    give_totp(admin)

    services.force_reset(
        person=admin, by=make_operator(), now=timezone.now(), remove_second_step=True
    )

    assert Authenticator.objects.filter(user=admin).count() == 0


@pytest.mark.parametrize("same_department", [True, False])
def test_s38_an_administrator_resets_no_administrator(same_department):
    admin = make_admin()
    other = make_admin(admin.department if same_department else None)

    with pytest.raises(services.passwords.PermissionDenied):
        services.force_reset(person=other, by=admin, now=timezone.now())


def test_t7_an_administrator_resets_a_user_of_the_own_department_only():
    admin = make_admin()
    own, other = make_user(admin.department), make_user()

    services.force_reset(person=own, by=admin, now=timezone.now())

    assert own.is_invited
    with pytest.raises(services.passwords.PermissionDenied):
        services.force_reset(person=other, by=admin, now=timezone.now())
