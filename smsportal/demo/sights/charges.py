"""The pages of what was used and what it costs."""

from playwright.sync_api import Page

from accounts.departments.models import Department
from smsportal.demo.sights.prepared import NEW
from smsportal.demo.sights.sight import ADMIN as A
from smsportal.demo.sights.sight import FINANCE as F
from smsportal.demo.sights.sight import USER as U
from smsportal.demo.sights.sight import Sight, at, person, press_on


def of_physics() -> str:
    return f"{at('reports:charges')()}?by=month&department={person(A).department.uid}"


def of_one_user() -> str:
    return f"{at('reports:charges')()}?by=month&user={person(U).uid}"


def of_two_codes() -> str:
    department = Department.objects.get(name="Examinations and Assessments")
    return f"{at('reports:charges')()}?by=code&department={department.uid}"


def a_wrong_place(page: Page) -> None:
    page.get_by_label("Place of Cost code").fill("first")
    press_on(page, "Save journal")


CHARGES = (
    Sight("reports", U, at("reports:charges")),
    Sight("reports-empty", NEW, at("reports:charges")),
    Sight("admin-reports", A, at("reports:charges")),
    Sight("admin-reports-user", A, of_one_user),
    Sight("billing-report", F, at("reports:charges")),
    Sight("billing-report-users", F, at("reports:charges", "?by=user")),
    Sight("billing-report-months", F, of_physics),
    Sight("billing-report-codes", F, of_two_codes),
    Sight("billing-report-none", F, at("reports:charges", "?code=NOTHING")),
    Sight("billing-journal", F, at("reports:journal")),
    Sight("billing-journal-error", F, at("reports:journal"), a_wrong_place),
)
