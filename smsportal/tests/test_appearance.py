import pytest

from accounts.tests.make import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_chosen_appearance_is_in_the_next_page_without_script(client, theme):
    answer = client.post("/appearance/", {"theme": theme, "next": "/account/login/?x=1"})
    assert (answer.status_code, answer.url) == (302, "/account/login/?x=1")
    assert f'<html lang="en-GB" data-theme="{theme}">' in client.get("/account/login/").text


def test_system_forgets_the_choice(client):
    client.post("/appearance/", {"theme": "dark"})
    client.post("/appearance/", {"theme": "system"})
    assert "data-theme" not in client.get("/account/login/").text


def test_a_cookie_that_somebody_made_up_is_not_believed(client):
    client.cookies["theme"] = '"><b>'
    assert "data-theme" not in client.get("/account/login/").text


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "", "javascript:x"])
def test_it_never_leads_away_from_the_portal(client, back):
    assert client.post("/appearance/", {"theme": "dark", "next": back}).url == "/"


def test_a_link_cannot_change_it(client):
    client.force_login(make_user())
    assert client.get("/appearance/?theme=dark").status_code == 405
