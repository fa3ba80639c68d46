"""The public form, the page behind the secret link, and the REQUESTS tab."""

import datetime as dt

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.departments.models import Department
from accounts.requests import queries, services
from accounts.requests.models import READABLE_FOR, AccountRequest
from accounts.tests.make import make_admin, make_department, make_operator, make_user
from accounts.tests.requests.asking import TYPED, make_request

pytestmark = pytest.mark.django_db

ASK = reverse("requests:ask")


@pytest.fixture
def team(client):
    client.force_login(make_operator())
    return client


def state_page(request):
    return reverse("requests:state", args=[queries.secret_of(request)])


def at(name, request):
    return reverse(f"requests:{name}", args=[request.uid])


def test_s122_the_sign_in_page_explains_and_leads_to_the_form(client):
    text = client.get(reverse("account_login")).text

    assert "Single sign-on does not open one by itself" in text
    assert f'href="{ASK}"' in text


def test_whoever_asks_lands_on_the_page_of_the_request(client):
    answer = client.post(ASK, TYPED, follow=True)

    request = AccountRequest.objects.get()
    assert answer.redirect_chain == [(state_page(request), 302)]
    assert f"Request {request.reference}" in answer.text
    assert "Marguerite Dubois" in answer.text
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_form_with_problems_comes_back_as_typed(client):
    wrong = {**TYPED, "code": "", "asker_email": "hector@post.example", "texts_a_year": "many"}

    answer = client.post(ASK, wrong)

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"code", "asker_email", "texts_a_year"}
    assert "hector@post.example is not a university address" in answer.text
    assert TYPED["purpose"] in answer.text
    assert AccountRequest.objects.count() == 0


def test_the_public_form_tells_nobody_who_has_an_account(client):
    make_user(username="cont0418", name="Xanthe Quillfeather", department=make_department())

    answer = client.post(ASK, TYPED, follow=True)

    assert answer.status_code == 200
    assert "Xanthe" not in answer.text
    assert AccountRequest.objects.count() == 1


def test_the_department_that_is_there_is_pointed_out(client):
    make_department("Continuing Education")

    answer = client.post(ASK, TYPED)

    assert answer.status_code == 422
    assert "Continuing Education has the service already" in answer.text


def test_a_program_that_fills_in_every_field_is_thanked_and_forgotten(client):
    answer = client.post(ASK, {**TYPED, "website": "https://pills.example"})

    assert (answer.status_code, "Thank you" in answer.text) == (200, True)
    assert AccountRequest.objects.count() == 0
    assert mail.outbox == []


@pytest.mark.parametrize("name", sorted(set(TYPED) - {"website", "kind", "first_user"}))
def test_no_field_takes_a_book(client, name):
    if name == "wants_keyword":
        return
    answer = client.post(ASK, {**TYPED, name: "x1 " * 100_000})

    assert (answer.status_code, name in answer.context["form"].errors) == (422, True)


def test_one_address_asks_three_times_an_hour_and_loses_nothing(client):
    for number in range(3):
        assert client.post(ASK, {**TYPED, "name": f"Department {number}"}).status_code == 302

    answer = client.post(ASK, {**TYPED, "asker_email": TYPED["asker_email"].upper()})

    assert answer.status_code == 422
    assert "Too many requests" in answer.text
    assert TYPED["purpose"] in answer.text
    assert AccountRequest.objects.count() == 3


def test_one_machine_asks_ten_times_an_hour(client):
    for number in range(10):
        typed = {"name": f"Department {number}", "asker_email": f"a{number}@example.ac.uk"}
        assert client.post(ASK, {**TYPED, **typed}).status_code == 302

    assert client.post(ASK, {**TYPED, "asker_email": "b@example.ac.uk"}).status_code == 422


def test_the_secret_page_takes_it_back_by_its_button_only(client):
    request = make_request()

    assert "Take it back" in client.get(state_page(request)).text
    address = reverse("requests:withdraw", args=[queries.secret_of(request)])
    assert client.get(address).status_code == 405
    client.post(address)

    request.refresh_from_db()
    assert request.state == "withdrawn"
    assert "Take it back" not in client.get(state_page(request)).text


def test_a_wrong_secret_and_an_old_request_are_gone(client):
    request = make_request(now=timezone.now() - READABLE_FOR - dt.timedelta(days=2))
    assert client.get(state_page(request)).status_code == 200

    settled = timezone.now() - READABLE_FOR - dt.timedelta(days=1)
    services.withdraw(request=request, now=settled)

    assert client.get(state_page(request)).status_code == 410
    assert client.get(reverse("requests:state", args=["wrong"])).status_code == 410


def test_whoever_asked_does_not_read_who_of_the_team_answered(client):
    request = make_request()
    services.decline(
        request=request, words="Ask Physics.", by=make_operator(name="Tomasz Z"), now=timezone.now()
    )

    text = client.get(state_page(request)).text

    assert "Ask Physics." in text
    assert "the messaging team" in text
    assert "Tomasz" not in text


def test_the_tab_counts_what_waits_and_lists_it(team):
    make_request()

    text = team.get(reverse("requests:list")).text

    assert 'Requests <span class="count count--bad">1</span>' in text
    assert "Continuing Education" in text


def test_approving_as_asked_leads_to_the_new_department(team):
    request = make_request()

    answer = team.post(at("answer", request), {"answer": "approve"})

    department = Department.objects.get()
    assert answer.headers["Location"] == reverse("people:department_people", args=[department.uid])


def test_what_stands_in_the_way_is_shown_and_can_be_mended(team):
    request = make_request()
    make_user(username="cont0418", name="Xanthe Quillfeather", department=make_department())

    assert "cont0418 already has an account" in team.get(at("request", request)).text
    refused = team.post(at("answer", request), {"answer": "approve"})
    assert refused.status_code == 422
    assert "admin_username" in refused.context["form"].errors

    changed = {**request.answers, "admin_username": "cont0555"}
    team.post(at("approve", request), changed)

    request.refresh_from_db()
    assert request.state == "approved"
    assert request.department.people.filter(username="cont0555admin").exists()


def test_declining_needs_words(team):
    request = make_request()

    answer = team.post(at("answer", request), {"answer": "decline", "words": " "})

    assert (answer.status_code, answer.context["form"].errors.keys()) == (422, {"words"})
    team.post(at("answer", request), {"answer": "decline", "words": "You have it."})
    request.refresh_from_db()
    assert (request.state, request.words) == ("declined", "You have it.")


def test_a_department_of_the_same_name_is_pointed_out_to_the_team(team):
    request = make_request()
    make_department("Continuing education")

    assert (
        "Continuing education</a> has the same name or cost code"
        in team.get(at("request", request)).text
    )


def test_an_administrator_sees_no_requests(client):
    request = make_request()
    client.force_login(make_admin())

    assert client.get(at("request", request)).status_code == 403
    assert client.get(reverse("requests:list")).status_code == 403
