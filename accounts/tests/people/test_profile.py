"""MY PROFILE."""

import pytest
from django.urls import reverse

from accounts.audit.models import AuditEvent
from accounts.tests.make import make_admin, make_department, make_finance, make_operator, make_user
from accounts.tests.people.doing import give_totp

pytestmark = pytest.mark.django_db

PROFILE = reverse("people:profile")
MOBILE = reverse("people:profile_mobile")


def page(client, person):
    client.force_login(person)
    return client.get(PROFILE).content.decode()


def test_s31_a_user_sees_the_own_details_and_cannot_change_them(client):
    department = make_department()
    make_admin(department, name="Gareth Pugh")
    user = make_user(department, username="phys0423", name="Amira Khan", extension="70142")

    shown = page(client, user)

    assert all(words in shown for words in ("Amira Khan", "phys0423", "70142"))
    assert "Your department administrator, Gareth Pugh, can change these." in shown
    assert not any(f'name="{name}"' in shown for name in ("username", "email", "name"))


@pytest.mark.parametrize("make", [make_user, make_admin, make_operator, make_finance])
def test_everybody_has_a_profile(client, make):
    assert "Change password" in page(client, make())


def test_my_mobile_is_kept_however_it_is_written(client):
    user = make_user()
    client.force_login(user)

    client.post(MOBILE, {"mobile": "07700-900 123"})

    user.refresh_from_db()
    assert user.my_mobile == "+447700900123"
    assert 'value="07700 900123"' in client.get(PROFILE).content.decode()
    assert AuditEvent.objects.filter(verb="profile.changed").count() == 1


def test_my_mobile_can_be_taken_away(client):
    user = make_user(my_mobile="+447700900123")
    client.force_login(user)

    client.post(MOBILE, {"mobile": ""})

    user.refresh_from_db()
    assert user.my_mobile == ""


def test_a_number_that_is_no_mobile_comes_back_with_its_reason(client):
    client.force_login(make_user())

    response = client.post(MOBILE, {"mobile": "01632 960123"})

    assert response.status_code == 422
    assert "01632 960123 is a landline." in response.content.decode()


def test_the_second_step_shows_what_is_set_up(client):
    user = make_user()
    give_totp(user)

    assert "10 left" in page(client, user)
