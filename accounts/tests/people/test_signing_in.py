"""Signing in through django-allauth's real pages: throttled, telling nothing, ended in time."""

import datetime as dt

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.people.services.sessions import BEGAN, SEEN
from accounts.tests.make import (
    PASSWORD,
    make_department,
    make_user,
)
from accounts.tests.people.doing import (
    errors,
    sign_in,
    verbs,
    who,
)

pytestmark = pytest.mark.django_db


def test_s30_one_page_signs_in_both_kinds_by_username(client):
    user = make_user()

    response = sign_in(client, user)

    assert (response.status_code, response["Location"], who(client)) == (302, "/", user.pk)
    assert verbs() == ["signin.in"]


def test_a_username_may_be_typed_in_capitals(client):
    user = make_user(username="phys0423")

    client.post(reverse("account_login"), {"login": " PHYS0423", "password": PASSWORD})

    assert who(client) == user.pk


def test_s122_an_unknown_account_gets_the_same_words_as_a_wrong_password(client):
    user = make_user()
    wrong = sign_in(client, user, "not the password")

    unknown = client.post(reverse("account_login"), {"login": "nobody1", "password": PASSWORD})

    assert errors(unknown) == errors(wrong)
    assert "Accounts are opened on request" in errors(unknown)[0]
    assert unknown.status_code == wrong.status_code


def test_an_invited_person_without_a_password_is_not_told_from_an_unknown_one(client):
    user = make_user()
    user.set_unusable_password()
    user.save()

    response = sign_in(client, user, "anything at all")

    assert "Accounts are opened on request" in errors(response)[0]


def test_after_five_wrong_passwords_even_the_right_one_is_refused(client):
    user = make_user()
    for _ in range(5):
        sign_in(client, user, "wrong")

    response = sign_in(client, user)

    assert errors(response)[0].startswith("Too many wrong passwords for this username.")
    assert who(client) is None


def test_wrong_passwords_for_one_username_do_not_lock_another(client):
    user, other = make_user(), make_user()
    for _ in range(5):
        sign_in(client, user, "wrong")

    sign_in(client, other)

    assert who(client) == other.pk


def test_somebody_who_has_left_is_signed_out_at_the_next_request(client):
    user = make_user()
    sign_in(client, user)
    type(user).objects.filter(pk=user.pk).update(left_at=timezone.now())

    response = client.get(reverse("people:profile"))

    assert response["Location"].startswith(reverse("account_login"))


def test_closing_the_department_signs_its_people_out(client):
    user = make_user()
    sign_in(client, user)
    user.department.closed_at = timezone.now()
    user.department.save()

    response = client.get(reverse("people:profile"))

    assert response["Location"].startswith(reverse("account_login"))


def test_somebody_of_a_closed_department_is_told_so_and_not_signed_in(client):
    user = make_user(make_department(closed_at=timezone.now()))

    response = sign_in(client, user)

    assert response["Location"] == reverse("account_inactive")
    assert who(client) is None


@pytest.mark.parametrize(
    ("key", "hours", "stays"),
    [(SEEN, 1.9, True), (SEEN, 2.1, False), (BEGAN, 11.9, True), (BEGAN, 12.1, False)],
)
def test_a_session_ends_after_two_hours_of_rest_or_twelve_in_all(client, key, hours, stays):
    user = make_user()
    sign_in(client, user)
    session = client.session
    session[key] = (timezone.now() - dt.timedelta(hours=hours)).timestamp()
    session.save()

    response = client.get(reverse("people:profile"))

    assert (response.status_code == 200) is stays


def test_using_the_portal_keeps_a_session_alive(client):
    user = make_user()
    sign_in(client, user)
    session = client.session
    session[SEEN] -= 3600
    session.save()

    client.get(reverse("people:profile"))

    assert timezone.now().timestamp() - client.session[SEEN] < 60


@pytest.mark.parametrize(
    "name",
    [
        "account_signup",
        "account_email",
        "account_email_verification_sent",
        "account_set_password",
        "account_confirm_login_code",
    ],
)
def test_ways_in_that_are_not_offered_are_no_pages(client, name):
    assert client.get(reverse(name)).status_code == 404


def test_one_other_session_is_ended(client):
    user = make_user()
    other, third = Client(), Client()
    for each in (other, third, client):
        sign_in(each, user)
    chosen = UserSession.objects.get(session_key=other.session.session_key)

    client.post(reverse("people:profile_sessions"), {"session": chosen.pk})

    answers = [each.get(reverse("people:profile")).status_code for each in (other, third, client)]
    assert answers == [302, 200, 200]


def test_all_other_sessions_are_ended(client):
    user = make_user()
    other = Client()
    sign_in(other, user)
    sign_in(client, user)

    client.post(reverse("people:profile_sessions"))

    assert other.get(reverse("people:profile")).status_code == 302
    assert client.get(reverse("people:profile")).status_code == 200


def test_nobody_ends_the_session_of_somebody_else(client):
    victim = Client()
    sign_in(victim, make_user())
    theirs = UserSession.objects.get()
    sign_in(client, make_user())

    client.post(reverse("people:profile_sessions"), {"session": theirs.pk})

    assert victim.get(reverse("people:profile")).status_code == 200
