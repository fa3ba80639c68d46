"""Headers of every answer, and whose address a request is taken to come from."""

import re

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from accounts.tests.make import make_user
from smsportal.lib import request_context
from smsportal.middleware import RequestContext, client_ip

pytestmark = pytest.mark.django_db

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


def test_every_answer_has_the_headers_even_when_there_is_no_such_page(client):
    for path in ("/account/login/", "/no-such-page/"):
        headers = client.get(path).headers
        assert headers["Content-Security-Policy"] == POLICY
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Frame-Options"] == "DENY"
        assert "camera=()" in headers["Permissions-Policy"]


def test_pages_of_people_who_are_signed_in_are_never_kept_by_browser_or_proxy(client):
    assert "Cache-Control" not in client.get("/no-such-page/").headers
    client.force_login(make_user())
    assert client.get("/no-such-page/").headers["Cache-Control"] == "no-store"


def test_a_request_has_a_code_that_can_be_read_aloud(client):
    codes = {client.get("/no-such-page/").headers["X-Request-ID"] for _ in range(3)}
    assert len(codes) == 3
    assert all(re.fullmatch(r"[2-9B-Z]{4}-[2-9B-Z]{4}", code) for code in codes)


def test_logs_and_audit_lines_learn_code_and_address():
    seen = []

    def view(request):
        seen.append((request_context.request_id(), request_context.ip()))
        return HttpResponse()

    answer = RequestContext(view)(RequestFactory().get("/", REMOTE_ADDR="198.51.100.23"))
    assert seen == [(answer.headers["X-Request-ID"], "198.51.100.23")]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "", "10.0.0.1"),
        (0, "203.0.113.9", "10.0.0.1"),  # nobody may say so for themselves
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "192.0.2.1, 203.0.113.9", "203.0.113.9"),  # the first is what the browser claims
        (2, "192.0.2.1, 203.0.113.9, 10.0.0.7", "203.0.113.9"),
        (2, "203.0.113.9", "10.0.0.1"),  # did not come through our proxies
        (1, "2001:db8::7", "2001:db8::7"),
        (1, "unknown", None),
    ],
)
def test_a_forwarded_address_counts_only_from_our_own_proxies(
    settings, proxies, forwarded, address
):
    settings.TRUSTED_PROXY_COUNT = proxies
    extra = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    assert client_ip(RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", **extra)) == address
