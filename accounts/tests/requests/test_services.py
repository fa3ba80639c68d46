"""A department asks for the service, and the messaging team answers (S36)."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.audit.models import AuditEvent
from accounts.departments.models import Department
from accounts.departments.services import close
from accounts.mail.models import OutgoingMail
from accounts.people.errors import DetailsRefused
from accounts.people.models import Person
from accounts.requests import queries, services
from accounts.requests.forms import RequestForm
from accounts.requests.models import AccountRequest
from accounts.tests.make import make_admin, make_department, make_operator, make_user
from accounts.tests.requests.asking import NOW, TYPED, approve, make_request
from smsportal.lib.errors import Refused

pytestmark = pytest.mark.django_db

LATER = NOW + dt.timedelta(hours=2)


def steps(request):
    return list(request.steps.order_by("pk").values_list("state", "at", "by_name", "is_team"))


def mails():
    return list(OutgoingMail.objects.order_by("pk").values_list("to", "subject"))


def verbs():
    return list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))


def test_s36_a_request_has_a_reference_a_state_and_a_mailed_secret_address(settings):
    settings.PORTAL_URL = "https://sms.example.ac.uk"
    request = make_request()

    assert request.reference.startswith("SR-")
    assert (request.state, request.texts_a_year, request.inbound) == ("received", 4800, "a keyword")
    assert steps(request) == [("received", NOW, "Hector Lindqvist", False)]
    mail = OutgoingMail.objects.get()
    assert (mail.to, mail.subject) == (
        TYPED["asker_email"],
        f"We have your request {request.reference} for the SMS service",
    )
    link = f"https://sms.example.ac.uk/ask/{queries.secret_of(request)}/"
    assert link in mail.body
    assert link in mail.html
    assert verbs() == ["requests.asked"]


def test_the_secret_leads_to_its_request_and_nothing_else_does():
    request, other = make_request(), make_request(name="Music")

    assert queries.of_secret(queries.secret_of(request)) == request
    assert queries.secret_of(request) != queries.secret_of(other)
    for wrong in (str(request.uid), f"{request.uid.hex}:abc", request.reference, ""):
        assert queries.of_secret(wrong) is None


def test_a_department_that_has_the_service_is_not_asked_for_again():
    make_department("Continuing Education")

    with pytest.raises(Refused, match="Continuing Education has the service already") as caught:
        make_request(name="continuing  education")

    assert caught.value.field == "name"
    assert AccountRequest.objects.count() == 0


def test_approving_makes_department_admin_and_user_and_tells_all_of_them():
    request, team = make_request(), make_operator(name="Tomasz Zielinski", username="tomasz")

    services.look(request=request, by=team, now=NOW)
    approve(request, by=team, now=LATER)

    department = Department.objects.get()
    people = Person.objects.filter(department=department).order_by("username")
    assert list(people.values_list("username", "role")) == [
        ("cont0418", "user"),
        ("cont0418admin", "admin"),
    ]
    assert (request.state, request.department, request.settled_at) == (
        "approved",
        department,
        LATER,
    )
    assert steps(request)[1:] == [
        ("looking", NOW, "Tomasz Zielinski (tomasz)", True),
        ("approved", LATER, "Tomasz Zielinski (tomasz)", True),
    ]
    admin = TYPED["admin_email"]
    assert [to for to, _ in mails()] == [TYPED["asker_email"], admin, admin, TYPED["asker_email"]]
    assert verbs()[0] == "requests.asked"
    assert verbs()[-1] == "requests.approved"


def test_what_is_changed_before_approving_is_what_is_made():
    approve(make_request(), by=make_operator(), code="CE0716", alpha_tag="CONTED")

    department = Department.objects.get()
    assert (department.alpha_tag, str(department.codes.get())) == ("CONTED", "CE0716")


def test_approving_makes_all_or_nothing():
    request = make_request()
    details = {"first_user": "same"}
    make_user(username="cont0418", department=make_department())  # taken since

    with pytest.raises(DetailsRefused):
        # Past the form, which would have said it: the service has the last word.
        services.approve(
            request=request,
            name="Continuing Education",
            code="CE0715",
            kind="cost_centre",
            alpha_tag="CONT ED",
            **people_of(request, **details),
            by=make_operator(),
            now=LATER,
        )

    request.refresh_from_db()
    assert request.state == "received"
    assert not Department.objects.filter(name="Continuing Education").exists()
    assert not Person.objects.filter(username="cont0418admin").exists()


def people_of(request, **changed):
    form = RequestForm({**TYPED, **changed}, now=NOW)
    assert form.is_valid()
    return {"admin": form.admin, "user": form.user}


def test_of_two_answers_the_second_changes_nothing():
    request = make_request()
    stale = AccountRequest.objects.get(pk=request.pk)
    services.decline(request=request, words="You have it.", by=make_operator(), now=NOW)

    with pytest.raises(Refused, match="declined already"):
        approve(stale, by=make_operator())

    assert Department.objects.count() == 0
    with pytest.raises(Refused, match="declined already"):
        services.decline(request=stale, words="No.", by=make_operator(), now=NOW)
    assert not services.withdraw(request=stale, now=NOW)
    assert AccountRequest.objects.get().words == "You have it."


def test_declining_mails_the_words_and_needs_some():
    request, team = make_request(), make_operator()

    for empty in ("", "  \n"):
        with pytest.raises(Refused, match="Say why"):
            services.decline(request=request, words=empty, by=team, now=NOW)
    services.decline(request=request, words="Physics <has> it.", by=team, now=NOW)

    mail = OutgoingMail.objects.latest("pk")
    assert (mail.to, mail.subject[-11:]) == (TYPED["asker_email"], "is declined")
    assert "Physics <has> it." in mail.body
    assert "Physics &lt;has&gt; it." in mail.html
    assert verbs() == ["requests.asked", "requests.declined"]


def test_whoever_asked_takes_it_back():
    request = make_request()

    assert services.withdraw(request=request, now=LATER)

    assert (request.state, steps(request)[-1]) == (
        "withdrawn",
        ("withdrawn", LATER, "Hector Lindqvist", False),
    )
    assert not services.withdraw(request=request, now=LATER)


DEEDS = {
    "look": lambda request, **by: services.look(request=request, **by),
    "decline": lambda request, **by: services.decline(request=request, words="No", **by),
    "approve": approve,
}


@pytest.mark.parametrize("deed", DEEDS)
def test_only_the_messaging_team_answers(deed):
    request, admin = make_request(), make_admin()

    with pytest.raises(PermissionDenied):
        DEEDS[deed](request, by=admin, now=NOW)

    assert AccountRequest.objects.get().state == "received"


def test_what_is_alike_is_pointed_out():
    request = make_request()
    same_code, closed = make_department("Lifelong Learning", code="CE0715"), make_department("Old")
    close(department=closed, by=make_operator(), now=NOW)
    twin = make_request(name="CONTINUING EDUCATION", code="CE0799")
    make_request(name="Music", code="MU0001")
    same_name = make_department("Continuing education")

    found = queries.alike(request)

    assert (found.departments, found.requests) == ([same_name, same_code], [twin])


def test_the_list_counts_by_state():
    for number, name in enumerate(("A", "B", "C")):
        make_request(name=name, now=NOW - dt.timedelta(days=number))
    declined = AccountRequest.objects.get(name="B")
    services.decline(request=declined, words="No", by=make_operator(), now=NOW)

    team = make_operator()
    assert queries.counts(team) == {"open": 2, "approved": 0, "declined": 1, "withdrawn": 0}
    assert [asked.name for asked in queries.listed(team, "open")] == ["C", "A"]
    assert list(queries.listed(make_admin(), "open")) == []


def test_the_database_keeps_states_and_facts_together():
    make_request()
    for facts in (
        {"state": "declined", "settled_at": NOW},
        {"state": "approved", "settled_at": NOW},
        {"state": "withdrawn"},
        {"settled_at": NOW},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            AccountRequest.objects.update(**facts)
