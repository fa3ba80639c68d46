"""Departments that ask for the service, who goes on next year, who is away, and reports."""

import datetime as dt
from typing import Any

from accounts.departments.models import CodeKind, Department
from accounts.people.models import Person
from accounts.renewals import services as renewals
from accounts.renewals.models import Answer
from accounts.renewals.queries import coming_year
from accounts.requests import services as requests
from accounts.requests.models import AccountRequest, RequestStep
from accounts.requests.services import Asked
from accounts.requests.states import RequestState
from billing.delivery import periods
from billing.delivery import services as delivery
from billing.delivery.models import KEPT_FOR, DeliveryReport, Kind, What
from billing.delivery.periods import Often
from billing.delivery.services import Wanted
from smsportal.lib.walltime import day_of

USER = "phys0077"
# name, code, alpha tag, single sign-on name of the administrator, who asks, what for, a year
REQUESTS = (
    (
        "Continuing Education", "CE0715", "CONT ED", "cont0418", "Marguerite Dubois",
        "Telling evening classes about room changes and cancelled classes.", 4800,
    ),
    (
        "Careers and Alumni", "CR0340", "OX ALUMNI", "care0655", "Idris Vasquez",
        "Inviting former students to the fair.", 900,
    ),
    (
        "Botanic Garden", "BG0042", "GARDEN", "bota0042", "Petra Lindqvist",
        "Telling volunteers about the weather.", 300,
    ),
    (
        "Chess Club", "CC0001", "CHESS", "ches0001", "Oscar Quayle",
        "Telling members where we play.", 120,
    ),
    (
        "Museum of Instruments", "MI0310", "MUSEUM", "muse0310", "Gwen Norrington",
        "Telling schools about their visit.", 2000,
    ),
)  # fmt: skip
AWAY = (("phys0133", "Linus Ashworth"), ("phys0148", "Bettina Crole"), ("phys0190", "Emrys Tudor"))


def make_account_life(*, now: dt.datetime) -> None:
    _make_requests(now)
    _answer_renewals(now)
    _make_away(now)
    _make_reports(now)


def _make_requests(now: dt.datetime) -> None:
    team = Person.objects.get(username="operator")
    hours = (3, 26, 50, 75, 120)
    for row, ago in zip(REQUESTS, hours, strict=True):
        requests.ask(asked=_asked(*row), now=now - dt.timedelta(hours=ago))
    by_name = {asked.name: asked for asked in AccountRequest.objects.all()}
    later = now - dt.timedelta(hours=1)
    requests.look(request=by_name["Careers and Alumni"], by=team, now=later)
    words = "Clubs pay by another way. Ask your department, whose administrator can add you."
    requests.decline(request=by_name["Chess Club"], words=words, by=team, now=later)
    requests.withdraw(request=by_name["Museum of Instruments"], now=later)
    _remember_an_approval(team, now - dt.timedelta(days=90))


def _asked(
    name: str, code: str, tag: str, username: str, who: str, purpose: str, texts_a_year: int
) -> Asked:
    email = f"{who.lower().replace(' ', '.')}@{code[:2].lower()}.example.ac.uk"
    answers: dict[str, Any] = {
        "name": name,
        "code": code,
        "kind": CodeKind.COST_CENTRE,
        "alpha_tag": tag,
        "admin_name": who,
        "admin_username": username,
        "admin_email": email,
        "admin_extension": "70415",
        "admin_is_name_confirmed": False,
        "first_user": "same",
    }
    nobody = ("name", "username", "email", "extension", "other_domain_reason")
    answers |= {f"user_{field}": "" for field in nobody} | {"user_is_name_confirmed": False}
    return Asked(
        name=name,
        code=code,
        code_kind=CodeKind.COST_CENTRE,
        asker_name=who,
        asker_email=email,
        purpose=purpose,
        texts_a_year=texts_a_year,
        wants_replies=texts_a_year > 1000,
        wants_keyword=texts_a_year > 4000,
        answers=answers,
    )


def _remember_an_approval(team: Person, at: dt.datetime) -> None:
    trial = Department.objects.get(name="Sleep and Memory Trial")
    row = (trial.name, "PT-20931-4", trial.alpha_tag, "slep0931", "Kwame Mensah")
    asked = _asked(*row, "Telling volunteers when to come.", 600)
    request = AccountRequest.objects.create(
        **{**vars(asked), "code_kind": CodeKind.PROJECT_TASK},
        asked_at=at,
        state=RequestState.APPROVED,
        settled_at=at,
        department=trial,
    )
    for state, name in (("received", request.asker_name), ("approved", team.audit_name)):
        RequestStep.objects.create(
            request=request, state=state, at=at, by_name=name, is_team=state == "approved"
        )


def _answer_renewals(now: dt.datetime) -> None:
    said = {"ouit0423admin": Answer.NEEDED, "care0340admin": Answer.CANCELLED}
    for admin in Person.objects.filter(username__in=said).select_related("department"):
        renewals.answer(
            department=admin.department,
            year_begins_on=coming_year(now),
            answer=said[admin.username],
            by=admin,
            now=now,
        )


def _make_away(now: dt.datetime) -> None:
    department = Department.objects.get(people__username=USER)
    long_ago = now - dt.timedelta(days=700)
    for n, (username, name) in enumerate(AWAY):
        person = Person(
            username=username,
            role="user",
            name=name,
            department=department,
            email=f"{name.lower().replace(' ', '.')}@example.ac.uk",
            extension=f"7016{n}",
            created_at=long_ago,
            last_login=None if n == 2 else now - dt.timedelta(days=380 + 40 * n),
        )
        person.set_password(None)
        person.save()


def _make_reports(now: dt.datetime) -> None:
    """For a user: one that comes every week, one that is there, one that is gone, one that waits.

    None is mailed beyond the department.
    """
    user = Person.objects.select_related("department").get(username=USER)
    month = Wanted(
        What.TEXTS, False, Kind.CSV, Often.ONCE, (user.email,), periods.last_month(day_of(now))
    )
    before = now - KEPT_FOR - dt.timedelta(days=2)
    delivery.ask(wanted=month, by=user, now=before)
    delivery.make_waiting(now=before)
    DeliveryReport.objects.update(state="expired", stored_name="")
    for wanted in (
        Wanted(What.TEXTS, False, Kind.CSV, Often.WEEKLY, (user.email,)),
        month,
        Wanted(What.MESSAGES, True, Kind.XLSX, Often.ONCE, (user.email,), month.period),
    ):
        delivery.ask(wanted=wanted, by=user, now=now)
    delivery.make_waiting(now=now)
    failed = delivery.ask(wanted=month, by=user, now=now).reports.get()
    DeliveryReport.objects.filter(pk=failed.pk).update(
        state="failed", problem="Something went wrong on our side. Ask for it again."
    )
