"""The way in leads everybody to the page of their role."""

import pytest
from django.urls import reverse

from accounts.tests.make import make_admin, make_finance, make_operator, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("make", "home"),
    [
        (make_operator, "departments:list"),
        (make_admin, "people:users"),
        (make_user, "compose:new"),
        (make_finance, "reports:charges"),
    ],
)
def test_everybody_starts_on_the_page_of_their_role(client, make, home):
    client.force_login(make())
    assert client.get("/").headers["Location"] == reverse(home)


def test_the_way_in_asks_who_is_there(client):
    assert client.get("/").headers["Location"] == f"{reverse('account_login')}?next=/"
