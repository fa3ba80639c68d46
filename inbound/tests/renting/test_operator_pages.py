"""The messaging team's pages of numbers and keywords."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.tests.make import make_department, make_operator, make_user
from inbound.keywords.models import Keyword
from inbound.tests.make import NUMBER, come_in, from_phone, make_keyword, make_number
from messaging.senders.models import Sender

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _operator(client):
    client.force_login(make_operator())


def test_numbers_say_who_has_them_which_rest_and_which_are_free(client):
    now = timezone.now()
    make_number(make_user(name="Amira Khan"), "+447700900412")
    make_number(make_user(name="Priya Raman"), "+447700900418")
    make_number(make_user(name="Stuart Nicholls"), "+447700900421")
    Sender.objects.filter(number="+447700900418").update(released_at=now - dt.timedelta(days=1))
    Sender.objects.filter(number="+447700900421").update(released_at=now - dt.timedelta(days=91))

    page = client.get(reverse("renting:numbers")).text

    assert "Amira Khan" in page
    assert "Was Priya Raman" in page
    assert "Stuart Nicholls" not in page
    assert "number=07700%20900421" in page


def test_a_number_is_listed_once_by_its_latest_user(client):
    old = make_number(make_user(name="Stuart Nicholls"))
    Sender.objects.filter(pk=old.pk).update(released_at=timezone.now() - dt.timedelta(days=200))
    make_number(make_user(name="Amira Khan"))

    page = client.get(reverse("renting:numbers")).text

    assert page.count("Release<") == 1
    assert "Stuart Nicholls" not in page


@pytest.mark.parametrize("find", ["0412", "07700 900412", "khan", "Physics"])
def test_a_number_is_found_by_digits_person_or_department(client, find):
    make_number(make_user(make_department("Physics"), name="Amira Khan"), "+447700900412")
    make_number(make_user(make_department("Music"), name="Bo Example"), "+447700900999")

    page = client.get(reverse("renting:numbers"), {"q": find}).text

    assert "07700 900412" in page
    assert "07700 900999" not in page


def test_as_many_numbers_as_there_are_cost_no_more_questions(client, django_assert_max_num_queries):
    for n in range(12):
        make_number(make_user(), f"+4477009004{n:02d}")

    with django_assert_max_num_queries(16):
        client.get(reverse("renting:numbers"))


def test_a_number_is_rented_by_username_and_a_mistake_comes_back(client):
    user = make_user(username="phys0423")
    page = reverse("renting:rent")

    wrong = client.post(page, {"number": "07700 900950", "username": "phys9999"})
    right = client.post(page, {"number": "07700 900950", "username": " PHYS0423 "})

    assert wrong.status_code == 422
    assert "There is nobody with the username phys9999" in wrong.text
    assert 'value="07700 900950"' in wrong.text
    assert right.status_code == 302
    assert Sender.objects.get().person == user


def test_a_number_is_released_after_a_question(client):
    sender = make_number(make_user())
    page = reverse("renting:release", args=[sender.uid])

    assert "It rests until" in client.get(page).text
    client.post(page)

    sender.refresh_from_db()
    assert sender.released_at is not None


def test_a_keyword_is_given_and_taken_back(client):
    department = make_department("Department of Music")

    client.post(reverse("renting:give"), {"word": "chorus", "department": str(department.uid)})
    keyword = Keyword.objects.get()
    assert "CHORUS" in client.get(reverse("renting:keywords")).text
    client.post(reverse("renting:take_back", args=[keyword.uid]))

    keyword.refresh_from_db()
    assert keyword.released_at is not None


def test_a_word_that_looks_like_another_comes_back_with_the_reason(client):
    make_keyword("OPENDAY", make_department("Department of Physics"))
    music = make_department("Department of Music")

    answer = client.post(reverse("renting:give"), {"word": "0PENDAY", "department": str(music.uid)})

    assert answer.status_code == 422
    assert "0PENDAY looks like OPENDAY, a keyword of Department of Physics" in answer.text
    assert 'value="0PENDAY"' in answer.text


def test_a_word_is_refused_without_a_department_too(client):
    answer = client.post(reverse("renting:give"), {"word": "chorus"})

    assert "Choose the department that gets it" in answer.text
    assert 'value="chorus"' in answer.text


def test_the_tab_counts_texts_for_nobody(client):
    make_number(make_user(), NUMBER)
    come_in(from_phone("hello"), from_phone("hi"), from_phone("yes", to=NUMBER))

    page = client.get(reverse("renting:numbers")).text

    assert 'For nobody <span class="count count--on">2</span>' in page
