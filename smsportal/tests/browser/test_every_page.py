"""Every page that anybody can open, and its states: seen, heard, small and dark."""

from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, resolve
from django.utils import timezone

from accounts.people.models import Person
from smsportal.demo import seed
from smsportal.demo.sights import SIGHTS, prepared
from smsportal.demo.sights.visitor import HEIGHT, Visitor
from smsportal.tests.doors import DEMO_DOORS, DOORS

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(600),
]

# Dark differs from light by its colours; at 320 px it is the ruler that counts.
COLOURS = ["color-contrast"]
LOOKS = [
    (1280, "light", None),
    (1280, "dark", COLOURS),
    (390, "dark", COLOURS),
    (390, "light", None),
    (320, "light", ["html-has-lang"]),
]

FILES = {
    "activity:csv",
    "contacts:export",
    "delivery:download",
    "history:csv",
    "imports:bad_rows",
    "sorting:texts_csv",
    "statements:download",
    "statements:pdf",
    "imports:template",
    "optouts:csv",
    "people:user_import_template",
    "reports:download",
    "reports:journal_csv",
    "reports:statement",
    "mfa_download_recovery_codes",
}
# The same for every role but for the tabs round it, so one role's is walked.
ALIKE = ("account_", "mfa_", "demo:", "people:second_step")


@pytest.fixture
def visitor(browser, live_server, settings, tmp_path):
    settings.DEMO = True
    settings.UPLOAD_DIR = tmp_path
    settings.REPORT_DIR = tmp_path / "reports"
    # A slow machine walks longer than the five minutes after which a page asks for the password.
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 3600
    now = timezone.now()
    seed.seed(now=now)
    prepared.prepare(now=now)
    visitor = Visitor(browser, live_server.url)
    yield visitor
    visitor.leave()


def role_of(username: str) -> str:
    return Person.objects.get(username=username).role if username else "anyone"


def must_be_walked(role: str) -> set[str]:
    names = {
        door.name
        for door in DOORS + DEMO_DOORS
        if door.method == "GET" and door.answers.get(role) == "200"
        # What is open to anyone is walked once, by nobody in particular.
        if role == "anyone" or door.answers["anyone"] != "200"
    }
    return {
        name for name in names - FILES if role in ("anyone", "user") or not name.startswith(ALIKE)
    }


def name_of(url: str) -> str:
    try:
        return resolve(urlsplit(url).path).view_name
    except Resolver404:
        return ""


@pytest.mark.parametrize("role", ["anyone", "user", "admin", "operator", "finance"])
def test_every_page_is_for_everybody(visitor, axe, role):
    found, walked = {}, set()
    for sight in SIGHTS:
        if role_of(sight.who) != role:
            continue
        with visitor.visit(sight) as page:
            walked.add(name_of(page.url))
            for width, theme, rules in LOOKS:
                page.set_viewport_size({"width": width, "height": HEIGHT})
                page.emulate_media(color_scheme=theme)
                if wrong := axe(page, rules):
                    found[f"{sight.name} at {width}, {theme}"] = wrong

    assert found == {}
    assert visitor.said == []
    assert must_be_walked(role) - walked == set()
