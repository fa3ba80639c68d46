"""Kannel, the way Debian packs it, as a client of whoever plays the carrier."""

import shutil
import socket
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import URLError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import urlopen

from smsportal.tests.processes import within

CONFIGURATION = """
group = core
admin-port = {admin}
admin-interface = "127.0.0.1"
admin-password = secret
smsbox-port = {box}
box-allow-ip = 127.0.0.1
log-file = {folder}/bearerbox.log
dlr-storage = internal

group = smsc
smsc = smpp
host = 127.0.0.1
port = {smsc}
transceiver-mode = true
smsc-username = portal
smsc-password = secret
system-type = ""
reconnect-delay = 1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms}
sendsms-interface = "127.0.0.1"
log-file = {folder}/smsbox.log

group = sendsms-user
username = portal
password = secret
concatenation = true
max-messages = 10

group = sms-service
keyword = default
catch-all = true
max-messages = 0
get-url = "{get_url}"
"""


def free_ports(count: int) -> list[int]:
    """Held together, so that none is given twice."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Kannel:
    """told: what it was told by the carrier and told us, as (path, fields), in order. get_url:
    where else it tells what a phone answered.
    """

    def __init__(self, smsc_port: int, folder: Path, get_url: str = "") -> None:
        self.told: list[tuple[str, dict[str, str]]] = []
        self.web = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self.web.serve_forever, daemon=True).start()
        admin, box, self.port = free_ports(3)
        self.folder = folder
        told = f"http://127.0.0.1:{self.web.server_port}/text?from=%p&to=%P&words=%b&charset=%C"
        file = folder / "kannel.conf"
        file.write_text(
            CONFIGURATION.format(
                admin=admin, box=box, sendsms=self.port, smsc=smsc_port, folder=folder,
                get_url=get_url or told,
            )
        )  # fmt: skip
        self.boxes: list[subprocess.Popen] = []
        self._start("bearerbox", file)
        assert within(15, lambda: _is_open(box)), self.log()
        self._start("smsbox", file)
        assert within(15, lambda: _is_open(self.port)), self.log()
        assert within(15, lambda: "online" in _page(admin, "status.txt")), self.log()

    def _start(self, box: str, file: Path) -> None:
        command = [shutil.which(box) or f"/usr/sbin/{box}", str(file)]
        with (self.folder / f"{box}.out").open("w") as output:
            self.boxes.append(subprocess.Popen(command, stdout=output, stderr=output))

    def send(self, to: str, words: str, **fields: str) -> None:
        """As its users do, over HTTP; its reports come back to `told` under /report."""
        report = f"http://127.0.0.1:{self.web.server_port}/report?" + "kind=%d&about=" + to
        asked = {
            "username": "portal", "password": "secret", "from": "447700900950", "to": to,
            "text": words, "charset": "UTF-8", "dlr-mask": "31", "dlr-url": report, **fields,
        }  # fmt: skip
        url = f"http://127.0.0.1:{self.port}/cgi-bin/sendsms?{urlencode(asked)}"
        with urlopen(url, timeout=10) as answer:
            assert answer.status == 202, answer.read()

    def reports(self, about: str) -> list[int]:
        """1: delivered, 2: not delivered, 8: the carrier has taken it."""
        found = (fields for path, fields in self.told if path == "/report")
        return [int(fields["kind"]) for fields in found if fields["about"] == about]

    def log(self) -> str:
        return "\n".join(each.read_text(errors="replace") for each in self.folder.glob("*.*"))

    def stop(self) -> None:
        for box in reversed(self.boxes):
            box.kill()
            box.wait()
        self.web.shutdown()
        self.web.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        told = self.told

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked = urlsplit(self.path)
                fields = parse_qs(asked.query, keep_blank_values=True)
                told.append((asked.path, {name: values[0] for name, values in fields.items()}))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """It would be said on the tests' own screen."""

        return Handler


def _is_open(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


def _page(port: int, name: str) -> str:
    try:
        with urlopen(f"http://127.0.0.1:{port}/{name}?password=secret", timeout=5) as page:
            return page.read().decode(errors="replace")
    except (URLError, OSError):
        return ""
