"""Pages for when something went wrong say what happened to the text, and what to do now."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, connection
from django.http import HttpRequest
from django.test import Client
from django.urls import include, path

from accounts.tests.make import make_user

pytestmark = pytest.mark.django_db


def forbidden(request: HttpRequest) -> None:
    raise PermissionDenied("user may not: manage_users")


def broken(request: HttpRequest) -> None:
    raise ZeroDivisionError


def database_gone(request: HttpRequest) -> None:
    raise OperationalError("server closed the connection unexpectedly")


urlpatterns = [
    path("", include("smsportal.urls")),
    path("forbidden/", forbidden),
    path("broken/", broken),
    path("database-gone/", database_gone),
]
handler400 = "smsportal.errors.bad_request"
handler403 = "smsportal.errors.forbidden"
handler404 = "smsportal.errors.not_found"
handler500 = "smsportal.errors.server_error"


@pytest.fixture(autouse=True)
def _urls(settings):
    settings.ROOT_URLCONF = __name__


@pytest.fixture
def visitor():
    return Client(raise_request_exception=False)


@pytest.fixture
def no_database():
    """Every query fails, as it does when the server is away."""

    def gone(*args, **kwargs):
        raise OperationalError("gone")

    with connection.execute_wrapper(gone):
        yield


def test_a_page_that_does_not_exist_says_so_to_anybody(visitor):
    answer = visitor.get("/no-such-page/")
    assert answer.status_code == 404
    assert "<h1>Page not found</h1>" in answer.text


def test_a_page_for_others_names_the_account_and_not_the_permission(visitor):
    visitor.force_login(make_user(username="phys0423"))
    answer = visitor.get("/forbidden/")
    assert answer.status_code == 403
    assert "phys0423" in answer.text
    assert "manage_users" not in answer.text


def test_a_fault_gives_a_code_to_read_to_the_service_desk(visitor):
    answer = visitor.get("/broken/")
    assert answer.status_code == 500
    assert "Sorry, something went wrong" in answer.text
    assert answer.headers["X-Request-ID"] in answer.text


def test_a_fault_while_posting_does_not_claim_that_nothing_was_sent(visitor):
    assert "No. You were only looking." in visitor.get("/broken/").text
    posted = visitor.post("/broken/", {"words": "Exam moved"}).text
    assert "No. You were only looking." not in posted
    assert "Look there before you send it again." in posted
    assert ">Exam moved</textarea>" in posted


@pytest.mark.usefixtures("no_database")
def test_faults_show_their_page_without_any_query(visitor):
    assert "Sorry, something went wrong" in visitor.get("/broken/").text


@pytest.mark.usefixtures("no_database")
def test_people_who_were_signed_in_are_told_that_the_database_is_gone(visitor):
    visitor.cookies["sessionid"] = "0" * 32
    for address in ("/account/login/", "/broken/", "/no-such-page/"):
        answer = visitor.get(address)
        assert answer.status_code == 503
        assert "Closed for a moment" in answer.text


def test_without_database_what_was_written_is_kept_to_try_again(visitor):
    answer = visitor.post(
        "/database-gone/",
        {
            "words": "Exam <b>moved</b>",
            "to": ["a", "b"],
            "password": "correct horse",
            "csrfmiddlewaretoken": "abc",
        },
    )
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"
    assert 'name="words" rows="3">Exam &lt;b&gt;moved&lt;/b&gt;</textarea>' in answer.text
    assert answer.text.count('<input type="hidden" name="to"') == 2
    assert 'name="csrfmiddlewaretoken" value="abc"' in answer.text
    assert "correct horse" not in answer.text


def test_another_form_without_database_is_not_repeated(visitor):
    answer = visitor.post("/database-gone/", {"login": "phys0423", "password": "correct horse"})
    assert "Nothing was sent, changed or charged." in answer.text
    assert "<form" not in answer.text
    assert "phys0423" not in answer.text


def test_looking_without_database_promises_nothing_about_a_message(visitor):
    answer = visitor.get("/database-gone/")
    assert answer.status_code == 503
    assert "Closed for a moment" in answer.text
    assert "<textarea" not in answer.text


def test_a_form_that_was_open_too_long_loses_no_words_and_sends_nothing():
    visitor = Client(enforce_csrf_checks=True)
    answer = visitor.post("/broken/", {"words": "Exam <b>moved</b>", "to": "a"})
    assert answer.status_code == 403
    assert "Not sent. That page was too old." in answer.text
    assert "readonly" in answer.text
    assert "Exam &lt;b&gt;moved&lt;/b&gt;" in answer.text
    assert "<form" not in answer.text
