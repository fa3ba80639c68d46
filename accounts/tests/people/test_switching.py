"""X and Xadmin: the password once a session, then one click, and never into anybody else."""

import datetime as dt

import pytest
from allauth.usersessions.models import UserSession
from django.urls import reverse
from django.utils import timezone

from accounts.audit.models import AuditEvent
from accounts.people.services.sessions import BEGAN, PROVEN
from accounts.tests.make import PASSWORD, make_admin, make_department, make_operator, make_user
from accounts.tests.people.doing import NEW_PASSWORD, code_now, errors, give_totp, sign_in, who

pytestmark = pytest.mark.django_db

SWITCH = reverse("people:switch")


@pytest.fixture
def department():
    return make_department("Physics")


@pytest.fixture
def user(department):
    return make_user(department, username="phys0423", name="Amira Khan")


@pytest.fixture
def other(department, user):
    admin = make_admin(department, username="phys0423admin", name="Amira Khan")
    admin.set_password(NEW_PASSWORD)
    admin.save()
    return admin


def switch(client, password=None):
    return client.post(SWITCH, {} if password is None else {"password": password})


def test_the_first_switch_asks_for_the_password_of_the_other_account(client, user, other):
    sign_in(client, user)

    asked = switch(client)
    page = client.get(SWITCH).content.decode()
    done = switch(client, NEW_PASSWORD)

    assert asked["Location"] == SWITCH
    assert "Switch to <span" in page
    assert (done["Location"], who(client)) == ("/", other.pk)


@pytest.mark.parametrize("password", [PASSWORD, "", "wrong"])
def test_any_other_password_leaves_one_where_one_was(client, user, other, password):
    sign_in(client, user)

    response = switch(client, password)

    assert response.status_code == 422
    assert who(client) == user.pk


def test_wrong_passwords_are_counted_as_in_any_sign_in(client, user, other):
    sign_in(client, user)
    for _ in range(5):
        switch(client, "wrong")

    response = switch(client, NEW_PASSWORD)

    assert errors(response)[0].startswith("Too many wrong passwords for this username.")


def test_afterwards_one_click_goes_back_and_forth(client, user, other):
    sign_in(client, user)
    switch(client, NEW_PASSWORD)

    where = []
    for _ in range(3):
        switch(client)
        where.append(who(client))

    assert where == [user.pk, other.pk, user.pk]
    assert client.get(reverse("people:profile")).status_code == 200


def test_each_switch_is_on_the_record_of_both_accounts(client, user, other):
    sign_in(client, user)

    switch(client, NEW_PASSWORD)

    lines = AuditEvent.objects.filter(verb="signin.switched")
    assert {line.object_id for line in lines} == {str(user.uid), str(other.uid)}
    assert {line.words for line in lines} == {
        "Amira Khan (phys0423) switched to Amira Khan (phys0423admin)."
    }


def test_a_new_session_asks_again(client, user, other):
    sign_in(client, user)
    switch(client, NEW_PASSWORD)
    client.post(reverse("account_logout"))
    sign_in(client, user)

    switch(client)

    assert who(client) == user.pk


def test_a_changed_password_makes_the_old_proof_worthless(client, user, other):
    sign_in(client, user)
    switch(client, NEW_PASSWORD)
    user.set_password("seven other umbrellas")
    user.save()

    switch(client)

    assert who(client) == other.pk


def test_the_second_step_of_the_other_account_is_asked_for(client, user, other):
    give_totp(other)
    sign_in(client, user)

    response = switch(client, NEW_PASSWORD)
    on_the_way = who(client)
    client.post(reverse("mfa_authenticate"), {"code": code_now()})

    assert (response["Location"], on_the_way) == (reverse("mfa_authenticate"), None)
    assert who(client) == other.pk
    switch(client)
    assert who(client) == user.pk


def test_a_second_step_that_was_set_up_since_is_asked_for(client, user, other):
    sign_in(client, user)
    switch(client, NEW_PASSWORD)
    switch(client)
    give_totp(other)

    switch(client)

    assert who(client) == user.pk


def test_somebody_else_who_signs_in_half_way_gains_nothing(client, user, other):
    give_totp(other)
    sign_in(client, user)
    switch(client, NEW_PASSWORD)
    # "Sign in as someone else", on the page of the second step.
    client.post(reverse("account_logout"))
    stranger = make_user(user.department, username="phys0500")

    sign_in(client, stranger)

    assert who(client) == stranger.pk
    assert client.session[PROVEN] == {}


def test_the_twelve_hours_go_on_over_a_switch(client, user, other):
    sign_in(client, user)
    session = client.session
    began = session[BEGAN] = (timezone.now() - dt.timedelta(hours=11)).timestamp()
    session.save()

    switch(client, NEW_PASSWORD)

    assert client.session[BEGAN] == began


def test_one_session_is_listed_and_not_two(client, user, other):
    sign_in(client, user)
    switch(client, NEW_PASSWORD)
    switch(client)

    assert list(UserSession.objects.values_list("user", flat=True)) == [user.pk]


def test_there_is_no_way_to_another_department(client, user):
    make_admin(username="phys0423admin")
    sign_in(client, user)

    assert client.get(SWITCH).status_code == 404


def test_there_is_no_way_to_somebody_who_has_left(client, user, other):
    type(other).objects.filter(pk=other.pk).update(left_at=timezone.now())
    sign_in(client, user)

    assert client.get(SWITCH).status_code == 404


def test_a_shared_account_leads_to_no_administrator(client, department):
    shared = make_user(department, username="phys0600", is_generic=True)
    admin = make_admin(department, username="phys0600admin")

    assert (shared.other_account, admin.other_account) == (None, None)


def test_the_messaging_team_has_no_other_account():
    assert make_operator().other_account is None
