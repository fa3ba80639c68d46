"""The messaging team's pages, in a real browser."""

import datetime as dt
import os

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.audit.services import record
from accounts.departments.models import Department
from accounts.people.models import Person
from accounts.tests.make import make_admin, make_department, make_operator, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SCREENS = [(1280, "light"), (1280, "dark"), (390, "light"), (320, "dark")]


@pytest.fixture
def physics():
    department = make_department(
        "Department of Physics", alpha_tag_state="registered", next_alpha_tag="OXPHYSICS"
    )
    department.codes.create(
        code="PHY00207 / 1.04",
        kind="project_task",
        from_on=dt.date(2019, 8, 1),
        recorded_by_name="Tomasz Zielinski (msgt0031)",
    )
    department.codes.create(
        code="PH0125",
        kind="cost_centre",
        from_on=timezone.now().date() + dt.timedelta(days=300),
        recorded_by_name="Tomasz Zielinski (msgt0031)",
    )
    make_admin(department, name="Gareth Pugh", username="phys0117admin")
    make_user(
        department,
        name="Bartholomew Adeyemi-Clarke",
        email="bartholomew.adeyemi-clarke@physics.example.ac.uk",
    )
    return department


def address(name, department):
    return reverse(f"departments:{name}", args=[department.uid])


def keep(page, name):
    """A picture for the eye, where somebody asked for one."""
    if folder := os.environ.get("SHOTS"):
        width = page.viewport_size["width"]
        theme = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        theme = "dark" if theme else "light"
        page.screenshot(path=f"{folder}/{name}-{width}-{theme}.png", full_page=True)


@pytest.mark.parametrize(("width", "theme"), SCREENS)
def test_the_pages_are_for_everybody(open_page, axe, physics, width, theme):
    frozen = make_department(
        "Careers Service", code="CR0340", frozen_at=timezone.now(), frozen_reason="A wrong list."
    )
    closed = make_department("Summer School", code="SS0777", closed_at=timezone.now())
    operator = make_operator(name="Tomasz Zielinski", username="msgt0031")
    for n in range(60):
        words = f"Sent message {n} to 1,240 people."
        record(by=operator, verb="batches.sent", words=words, now=timezone.now(), on=physics)
    page = open_page(operator, width=width, theme=theme)
    for name, where in (
        ("departments", reverse("departments:list")),
        ("departments-none", reverse("departments:list") + "?q=zebra"),
        ("department", address("edit", physics)),
        ("department-frozen", address("edit", frozen)),
        ("department-closed", address("edit", closed)),
        ("department-close", address("close", physics)),
        ("department-new", reverse("opening:new")),
        ("activity", reverse("activity:list")),
        ("activity-none", reverse("activity:list") + "?q=zebra&what=sending"),
    ):
        page.goto(where)
        keep(page, name)
        assert (name, axe(page)) == (name, [])


@pytest.mark.parametrize(("width", "theme"), SCREENS)
def test_frozen_people_are_told_on_every_page(open_page, axe, physics, width, theme):
    Department.objects.update(frozen_at=timezone.now(), frozen_reason="A wrong list.")
    page = open_page(physics.people.get(role="admin"), width=width, theme=theme)
    page.goto(reverse("activity:list"))
    keep(page, "frozen-notice")
    expect(page.get_by_text("Nobody in Department of Physics can send")).to_be_visible()
    assert axe(page) == []


@pytest.mark.parametrize(("width", "theme"), SCREENS)
def test_what_is_wrong_is_heard_first_and_seen_beside_the_field(
    open_page, axe, physics, width, theme
):
    page = open_page(make_operator(), width=width, theme=theme)
    page.goto(address("edit", physics))
    page.get_by_label("New code").fill("PH0126")
    page.get_by_label("From", exact=True).fill("2024-08-01")
    page.get_by_role("textbox", name="Alpha tag").fill("2PHYSICS & ALERTS")
    page.get_by_role("button", name="Save department").click()

    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.get_by_role("heading", name="There are 2 problems")).to_be_visible()
    assert page.get_by_label("New code").input_value() == "PH0126"
    keep(page, "department-error")
    assert axe(page) == []

    page.goto(reverse("opening:new"))
    page.get_by_label("Someone else").check()
    page.get_by_role("button", name="Set up department").click()
    keep(page, "department-new-error")
    assert axe(page) == []


def test_the_rules_of_an_alpha_tag_are_checked_while_typing(open_page, physics):
    page = open_page(make_operator())
    page.goto(address("edit", physics))
    tag = page.get_by_role("textbox", name="Alpha tag")

    def broken():
        return page.locator('#tag-rules [data-ok="no"]').all_inner_texts()

    assert broken() == []
    tag.fill("2PHYSICS & ALERTS")
    assert [text.removeprefix("Not passed:").strip() for text in broken()] == [
        "3 to 11 characters",
        "Letters, numbers, spaces and hyphens only",
        "Does not start with a number",
    ]
    assert page.locator("[data-tag-shown]").inner_text() == "2PHYSICS & ALERTS"
    assert page.locator("[data-rule-length]").inner_text() == "17"


@pytest.mark.parametrize("script", [True, False])
def test_a_department_is_set_up_changed_frozen_and_closed(open_page, script):
    page = open_page(make_operator(), script=script)
    page.goto(reverse("departments:list"))
    page.get_by_role("link", name="Set up department").click()
    page.locator("#id_name").fill("Modern Languages Centre")
    page.get_by_label("Cost centre or Project Task code").fill("ML0388")
    page.get_by_role("textbox", name="Alpha tag").fill("LANGUAGES")
    page.locator("#id_admin_name").fill("Eleni Papadaki")
    page.locator("#id_admin_username").fill("modl0231")
    page.locator("#id_admin_email").fill("eleni.papadaki@languages.example.ac.uk")
    page.locator("#id_admin_extension").fill("70391")
    page.get_by_role("button", name="Set up department").click()
    expect(page.get_by_text("Modern Languages Centre has been set up")).to_be_visible()
    keep(page, "department-opened")
    page.goto(address("edit", Department.objects.get()))

    # Enter in a field saves the page: it must not take back a code or close anything.
    page.get_by_label("Most in a month").fill("5,000")
    page.get_by_label("Most in a month").press("Enter")
    expect(page.get_by_text("Modern Languages Centre has been saved")).to_be_visible()
    assert Department.objects.get().parts_per_month_cap == 5000

    page.get_by_label("Why").fill("A list went to the wrong people.")
    page.get_by_role("button", name="Freeze sending").click()
    page.get_by_role("button", name="Let them send again").click()

    page.get_by_role("link", name="Close department").click()
    page.get_by_role("button", name="Close Modern Languages Centre").click()
    page.get_by_role("button", name="Reopen department").click()
    expect(page.get_by_text("Modern Languages Centre is open again")).to_be_visible()

    page.get_by_role("link", name="History").click()
    expect(page.get_by_text("Closed Modern Languages Centre ML0388.")).to_be_visible()
    assert Person.objects.filter(department__isnull=False).count() == 2


def test_a_planned_code_is_taken_back(open_page, physics):
    page = open_page(make_operator())
    page.goto(address("edit", physics))
    page.get_by_role("button", name="Take back PH0125").click()
    expect(page.get_by_text("PH0125 has been taken back")).to_be_visible()


def test_activity_is_turned_and_filtered(open_page):
    operator = make_operator()
    for n in range(60):
        verb = "batches.sent" if n else "departments.frozen"
        now = timezone.now() + dt.timedelta(seconds=n)
        record(by=operator, verb=verb, words=f"Line {n}.", now=now)
    page = open_page(operator)
    page.goto(reverse("activity:list"))
    page.get_by_role("link", name="Older").click()
    expect(page.get_by_text("Line 0.")).to_be_visible()
    page.get_by_role("link", name="Newer").click()
    expect(page.get_by_text("Line 59.")).to_be_visible()
    page.get_by_label("What").select_option("Departments")
    page.get_by_role("button", name="Search").click()
    assert page.get_by_role("row").count() == 2
    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV").click()
    assert download.value.suggested_filename == "activity.csv"
