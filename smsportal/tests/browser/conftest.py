"""A real browser on the real server: what only a browser can say about a page."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from accounts.people.models import Person

AXE = (Path(__file__).parent / "axe.min.js").read_text()
# What people can see or hear; the rest of axe's answer is advice for its authors.
RUN_AXE = """rules => axe.run(document, {
    resultTypes: ["violations"], ...(rules && {runOnly: {type: "rule", values: rules}}),
}).then(found =>
    found.violations.flatMap(v => v.nodes.map(node => `${v.id}: ${node.target}`)))"""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Playwright keeps an event loop in this thread, which Django takes for a reason to refuse.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        started = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        yield started
        started.close()


@pytest.fixture
def open_page(browser: Browser, live_server) -> Iterator[Callable[..., Page]]:
    """open_page(person=None, width=1280, theme="light", script=True) -> Page.

    Fails the test when a page says anything on its console: the content policy speaks there.
    """
    contexts: list[BrowserContext] = []
    said: list[str] = []

    def opened(
        person: Person | None = None, width: int = 1280, theme: str = "light", script: bool = True
    ) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 860},
            color_scheme=theme,
            java_script_enabled=script,
        )
        contexts.append(context)
        if person is not None:
            client = Client()
            client.force_login(person)
            key = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}]
            )
        page = context.new_page()
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("console", lambda line: said.append(line.text) if line.type != "log" else None)
        return page

    yield opened
    for context in contexts:
        context.close()
    # An error page is "failed to load" to the browser, as it should be.
    assert [line for line in said if not line.startswith("Failed to load resource")] == []


@pytest.fixture
def axe() -> Callable[..., list[str]]:
    """axe(page, rules=None) -> its violations, as "rule: where"; of these rules or of all.

    Sideways scrolling counts as one.
    """

    def violations(page: Page, rules: list[str] | None = None) -> list[str]:
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE)
        found = page.evaluate(RUN_AXE, rules)
        wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        return found + ([f"{wider} px wider than the screen"] if wider > 0 else [])

    return violations
