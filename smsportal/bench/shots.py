"""A picture of every page that each role can reach, into var/shots: two widths, light and dark.

Starts a demo of its own, signs in, and follows the links of each page to one page of each kind.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import django
from django.conf import settings
from django.urls import Resolver404, resolve
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROLES = {
    "anybody": "",
    "user": "ouit0423",
    "admin": "ouit0423admin",
    "operator": "operator",
    "finance": "finance",
}
PASSWORD = "a password for pictures"
WIDTHS = (1280, 390)
THEMES = ("light", "dark")
LEADS_AWAY = {"account_logout"}


def main() -> None:
    django.setup()
    target = settings.VAR_DIR / "shots"
    shutil.rmtree(target, ignore_errors=True)
    with tempfile.TemporaryDirectory() as var_dir:
        port = _free_port()
        demo = _start_demo(Path(var_dir), port)
        try:
            count = _shoot_all(f"http://localhost:{port}", target)
        finally:
            demo.terminate()
            demo.wait()
    print(f"{count} pictures in {target}")


def _shoot_all(address: str, target: Path) -> int:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"),
            args=["--no-sandbox", "--disable-gpu"],
        )
        count = sum(_shoot_role(browser, address, role, target) for role in ROLES)
        browser.close()
    return count


def _shoot_role(browser: Browser, address: str, role: str, target: Path) -> int:
    (target / role).mkdir(parents=True)
    context = browser.new_context(base_url=address)
    page = context.new_page()
    if ROLES[role]:
        _sign_in(page, ROLES[role])
    pages = list(_one_of_each_view(page, "/" if ROLES[role] else "/account/login/"))
    count = 0
    for theme in THEMES:
        for width in WIDTHS:
            count += _shoot(context, pages, width, theme, target / role)
    context.close()
    return count


def _shoot(
    context: BrowserContext, pages: list[tuple[str, str]], width: int, theme: str, target: Path
) -> int:
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 860})
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    for name, path in pages:
        page.goto(path)
        page.screenshot(path=target / f"{name}-{width}-{theme}.png", full_page=True)
    page.close()
    return len(pages)


def _sign_in(page: Page, username: str) -> None:
    page.goto("/account/login/")
    page.fill("[name=login]", username)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login" not in url)


def _one_of_each_view(page: Page, first: str) -> Iterator[tuple[str, str]]:
    """(name, path) of a page of each kind, by links from the first one on."""
    waiting, seen, shown = [first], set(LEADS_AWAY), set()
    while waiting:
        path = waiting.pop(0)
        answer = page.request.get(path)
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue  # a file to take away
        page.goto(path)
        shot = re.sub(r"\W+", "-", _view_of(urlsplit(page.url).path) or "page")
        if shot not in shown:
            shown.add(shot)
            yield shot, path
        for link in page.locator("a[href]").evaluate_all("all => all.map(one => one.href)"):
            found = urlsplit(urljoin(page.url, link))
            name = _view_of(found.path)
            if name and name not in seen and found.netloc == urlsplit(page.url).netloc:
                seen.add(name)
                waiting.append(found.path + (f"?{found.query}" if found.query else ""))


def _view_of(path: str) -> str:
    """The name of the page at an address of ours; "" where there is none."""
    try:
        return resolve(path).view_name
    except Resolver404:
        return ""


def _start_demo(var_dir: Path, port: int) -> subprocess.Popen[bytes]:
    own = {"VAR_DIR": str(var_dir), "PORT": str(port), "DEMO_PASSWORD": PASSWORD}
    output = var_dir / "output"
    with output.open("wb") as file:
        demo = subprocess.Popen(
            [sys.executable, "manage.py", "demo"],
            cwd=settings.BASE_DIR,
            env={**os.environ, **own},
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    while demo.poll() is None and b"Ready after" not in output.read_bytes():
        time.sleep(0.2)
    if demo.poll() is not None:
        raise SystemExit(output.read_text())
    return demo


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smsportal.settings")
    main()
