"""What stands round every page: the tabs of the role, the department, the way out, the demo."""

import re

import pytest
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import RequestFactory
from django.urls import include, path

from accounts.people.models import Person
from accounts.people.roles import RoleName
from accounts.tests.make import make_admin, make_department, make_finance, make_operator, make_user
from smsportal.navigation import DEMO_LINKS, TABS

pytestmark = pytest.mark.django_db

PAGE = """{% extends "layouts/app.html" %}{% block title %}A page{% endblock %}
{% block main %}<h1>A page</h1>{% endblock %}"""


def page(request: HttpRequest) -> HttpResponse:
    if said := request.GET.get("said"):
        messages.success(request, said)
    return HttpResponse(engines["django"].from_string(PAGE).render({}, request))


def stand_ins() -> list:
    """One page for every address that the layout leads to, and one inside each wing."""
    names = {tab.url_name for tabs in TABS.values() for tab in tabs}
    names |= {name for _, name, _ in DEMO_LINKS}
    names |= {"people:switch", "people:user_edit", "history:batch"}
    wings: dict[str, list] = {}
    for name in sorted(names):
        wing, _, last = name.partition(":")
        wings.setdefault(wing, []).append(path(f"{last}/", page, name=last))
    return [path(f"{wing}/", include((paths, wing))) for wing, paths in wings.items()]


urlpatterns = [*stand_ins(), path("", include("smsportal.urls"))]


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
        (make_user, ["Messages", "Contacts", "Templates", "My profile"]),
        (
            make_admin,
            ["Users", "Department admins", "Contacts", "Templates", "Messages", "My profile"],
        ),
        (make_operator, ["Departments", "Activity", "My profile"]),
        (make_finance, ["My profile"]),
    ],
)
def test_each_role_has_the_tabs_of_the_help_pages(client, make, labels):
    client.force_login(make())
    assert tabs_of(client.get("/people/profile/").text) == labels


def test_no_role_is_without_tabs():
    assert set(TABS) == set(RoleName)


@pytest.mark.parametrize(
    ("make", "address", "current"),
    [
        (make_user, "/compose/new/", "Messages"),
        (make_user, "/history/batch/", "Messages"),
        (make_user, "/account/password/change/", "My profile"),
        (make_user, "/account/2fa/webauthn/", "My profile"),
        (make_admin, "/people/user_edit/", "Users"),
        (make_admin, "/people/admins/", "Department admins"),
        (make_admin, "/history/list/", "Messages"),
        (make_operator, "/activity/list/", "Activity"),
    ],
)
def test_a_page_knows_its_tab(client, make, address, current):
    client.force_login(make())
    assert current_of(client.get(address).text) == [current]


def test_the_department_stands_beside_the_name_with_the_code_of_today(client):
    client.force_login(make_user(make_department("Physics & Maths", code="PH0123")))
    text = client.get("/compose/new/").text
    assert "<span>Physics &amp; Maths</span>" in text
    assert 'title="Cost code">PH0123</span>' in text


def test_people_without_department_have_none(client):
    client.force_login(make_operator())
    assert 'title="Cost code"' not in client.get("/departments/list/").text


def test_the_menu_leads_to_the_other_account_of_the_same_person_only(client):
    department = make_department()
    amira = make_user(department, username="phys0423")
    make_admin(department, username="phys0117admin")
    client.force_login(amira)
    assert "Switch to" not in client.get("/compose/new/").text
    make_admin(department, username="phys0423admin")
    text = client.get("/compose/new/").text
    assert 'Switch to <span class="mono">phys0423admin</span>' in text
    assert '<form action="/people/switch/" method="post">' in text


def test_what_worked_is_said_on_the_next_page_with_its_first_line_bold(client):
    client.force_login(make_user())
    text = client.get("/compose/new/", {"said": "Megan <b> is added\nWe emailed a link."}).text
    assert "<p><b>Megan &lt;b&gt; is added</b></p><p>We emailed a link.</p>" in text
    assert "Megan" not in client.get("/compose/new/").text


def test_only_the_demo_says_that_it_is_one(client, settings):
    client.force_login(make_user())
    assert "practice phones" not in client.get("/compose/new/").text
    settings.DEMO = True
    text = client.get("/compose/new/").text
    assert "Demo. Texts go to practice phones only and cost nothing." in text
    assert 'href="/demo/handsets/"' in text


def test_what_stands_round_a_page_costs_three_questions(django_assert_num_queries):
    request = RequestFactory().get("/compose/new/")
    request.user = Person.objects.get(pk=make_user().pk)
    request.resolver_match = None
    # The department, its code of today, the other account.
    with django_assert_num_queries(3):
        page(request)
