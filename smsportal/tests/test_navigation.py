"""What stands round every page: the tabs of the role, the department, the way out, the demo."""

import re

import pytest
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import RequestFactory
from django.urls import include, path, reverse

from accounts.people.models import Person
from accounts.people.roles import RoleName
from accounts.tests.make import make_admin, make_department, make_finance, make_operator, make_user
from inbound.tests.make import NUMBER, come_in, from_phone, make_number
from messaging.senders.models import Sender
from messaging.tests.make import NOW
from smsportal.navigation import TABS

pytestmark = pytest.mark.django_db

PAGE = """{% extends "layouts/app.html" %}{% block title %}A page{% endblock %}
{% block main %}<h1>A page</h1>{% endblock %}"""


def page(request: HttpRequest) -> HttpResponse:
    if said := request.GET.get("said"):
        messages.success(request, said)
    return HttpResponse(engines["django"].from_string(PAGE).render({}, request))


urlpatterns = [path("a-page/", page), path("", include("smsportal.urls"))]


@pytest.fixture(autouse=True)
def _urls(settings):
    settings.ROOT_URLCONF = __name__


def tabs_of(text: str) -> list[str]:
    bar = re.search(r'<nav class="site-tabs".*?</nav>', text, re.S)[0]
    return re.findall(r"<a [^>]*>([^<]*)</a>", bar)


def current_of(text: str) -> list[str]:
    bar = re.search(r'<nav class="site-tabs".*?</nav>', text, re.S)[0]
    return re.findall(r'<a [^>]*aria-current="page">([^<]*)</a>', bar)


@pytest.mark.parametrize(
    ("make", "labels"),
    [
        (make_user, ["Messages", "Contacts", "Templates", "Reports", "My profile"]),
        (
            make_admin,
            [
                "Users",
                "Department admins",
                "Contacts",
                "Templates",
                "Messages",
                "Reports",
                "Activity",
                "My profile",
            ],
        ),
        (
            make_operator,
            [
                "Departments",
                "Requests",
                "Numbers",
                "Carriers",
                "To decide",
                "Tariffs",
                "Opted out",
                "What is wrong",
                "Activity",
                "My profile",
            ],
        ),
        (make_finance, ["Charges", "Year end", "Statements", "Tariffs", "My profile"]),
    ],
)
def test_each_role_has_the_tabs_of_the_help_pages(client, make, labels):
    client.force_login(make())
    assert tabs_of(client.get("/a-page/").text) == labels


def test_who_has_or_had_a_virtual_number_has_the_2way_tab(client):
    had = make_user()
    number = make_number(had)
    Sender.objects.filter(pk=number.pk).update(released_at=NOW)
    client.force_login(had)

    assert '<a href="/2way/">2WAY<' in client.get("/a-page/").text


def test_the_2way_tab_counts_conversations_with_something_new(client):
    amira = make_user()
    make_number(amira)
    come_in(
        from_phone("Hello", to=NUMBER, phone="+447700900201"),
        from_phone("Hello?", to=NUMBER, phone="+447700900201"),
        from_phone("Who is this", to=NUMBER, phone="+447700900202"),
    )
    client.force_login(amira)

    text = client.get("/a-page/").text

    assert '2WAY<span class="tab-unread"> <span class="count count--on">2<span' in text


def test_no_role_is_without_tabs():
    assert set(TABS) == set(RoleName)


@pytest.mark.parametrize(
    ("make", "name", "current"),
    [
        (make_user, "compose:new", "Messages"),
        (make_user, "history:list", "Messages"),
        (make_user, "contacts:groups", "Contacts"),
        (make_user, "wording:add", "Templates"),
        (make_user, "people:profile", "My profile"),
        (make_user, "account_change_password", "My profile"),
        (make_admin, "people:user_add", "Users"),
        (make_admin, "people:admins", "Department admins"),
        (make_admin, "history:list", "Messages"),
        (make_admin, "activity:list", "Activity"),
        (make_operator, "departments:list", "Departments"),
        (make_operator, "operations:carriers", "Carriers"),
        (make_operator, "operations:carrier_add", "Carriers"),
        (make_operator, "operations:troubles", "What is wrong"),
        (make_operator, "activity:list", "Activity"),
        (make_operator, "optouts:list", "Opted out"),
        (make_user, "optouts:list", "Contacts"),
        (make_operator, "tariffs:list", "Tariffs"),
        (make_finance, "reports:charges", "Charges"),
        (make_user, "reports:charges", "Reports"),
        (make_finance, "tariffs:list", "Tariffs"),
        (make_finance, "people:profile", "My profile"),
    ],
)
def test_a_page_knows_its_tab(client, make, name, current):
    client.force_login(make())
    assert current_of(client.get(reverse(name)).text) == [current]


def test_the_department_stands_beside_the_name_with_the_code_of_today(client):
    client.force_login(make_user(make_department("Physics & Maths", code="PH0123")))
    text = client.get("/a-page/").text
    assert "<span>Physics &amp; Maths</span>" in text
    assert 'title="Cost code">PH0123</span>' in text


def test_people_without_department_have_none(client):
    client.force_login(make_operator())
    assert 'title="Cost code"' not in client.get("/a-page/").text


def test_the_menu_leads_to_the_other_account_of_the_same_person_only(client):
    department = make_department()
    amira = make_user(department, username="phys0423")
    make_admin(department, username="phys0117admin")
    client.force_login(amira)
    assert "Switch to" not in client.get("/a-page/").text
    make_admin(department, username="phys0423admin")
    text = client.get("/a-page/").text
    assert 'Switch to <span class="mono">phys0423admin</span>' in text
    assert '<form action="/switch/" method="post">' in text


def test_what_worked_is_said_on_the_next_page_with_its_first_line_bold(client):
    client.force_login(make_user())
    text = client.get("/a-page/", {"said": "Megan <b> is added\nWe emailed a link."}).text
    assert "<p><b>Megan &lt;b&gt; is added</b></p><p>We emailed a link.</p>" in text
    assert "Megan" not in client.get("/a-page/").text


def test_only_the_demo_says_that_it_is_one(client, settings):
    client.force_login(make_user())
    assert "practice phones" not in client.get("/a-page/").text
    settings.DEMO = True
    text = client.get("/a-page/").text
    assert "Demo. Texts go to practice phones only and cost nothing." in text
    assert 'href="/demo/handsets/"' in text


def test_what_stands_round_a_page_costs_five_questions(django_assert_num_queries):
    request = RequestFactory().get("/a-page/")
    request.user = Person.objects.get(pk=make_user().pk)
    request.resolver_match = None
    # The department, its code of today, the other account, whether all sending is stopped, and
    # whether there is a virtual number.
    with django_assert_num_queries(5):
        page(request)
