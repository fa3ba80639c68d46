"""The command that adds the first person of a real installation."""

import io

import pytest
from django.core.management import CommandError, call_command

from accounts.audit.models import AuditEvent
from accounts.people.models import Person
from accounts.people.services.invitations import open_invitation
from accounts.tests.make import make_operator

pytestmark = pytest.mark.django_db

TOMASZ = {
    "username": "msgt0031",
    "name": "Tomasz Zielinski",
    "email": "tomasz.zielinski@it.example.ac.uk",
}


def create_operator(**options):
    out = io.StringIO()
    call_command("create_operator", stdout=out, **{**TOMASZ, **options})
    return out.getvalue()


def refusal(**options):
    with pytest.raises(CommandError) as caught:
        create_operator(**options)
    return str(caught.value)


def test_it_prints_a_link_that_works_once():
    said = create_operator()

    person = Person.objects.get()
    assert (person.username, person.role, person.department) == ("msgt0031", "operator", None)
    token = said.strip().rpartition("/invitation/")[2].strip("/")
    assert open_invitation(token, person.created_at).person == person
    assert list(AuditEvent.objects.order_by("pk").values_list("actor_name", "words"))[0] == (
        "SMS Portal",
        "Added Tomasz Zielinski (msgt0031) as messaging team.",
    )


def test_it_makes_somebody_of_finance():
    create_operator(role="finance")
    assert Person.objects.get().role == "finance"


def test_it_asks_for_what_is_left_out(monkeypatch):
    answers = iter(["msgt0031", "Tomasz Zielinski", "t@example.ac.uk"])
    monkeypatch.setattr("builtins.input", lambda words: next(answers))
    create_operator(username=None, name=None, email=None)
    assert Person.objects.get().email == "t@example.ac.uk"


def test_a_password_on_standard_input_needs_no_link(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("a long walk by the river\n"))
    said = create_operator(password_stdin=True)
    assert "/invitation/" not in said
    assert Person.objects.get().check_password("a long walk by the river")


@pytest.mark.parametrize("password", ["", "short", "password1234", "tomasz.zielinski"])
def test_a_weak_password_is_refused(monkeypatch, password):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    refusal(password_stdin=True)
    assert Person.objects.count() == 0


@pytest.mark.parametrize("username", ["msgt0031", "MSGT0031 "])
def test_a_username_that_is_taken_is_refused(username):
    make_operator(username="msgt0031", name="Tomasz Zielinski")
    assert refusal(username=username) == "msgt0031 already has an account: Tomasz Zielinski."


@pytest.mark.parametrize(
    "wrong", [{"username": "x"}, {"username": "a b c"}, {"name": " "}, {"email": "nobody"}]
)
def test_what_cannot_be_is_refused_in_words(wrong):
    assert refusal(**wrong)
    assert Person.objects.count() == 0
