"""Opens sights in one browser, signed in as whoever sees them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page

from smsportal.demo.sights.sight import PASSWORD, Sight, person

WIDTHS = (1280, 390)
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
HEIGHT = 860
BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0"


class Visitor:
    """said: what pages wrote on their console, where the content policy speaks too."""

    def __init__(self, browser: Browser, base_url: str) -> None:
        self.browser = browser
        self.base_url = base_url
        self.said: list[str] = []
        self._contexts: dict[str, BrowserContext] = {}

    @contextmanager
    def visit(self, sight: Sight) -> Iterator[Page]:
        context = self._contexts.get(sight.who) or self._arrive(sight.who)
        page = context.new_page()
        page.on("pageerror", lambda error: self._note(sight, str(error)))
        page.on("console", lambda line: self._note(sight, line.text, line.type))
        page.goto(sight.address())
        if sight.act:
            sight.act(page)
        page.wait_for_load_state("networkidle")
        yield page
        page.close()

    def leave(self) -> None:
        for context in self._contexts.values():
            context.close()

    def _note(self, sight: Sight, words: str, kind: str = "error") -> None:
        # An error page is "failed to load" to the browser, as it should be.
        if kind != "log" and not words.startswith("Failed to load resource"):
            self.said.append(f"{sight.name}: {words}")

    def _arrive(self, who: str) -> BrowserContext:
        context = self.browser.new_context(
            base_url=self.base_url,
            viewport={"width": WIDTHS[0], "height": HEIGHT},
            reduced_motion="reduce",
            locale="en-GB",
            timezone_id="Europe/London",
        )
        context.set_default_timeout(15_000)
        if who:
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": _key(who), "url": self.base_url}]
            )
            self._contexts[who] = context
        return context


def _key(username: str) -> str:
    """A session that has just proven its password, so that no page asks for it again."""
    client = Client(headers={"host": "localhost", "user-agent": BROWSER})
    client.post(reverse("account_login"), {"login": username, "password": PASSWORD})
    if SESSION_KEY not in client.session:
        user = person(username)
        client.force_login(user)  # who would be asked for a code
        UserSession.objects.create(
            user=user, session_key=client.session.session_key, ip="127.0.0.1", user_agent=BROWSER
        )
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client.cookies[settings.SESSION_COOKIE_NAME].value
