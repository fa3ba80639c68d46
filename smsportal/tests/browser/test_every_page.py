"""Every page that a role can reach by links, in the demo's university: axe, small and dark."""

from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.urls import Resolver404, resolve
from django.utils import timezone

from smsportal.demo import seed

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

LEADS_AWAY = {"account_logout"}
ADDRESSES = "links => links.map(link => link.getAttribute('href'))"


def one_of_each_view(page, axe) -> Iterator[tuple[str, int, list[str]]]:
    """(view name, status, what is wrong), following links from the first page on."""
    waiting, seen = ["/"], set()
    while waiting:
        address = waiting.pop(0)
        answer = page.request.get(address)
        if "attachment" in answer.headers.get("content-disposition", ""):
            yield address, answer.status, []
            continue
        page.goto(address)
        yield address, answer.status, axe(page)
        for link in page.locator("a[href]").evaluate_all(ADDRESSES):
            path = urlsplit(urljoin(page.url, link))
            try:
                name = resolve(path.path).view_name
            except Resolver404:
                name = path.path
            if name in seen | LEADS_AWAY or path.hostname != "localhost":
                continue
            seen.add(name)
            waiting.append(path.path + (f"?{path.query}" if path.query else ""))


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (320, "dark")])
@pytest.mark.parametrize("role", ["user", "admin", "operator", "finance"])
def test_every_page_of_a_role_is_for_everybody(open_page, axe, settings, role, width, theme):
    settings.DEMO = True
    seed.seed(now=timezone.now())
    person = get_user_model().objects.filter(role=role).order_by("pk").first()
    visited = list(one_of_each_view(open_page(person, width=width, theme=theme), axe))
    assert [entry for entry in visited if entry[1:] != (200, [])] == []
    assert len(visited) >= 2
