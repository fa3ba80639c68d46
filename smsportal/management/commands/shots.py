"""A picture of every page, at two widths, light and dark, from an invented university."""

import os
import shutil
import sys
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from playwright.sync_api import Browser, sync_playwright

from smsportal.demo import guard, parts, seed
from smsportal.demo.sights import SIGHTS, prepared
from smsportal.demo.sights.visitor import HEIGHT, THEMES, WIDTHS, Visitor
from smsportal.lib import db
from smsportal.supervisor import Supervisor

FOLDER = "SHOTS_FOLDER"  # set in the process that takes the pictures


class Command(BaseCommand):
    help = "Take a picture of every page into var/shots. Names narrow it: manage.py shots contacts"
    requires_system_checks: ClassVar[list[str]] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("names", nargs="*", help="beginnings of the pictures' names")

    def handle(self, *args: Any, names: list[str], **options: Any) -> None:
        if FOLDER not in os.environ:
            self._start_again()
        folder = Path(os.environ[FOLDER])
        port = int(os.environ["PORT"])
        call_command("migrate", verbosity=0, interactive=False)
        now = timezone.now()
        guard.mark_as_demo(now=now)
        seed.seed(now=now)
        prepared.prepare(now=now)
        supervisor = Supervisor(settings.VAR_DIR / "logs", say=self.stdout.write)
        try:
            if not settings.REDIS_URL:
                supervisor.start(parts.embedded_broker(settings.VAR_DIR))
            supervisor.start(parts.web(port), *parts.workers(since=db.database_now()))
            count = self._take(folder, f"http://localhost:{port}", names)
        finally:
            supervisor.stop()
        self.stdout.write(f"{count} pictures are in {folder}.")

    def _start_again(self) -> None:
        """In demo mode and with a database of its own, which begins empty each time."""
        own = settings.VAR_DIR / "shots-demo"
        shutil.rmtree(own, ignore_errors=True)
        own.mkdir(parents=True)
        port = os.environ.get("PORT", "8765")
        if not parts.becomes_free(int(port)):
            raise CommandError(f"Port {port} is in use. Choose another: PORT=9000 make shots")
        os.environ.update(parts.demo_environment(own, int(port)))
        os.environ.update(VAR_DIR=str(own), PORT=port, PORTAL_URL=f"http://localhost:{port}")
        os.environ[FOLDER] = str(settings.VAR_DIR / "shots")
        os.environ.pop("DATABASE_URL", None)
        # Playwright keeps an event loop in this thread, which Django takes for a reason to refuse.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])

    def _take(self, folder: Path, url: str, names: list[str]) -> int:
        folder.mkdir(parents=True, exist_ok=True)
        wanted = [s for s in SIGHTS if not names or s.name.startswith(tuple(names))]
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium") or shutil.which("google-chrome"),
                args=["--no-sandbox", "--disable-gpu"],
            )
            said = self._pictures(browser, folder, url, wanted)
            browser.close()
        for line in said:
            self.stderr.write(line)
        return len(wanted) * len(WIDTHS) * len(THEMES)

    def _pictures(self, browser: Browser, folder: Path, url: str, wanted: list[Any]) -> list[str]:
        visitor = Visitor(browser, url)
        for sight in wanted:
            with visitor.visit(sight) as page:
                for width in WIDTHS:
                    page.set_viewport_size({"width": width, "height": HEIGHT})
                    # As high as the page, or what sticks to the edge would lie across its middle.
                    height = page.evaluate("document.documentElement.scrollHeight")
                    page.set_viewport_size({"width": width, "height": max(HEIGHT, height)})
                    for theme in THEMES:
                        page.emulate_media(color_scheme=theme)
                        path = folder / f"{sight.name}-{width}-{theme}.png"
                        page.screenshot(path=path, full_page=True)
        visitor.leave()
        return visitor.said
