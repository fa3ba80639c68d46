"""The pages of departments, as the messaging team meets them."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.audit.models import AuditEvent
from accounts.departments import signals
from accounts.departments.models import Department
from accounts.tests.make import (
    make_admin,
    make_department,
    make_finance,
    make_operator,
    make_user,
)

pytestmark = pytest.mark.django_db

LIST = reverse("departments:list")


@pytest.fixture
def operator(client):
    client.force_login(make_operator())
    return client


def address(name, department, *more):
    return reverse(f"departments:{name}", args=[department.uid, *more])


def typed(department, **changes):
    """What a browser sends when the page is saved as it came."""
    return {
        "name": department.name,
        "code": "",
        "code_kind": "cost_centre",
        "code_from": "",
        "alpha_tag": department.alpha_tag,
        "tag_state": department.alpha_tag_state,
        "per_year": "",
        "per_month": "",
        "per_batch": "100,000",
        **changes,
    }


def test_the_list_shows_name_and_code_as_one_with_people_and_status(operator):
    physics = make_department("Department of Physics")
    make_user(physics)
    make_department("Summer School Office", code="SS0777", closed_at=timezone.now())

    page = operator.get(LIST).content.decode()

    assert '<span class="meta mono">PH0123</span>' in page
    assert "1 user<br>" in page
    assert "0 admins" in page
    assert "2 departments" in page
    assert page.index("Department of Physics") < page.index("Summer School Office")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"q": "PH0123"}, ["Department of Physics"]),
        ({"q": "physics ph"}, ["Department of Physics"]),
        ({"status": "closed"}, ["Summer School Office"]),
        ({"status": "active", "q": "summer"}, []),
        ({"status": "nonsense"}, ["Department of Physics", "Summer School Office"]),
    ],
)
def test_departments_are_found(operator, query, names):
    make_department("Department of Physics")
    make_department(
        "Summer School Office", code="SS0777", alpha_tag="SUMMER", closed_at=timezone.now()
    )

    assert [d.name for d in operator.get(LIST, query).context["page"]] == names


def test_the_list_asks_the_same_number_of_questions_for_one_and_for_many(operator):
    def questions():
        with CaptureQueriesContext(connection) as asked:
            operator.get(LIST)
        return len(asked)

    make_user(make_department())
    questions()  # the first page of a session asks for more
    for_one = questions()
    for _ in range(30):
        make_user(make_department())

    assert questions() == for_one


def test_the_page_shows_the_codes_by_date_and_saves_a_new_one(operator):
    physics = make_department("Department of Physics")
    start = timezone.now().date() + dt.timedelta(days=400)

    response = operator.post(
        address("edit", physics),
        typed(
            physics, name="Physics", code="ph0125", code_from=start.isoformat(), per_year="5,000"
        ),
        follow=True,
    )

    physics.refresh_from_db()
    assert (physics.name, physics.parts_per_year_cap) == ("Physics", 5000)
    assert [str(code) for code in physics.codes.order_by("from_on")] == ["PH0123", "PH0125"]
    page = response.content.decode()
    assert "Physics has been saved" in page
    assert 'Physics <span class="code mono dim">PH0123</span>' in page
    assert "Take back" in page
    assert 'value="5,000"' in page


def test_a_planned_code_is_taken_back_on_the_page(operator):
    physics = make_department()
    start = timezone.now().date() + dt.timedelta(days=400)
    planned = physics.codes.create(code="PH0125", kind="cost_centre", from_on=start)

    operator.post(address("take_back", physics, planned.pk))
    assert [str(code) for code in physics.codes.all()] == ["PH0123"]

    response = operator.post(address("take_back", physics, physics.codes.get().pk))
    assert response.status_code == 422
    assert "PH0123 began on 1 August 2020 and cannot be taken back." in response.content.decode()


def test_a_code_of_another_department_is_not_found(operator):
    other = make_department()
    response = operator.post(address("take_back", make_department(), other.codes.get().pk))
    assert response.status_code == 404


def test_everything_that_is_wrong_is_said_at_once_and_nothing_typed_is_lost(operator):
    physics = make_department("Department of Physics")
    wrong = typed(
        physics,
        name="Physics!",
        code="PH0125",
        code_from="2024-08-01",
        alpha_tag="2PHYSICS & ALERTS",
        per_month="lots",
        per_batch="",
    )

    response = operator.post(address("edit", physics), wrong)

    assert response.status_code == 422
    assert {name: list(errors) for name, errors in response.context["form"].errors.items()} == {
        "code_from": [
            "1 August 2024 has passed. Choose today, "
            f"{_today_in_words()}, or a later day: texts that were sent keep the code they were "
            "charged to."
        ],
        "alpha_tag": ["2PHYSICS & ALERTS breaks 3 rules of Alpha tags."],
        "per_month": ["Give a whole number of texts, such as 5,000."],
        "per_batch": ["Give the most texts in one message."],
    }
    page = response.content.decode()
    for value in ("Physics!", "PH0125", "2024-08-01", "2PHYSICS &amp; ALERTS", "lots"):
        assert f'value="{value}"' in page
    assert [rule in page for rule in ('"length" data-ok="no"', '"letter" data-ok="yes"')] == [
        True,
        True,
    ]
    assert "contains the word ALERT" in page
    # The heading says what the department is called now, not what somebody typed.
    assert "<h1>Department of Physics " in page
    assert Department.objects.get().name == "Department of Physics"


def _today_in_words():
    today = timezone.localtime(timezone.now()).date()
    return f"{today.day} {today:%B %Y}"


def test_the_page_says_which_tag_is_used_until_the_new_one_is_registered(operator):
    physics = make_department(alpha_tag_state="registered")

    operator.post(address("edit", physics), typed(physics, alpha_tag="OXPHYSICS"))
    page = operator.get(address("edit", physics)).content.decode()

    assert 'OXPHYSICS. Texts come from <span class="mono">PHYSICS</span> until then.' in page
    assert '<option value="requested" selected>' in page


# ---------------------------------------------------------------- freezing


def test_frozen_is_told_to_the_people_of_the_department_and_to_nobody_else(client, operator):
    physics = make_department("Department of Physics")
    operator.post(address("freeze", physics), {"reason": "A list went to the wrong people."})
    notice = "Nobody in Department of Physics can send at the moment."

    pages = []
    for person in (make_user(physics), make_admin(physics), make_user(), make_operator()):
        client.force_login(person)
        pages.append(client.get(reverse("people:profile")).content.decode())

    assert [notice in page for page in pages] == [True, True, False, False]
    assert ["A list went to the wrong people." in page for page in pages] == [
        True,
        True,
        False,
        False,
    ]


def test_freezing_without_a_reason_is_refused_on_the_page(operator):
    physics = make_department()
    response = operator.post(address("freeze", physics), {"reason": ""})
    assert response.status_code == 422
    assert b"Say why: the people of the department read it." in response.content


def test_a_frozen_department_is_let_go_again(operator):
    physics = make_department(frozen_at=timezone.now(), frozen_reason="x")
    operator.post(address("unfreeze", physics))
    physics.refresh_from_db()
    assert physics.status == "active"


# ---------------------------------------------------------------- closing


def test_what_closing_does_is_said_before_the_button(operator):
    physics = make_department("Department of Physics")
    make_user(physics)

    def answer(sender, department, **said):
        return [(3, "scheduled messages", "are stopped")]

    signals.what_closing_touches.connect(answer)
    try:
        page = operator.get(address("close", physics)).content.decode()
    finally:
        signals.what_closing_touches.disconnect(answer)

    assert "0 administrators and 1 user" in page
    assert '<b>3 scheduled messages</b><p class="meta">are stopped</p>' in page
    assert Department.objects.get(pk=physics.pk).is_open


def test_closing_and_reopening_on_the_page(operator):
    physics = make_department("Department of Physics")

    page = operator.post(address("close", physics), follow=True).content.decode()
    assert "Department of Physics is closed" in page
    assert "Reopen department" in page
    assert operator.post(address("close", physics)).status_code == 422

    operator.post(address("reopen", physics))
    assert Department.objects.get(pk=physics.pk).is_open
    lines = AuditEvent.objects.filter(object_id=str(physics.uid)).order_by("pk")
    assert list(lines.values_list("verb", flat=True)) == [
        "departments.closed",
        "departments.reopened",
    ]


def test_who_is_signed_in_is_out_at_the_next_page_of_a_closed_department(client):
    physics = make_department()
    client.force_login(make_user(physics))
    assert client.get(reverse("people:profile")).status_code == 200

    Department.objects.filter(pk=physics.pk).update(closed_at=timezone.now())

    response = client.get(reverse("people:profile"))
    assert response.status_code == 302
    assert response.headers["Location"].startswith(reverse("account_login"))


# ---------------------------------------------------------------- who may


@pytest.mark.parametrize("make", [make_user, make_admin, make_finance])
def test_only_the_messaging_team_has_these_pages(client, make):
    department = make_department()
    client.force_login(make())
    posts = ["edit", "freeze", "unfreeze", "close", "reopen"]
    statuses = [
        client.get(LIST).status_code,
        client.get(address("edit", department)).status_code,
        client.get(address("close", department)).status_code,
        client.post(address("take_back", department, 1)).status_code,
        *(client.post(address(name, department)).status_code for name in posts),
    ]
    assert set(statuses) == {403}


def test_nobody_signed_in_is_asked_to_sign_in_and_led_back(client):
    response = client.get(LIST)
    assert response.headers["Location"] == f"{reverse('account_login')}?next={LIST}"


def test_a_department_that_does_not_exist_is_not_found(operator):
    gone = make_department()
    gone.codes.all().delete()
    gone.delete()
    assert operator.get(address("edit", gone)).status_code == 404
