"""The portal as people meet it: its real server, on loopback only, and somebody signed in."""

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

from django.conf import settings
from django.test import Client

from accounts.people.models import Person


@contextmanager
def server() -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "-c", "python:smsportal.gunicorn"]
    process = subprocess.Popen(
        command,
        env={**os.environ, "PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(port: int) -> None:
    give_up_at = time.monotonic() + 30
    while True:
        try:
            get(http.client.HTTPConnection("127.0.0.1", port, timeout=2), "/live", "")
            return
        except OSError:
            if time.monotonic() > give_up_at:
                raise
            time.sleep(0.1)


def signed_in(user: Person) -> str:
    client = Client()
    client.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def get(connection: http.client.HTTPConnection, address: str, cookie: str) -> tuple[int, str]:
    connection.request("GET", address, headers={"Cookie": cookie, "Host": "localhost"})
    answer = connection.getresponse()
    answer.read()
    return answer.status, answer.getheader("Location", "")


class Browser:
    """As much of one as a form needs."""

    def __init__(self, port: int, person: Person) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookie = signed_in(person)

    def form(self, address: str) -> dict[str, str]:
        """The hidden fields of a page's form, and its cookie for the post."""
        self.connection.request("GET", address, headers=self._headers())
        answer = self.connection.getresponse()
        page = answer.read().decode()
        for header in answer.headers.get_all("Set-Cookie", []):
            self.cookie += f"; {header.partition(';')[0]}"
        fields = re.findall(r'type="hidden" name="(csrfmiddlewaretoken|seal)" value="(.*?)"', page)
        return dict(fields)

    def post(self, address: str, fields: dict[str, str]) -> None:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        self.connection.request(
            "POST", address, urlencode(fields), headers={**self._headers(), **kind}
        )
        answer = self.connection.getresponse()
        answer.read()
        if answer.status != 302:
            raise RuntimeError(f"{address} answered {answer.status}")

    def _headers(self) -> dict[str, str]:
        return {"Cookie": self.cookie, "Host": "localhost"}
