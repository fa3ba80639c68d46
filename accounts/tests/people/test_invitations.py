"""Invitations: one link, once, for three days."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.audit.models import AuditEvent
from accounts.mail.models import OutgoingMail
from accounts.people import services
from accounts.people.errors import NotPossible
from accounts.people.models import Invitation, Person
from accounts.people.services.invitations import accept_invitation
from accounts.tests.make import make_admin, make_user
from accounts.tests.people.doing import NEW_PASSWORD, who

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper():
    return make_admin(name="Gareth Pugh")


@pytest.fixture
def invited(keeper):
    user = make_user(keeper.department, username="phys0423", name="Amira Khan")
    user.set_unusable_password()
    user.save()
    return user


def invite(person, by, now=None):
    link = services.invite(person=person, by=by, now=now or timezone.now())
    return link.removeprefix("http://localhost:8000")


def test_the_link_lets_the_person_choose_a_password_and_signs_in(client, keeper, invited):
    link = invite(invited, keeper)
    page = client.get(link).content.decode()

    response = client.post(link, {"password": NEW_PASSWORD})

    assert "phys0423" in page
    assert (response["Location"], who(client)) == ("/", invited.pk)
    assert Person.objects.get(pk=invited.pk).check_password(NEW_PASSWORD)


def test_looking_at_the_link_does_not_use_it_up(client, keeper, invited):
    link = invite(invited, keeper)

    answers = [client.get(link).status_code for _ in range(3)]

    assert answers == [200, 200, 200]


def test_the_link_works_once(client, keeper, invited):
    link = invite(invited, keeper)
    client.post(link, {"password": NEW_PASSWORD})

    again = Client().post(link, {"password": "another long password"})

    assert again.status_code == 410
    assert Person.objects.get(pk=invited.pk).check_password(NEW_PASSWORD)


@pytest.mark.parametrize(("hours", "status"), [(71, 200), (73, 410)])
def test_the_link_works_for_three_days(client, keeper, invited, hours, status):
    link = invite(invited, keeper, timezone.now() - dt.timedelta(hours=hours))

    assert client.get(link).status_code == status


def test_an_old_link_says_how_to_get_a_new_one(client):
    page = client.get(reverse("people:invitation", args=["nothing"]))

    assert page.status_code == 410
    assert "Ask your department’s SMS administrator to send a new one." in page.content.decode()


def test_a_new_link_makes_the_earlier_one_void(client, keeper, invited):
    first, second = invite(invited, keeper), invite(invited, keeper)

    assert [client.get(link).status_code for link in (first, second)] == [410, 200]


def test_only_the_hash_of_the_link_is_kept(keeper, invited):
    token = invite(invited, keeper).strip("/").split("/")[-1]

    assert token not in Invitation.objects.get().token_hash


@pytest.mark.parametrize("password", ["short", "qwerty123456", "phys0423phys", ""])
def test_a_weak_password_is_refused_and_the_link_still_works(client, keeper, invited, password):
    link = invite(invited, keeper)

    response = client.post(link, {"password": password})

    assert response.status_code == 422
    assert client.get(link).status_code == 200


def test_the_letter_names_the_username_and_who_opened_the_account(keeper, invited):
    invite(invited, keeper)

    mail = OutgoingMail.objects.get()
    assert mail.to == invited.email
    assert "Gareth Pugh has opened an account for you" in mail.body
    assert "Your username is phys0423." in mail.body
    assert "<b>phys0423</b>" in mail.html


def test_sending_a_link_is_on_record(keeper, invited):
    invite(invited, keeper)

    sent = "Sent Amira Khan (phys0423) a link to choose a password."
    assert AuditEvent.objects.get().words == sent


def test_somebody_with_a_password_is_not_invited_again(keeper):
    with pytest.raises(NotPossible):
        invite(make_user(keeper.department), keeper)


def test_somebody_who_left_meanwhile_cannot_use_the_link(client, keeper, invited):
    link = invite(invited, keeper)
    services.remove_person(person=invited, by=keeper, now=timezone.now())

    assert client.get(link).status_code == 410


def test_whoever_was_signed_in_at_that_computer_is_signed_out(client, keeper, invited):
    client.force_login(keeper)

    client.post(invite(invited, keeper), {"password": NEW_PASSWORD})

    assert who(client) == invited.pk


def test_of_two_who_accept_at_once_one_is_refused(keeper, invited):
    token = invite(invited, keeper).strip("/").split("/")[-1]
    accept_invitation(token=token, password=NEW_PASSWORD, now=timezone.now())

    with pytest.raises(services.invitations.LinkIsOver):
        accept_invitation(token=token, password="another long password", now=timezone.now())
