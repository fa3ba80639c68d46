"""What people do with a browser, step by step, for the tests that follow them."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.db import connection
from playwright.sync_api import Page, TimeoutError, expect

from accounts.tests.make import PASSWORD
from messaging.operations.models import Heartbeat
from messaging.sending.tasks import tally_changed
from smsportal.tests.processes import within

THREE = "07700 900011 07700 900012, 07700 900013"


def database_url() -> str:
    """The database of this test, as a process of its own reads it."""
    here = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{here['NAME']}"
    user = f"{here['USER']}:{here['PASSWORD']}@" if here["PASSWORD"] else f"{here['USER']}@"
    return f"postgres://{user}{here['HOST']}:{here['PORT'] or 5432}/{here['NAME']}"


@contextmanager
def sender_running(var_dir: Path, carrier: str = "simulator") -> Iterator[None]:
    """The real sender of a carrier, as a process beside the web server."""
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "VAR_DIR": str(var_dir),
        "DJANGO_SETTINGS_MODULE": "smsportal.settings",
    }
    log = var_dir / "sender.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "sender", carrier],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        at_work = Heartbeat.objects.filter(name=f"sender:{carrier}")
        assert within(60, at_work.exists), log.read_text()
        yield
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
        process.kill()
        process.wait()


def sign_in(page: Page, username: str, at: str = "/") -> None:
    page.goto(at)
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Sign in")


def press(page: Page, button: str) -> None:
    # A change of the address by htmx is a navigation too; only a new page loads.
    with page.expect_event("load"):
        page.get_by_role("button", name=button).first.click()


def write(page: Page, words: str, numbers: str = THREE) -> None:
    page.locator("#numbers").fill(numbers)
    page.locator("#message").fill(words)


def write_and_wait(page: Page, words: str, *, script: bool = True) -> None:
    """The cost that comes in moves what is below it, and what moves may be missed by a click."""
    write(page, words)
    if script:
        expect(page.locator("#send")).to_contain_text("to 3 people")


def watch(page: Page, words: str, *, script: bool, seconds: float = 60) -> None:
    """Look at a message's page until it says so; what beat does meanwhile is done here."""
    give_up_at = time.monotonic() + seconds
    while time.monotonic() < give_up_at:
        tally_changed()
        if not script:
            page.reload()
        with suppress(AssertionError, TimeoutError):
            # In the key, since the bar above it says "2 of 3 delivered".
            expect(page.locator(".key li", has_text=words)).to_be_visible(timeout=1000)
            return
    raise AssertionError(f"{words!r} was never on screen: {page.locator('main').inner_text()}")
