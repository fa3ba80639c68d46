"""Debian's Postfix, its milters and its SPF check, privately, of the very files in deploy/postfix.

Other than where they are installed are only the places (ports, folders, certificate), that a client
may say what address it comes from (XCLIENT), and that what is sent back goes to the test. Name
servers are the test's, too: each daemon has a resolv.conf of its own.
"""

import json
import random
import shutil
import smtplib
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as Keeping
from django.conf import settings

from messaging.tests.carriers.certificates import make_certificate
from messaging.tests.relay.proofs.zone import Zone, served
from smsportal.tests.processes import family_of, kill, within

FILES = Path(settings.BASE_DIR) / "deploy" / "postfix"
START_SECONDS = 10
PLACES = ("smtp", "lmtp", "policy", "dkim", "dmarc", "back")
# With process numbers of its own, so that all of a daemon's processes end with it.
PRIVATELY = ["unshare", "--mount", "--pid", "--fork", "sh", "-c"]
WITH_NAMES = 'mount --bind "$0" /etc/resolv.conf && exec "$@"'


def free_ports(names: tuple[str, ...]) -> dict[str, int]:
    """All different, since all are held until each has one."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in names]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return {name: each.getsockname()[1] for name, each in zip(names, sockets, strict=True)}


def changed(text: str, changes: dict[str, str]) -> str:
    for old, new in changes.items():
        assert old in text, f"{old!r} is not in the file any more"
        text = text.replace(old, new)
    return text


class SentBack(Keeping):
    """What leaves by the front server: its bounces. mails: (recipients, words)."""

    def __init__(self) -> None:
        super().__init__()
        self.mails: list[tuple[str, str]] = []

    def handle_message(self, message) -> None:
        self.mails.append((message["X-RcptTo"], message.as_string()))


class FrontServer:
    def __init__(self, folder: Path, nameserver: str) -> None:
        self.folder = folder
        self.ports = free_ports(PLACES)
        self.nameserver = nameserver
        self.resolver = folder / "resolv.conf"
        self.resolver.write_text(f"nameserver {nameserver}\noptions timeout:1 attempts:1\n")
        self.sent_back = SentBack()
        self.log = folder / "postfix.log"
        self._write()

    # -- Its files ---------------------------------------------------------------------------

    def _write(self) -> None:
        key, chain = make_certificate(self.folder, "mx.oxsms.co.uk")
        here, ports = str(self.folder), self.ports
        main = changed(
            (FILES / "main.cf").read_text(),
            {
                "127.0.0.1:8024": f"127.0.0.1:{ports['lmtp']}",
                "127.0.0.1:8023": f"127.0.0.1:{ports['policy']}",
                "127.0.0.1:8891": f"127.0.0.1:{ports['dkim']}",
                "127.0.0.1:8893": f"127.0.0.1:{ports['dmarc']}",
                "regexp:/etc/postfix": f"regexp:{here}",
                "/etc/ssl/mx.oxsms.co.uk.pem": str(chain),
                "/etc/ssl/private/mx.oxsms.co.uk.key": str(key),
            },
        )
        own = {
            "queue_directory": f"{here}/queue",
            "data_directory": f"{here}/data",
            "maillog_file": str(self.log),
            "maillog_file_prefixes": here,
            "inet_protocols": "ipv4",
            "smtpd_authorized_xclient_hosts": "127.0.0.1",
            "relayhost": f"[127.0.0.1]:{ports['back']}",
        }
        main += "".join(f"{name} = {value}\n" for name, value in own.items())
        master = {
            "smtp       inet": f"127.0.0.1:{ports['smtp']} inet",
            "/etc/postfix-policyd-spf-python": here,
        }
        (self.folder / "main.cf").write_text(main)
        (self.folder / "master.cf").write_text(changed((FILES / "master.cf").read_text(), master))
        for name in ("header_checks", "milter_header_checks", "policyd-spf.conf"):
            shutil.copy(FILES / name, self.folder)
        for name in ("opendkim", "opendmarc"):
            self._write_milter(name)
        self._write_folders()

    def _write_milter(self, name: str) -> None:
        changes = {f"/run/{name}/{name}.pid": f"{self.folder}/{name}.pid"} | {
            "opendkim": {
                "inet:8891@": f"inet:{self.ports['dkim']}@",
                "Nameservers             127.0.0.1": f"Nameservers {self.nameserver}",
            },
            "opendmarc": {"inet:8893@": f"inet:{self.ports['dmarc']}@"},
        }[name]
        text = changed((FILES / f"{name}.conf").read_text(), changes)
        (self.folder / f"{name}.conf").write_text(text)

    def _write_folders(self) -> None:
        """Postfix is locked into its queue, where Debian's own start puts these, too."""
        inside = self.folder / "queue" / "etc"
        inside.mkdir(parents=True)
        for name in ("hosts", "services", "nsswitch.conf"):
            shutil.copy(f"/etc/{name}", inside)
        shutil.copy(self.resolver, inside)
        (self.folder / "data").mkdir()
        shutil.chown(self.folder / "data", "postfix")

    # -- Its life ----------------------------------------------------------------------------

    @contextmanager
    def run(self) -> Iterator["FrontServer"]:
        with ExitStack() as life:
            back = Controller(self.sent_back, hostname="127.0.0.1", port=self.ports["back"])
            back.start()
            life.callback(back.stop)
            here = self.folder
            life.enter_context(self._daemon("opendkim", "-f", "-x", f"{here}/opendkim.conf"))
            life.enter_context(self._daemon("opendmarc", "-f", "-c", f"{here}/opendmarc.conf"))
            life.enter_context(self._daemon("postfix", "-c", str(here), "start-fg"))
            for name in ("dkim", "dmarc", "smtp"):
                assert within(START_SECONDS, lambda name=name: self._is_open(name)), self.said()
            yield self

    @contextmanager
    def _daemon(self, *command: str) -> Iterator[None]:
        with (self.folder / f"{command[0]}.output").open("w") as output:
            process = subprocess.Popen(
                [*PRIVATELY, WITH_NAMES, str(self.resolver), *command],
                stdout=output,
                stderr=output,
            )
        try:
            yield
        finally:
            kill([*family_of(process.pid), process.pid])
            process.wait()

    def _is_open(self, name: str) -> bool:
        with socket.socket() as caller:
            return caller.connect_ex(("127.0.0.1", self.ports[name])) == 0

    def said(self) -> str:
        return "".join(
            each.read_text() for each in [self.log, *self.folder.glob("*.output")] if each.exists()
        )

    # -- What is asked of it -----------------------------------------------------------------

    def client(self, address: str, name: str = "mail.ox.ac.uk") -> smtplib.SMTP:
        """A connection that comes, as far as it is told, from that address."""
        client = smtplib.SMTP("127.0.0.1", self.ports["smtp"], timeout=30)
        client.ehlo("here")
        client.docmd("XCLIENT", f"ADDR={address} NAME={name}")
        client.ehlo(name)
        return client

    def try_again(self) -> None:
        subprocess.run(["postqueue", "-c", str(self.folder), "-f"], check=True)

    def waiting(self) -> list[str]:
        """Names of the queues that its mails are in."""
        asked = ["postqueue", "-c", str(self.folder), "-j"]
        said = subprocess.run(asked, check=True, capture_output=True).stdout
        return [json.loads(line)["queue_name"] for line in said.splitlines()]


@contextmanager
def front_server(zone: Zone) -> Iterator[FrontServer]:
    nameserver = f"127.{random.randint(1, 254)}.{random.randint(1, 254)}.53"
    # Its processes give up their rights, and still have to get in here.
    folder = Path(tempfile.mkdtemp(prefix="front-"))
    folder.chmod(0o755)
    try:
        with served(zone, (nameserver, 53)), FrontServer(folder, nameserver).run() as front:
            yield front
    finally:
        shutil.rmtree(folder)
