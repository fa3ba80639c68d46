import pytest
from django.test import Client
from django.urls import reverse

from accounts.tests.make import make_admin, make_department, make_finance, make_user
from messaging.wording.models import Template

pytestmark = pytest.mark.django_db


def signed_in(person):
    client = Client()
    client.force_login(person)
    return client


def write(client, **fields):
    return client.post(
        reverse("wording:add"), {"name": "Room change", "body": "Go to ((room)).", **fields}
    )


def test_a_user_writes_a_template_and_finds_it_in_the_list():
    client = signed_in(make_user())

    response = write(client)

    assert (response.status_code, response.url) == (302, reverse("wording:list"))
    page = client.get(reverse("wording:list")).content.decode()
    assert "Room change" in page
    assert "Personal" in page


def test_a_problem_keeps_what_was_typed():
    client = signed_in(make_user())

    response = write(client, name="", body="Words that must not be lost")

    assert response.status_code == 422
    page = response.content.decode()
    assert "Words that must not be lost" in page
    assert "Give the template a name, so that it can be found." in page


def test_a_name_in_use_is_said_beside_the_name():
    client = signed_in(make_user())
    write(client)

    response = write(client)

    assert response.status_code == 422
    assert response.context["form"].errors["name"] == [
        "There is a personal template called Room change already. Choose another name."
    ]


def test_a_user_sees_global_templates_and_not_a_colleagues():
    department = make_department()
    write(signed_in(make_admin(department)), name="Global one")
    write(signed_in(make_user(department)), name="Of a colleague")
    client = signed_in(make_user(department))

    page = client.get(reverse("wording:list")).content.decode()

    assert "Global one" in page
    assert "Of a colleague" not in page
    colleagues = Template.objects.get(name="Of a colleague")
    assert client.get(reverse("wording:edit", args=[colleagues.uid])).status_code == 404


def test_a_global_template_is_shown_to_a_user_without_a_way_to_change_it():
    department = make_department()
    write(signed_in(make_admin(department)))
    client = signed_in(make_user(department))
    address = reverse("wording:edit", args=[Template.objects.get().uid])

    page = client.get(address).content.decode()

    assert "Save template" not in page
    answer = client.post(address, {"name": "Mine now", "body": "Words"})
    assert answer.status_code == 403


def test_the_admin_sees_no_personal_template():
    department = make_department()
    write(signed_in(make_user(department)), name="Private words")

    page = signed_in(make_admin(department)).get(reverse("wording:list")).content.decode()

    assert "Private words" not in page
    assert "Use<" not in page


def test_an_archived_template_leaves_the_list_and_can_be_brought_back():
    client = signed_in(make_user())
    write(client)
    uid = Template.objects.get().uid

    client.post(reverse("wording:archive", args=[uid]))
    client.get(reverse("wording:list"))
    assert "Room change" not in client.get(reverse("wording:list")).content.decode()
    archived = client.get(reverse("wording:list"), {"show": "archived"})
    assert "Room change" in archived.content.decode()

    client.post(reverse("wording:restore", args=[uid]))
    client.get(reverse("wording:list"))
    assert "Room change" in client.get(reverse("wording:list")).content.decode()


def test_without_script_a_button_shows_the_message_with_other_examples():
    client = signed_in(make_user())

    response = write(client, preview="1", **{"example-room": "Lecture Theatre A"})

    assert response.status_code == 200
    assert "Go to Lecture Theatre A." in response.content.decode()
    assert Template.objects.count() == 0


def test_the_admin_of_a_new_department_adds_the_starter_pack():
    client = signed_in(make_admin())
    assert "starter templates" in client.get(reverse("wording:list")).content.decode()

    client.post(reverse("wording:starter_pack"))

    assert Template.objects.count() == 5


@pytest.mark.parametrize("name", ["wording:list", "wording:add"])
def test_finance_has_no_templates_tab(name):
    assert signed_in(make_finance()).get(reverse(name)).status_code == 403
