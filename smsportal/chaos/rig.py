"""The whole portal in real processes, with a database, a broker and a carrier of its own, each to
be killed, frozen and started again.
"""

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import redis

from smsportal.lib import broker
from smsportal.lib.broker import embedded_broker_command

ROOT = Path(__file__).resolve().parents[2]
PEERS = ROOT / "smsportal/tests/peers/node_modules"
SMSC = Path(__file__).with_name("smsc.js")
CARRIER = "chaos"
WINDOW = 10
START_SECONDS = 60
AGAIN_AFTER_SECONDS = 0.5  # as a service that is started again when it falls
SERVER_BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))


def free_ports() -> list[int]:
    """Three that nobody listens on."""
    listeners = [socket.socket() for _ in range(3)]
    for listener in listeners:
        listener.bind(("127.0.0.1", 0))
    ports = [int(listener.getsockname()[1]) for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports


class Rig:
    """folder: where everything lies. ports: of the pages, the carrier and the database.
    has_postgresql: whether the database is a server of its own, or a file.
    """

    def __init__(self, folder: Path, ports: Sequence[int]) -> None:
        self.folder = folder
        self.web_port, self.carrier_port, self.database_port = ports
        self.has_postgresql = bool(SERVER_BINARIES)
        self.processes: dict[str, subprocess.Popen] = {}
        self.ledger = folder / "ledger"

    @property
    def environment(self) -> dict[str, str]:
        """What the portal's own processes read. Nothing outside the folder is touched."""
        address = f"postgres://postgres@127.0.0.1:{self.database_port}/portal"
        return {
            "DJANGO_SETTINGS_MODULE": "smsportal.settings",
            "DATABASE_URL": address if self.has_postgresql else "",
            "REDIS_URL": "",
            "VAR_DIR": str(self.folder / "var"),
            "SECRET_KEY": os.urandom(30).hex(),
            "PORT": str(self.web_port),
            "PORTAL_URL": f"http://localhost:{self.web_port}",
            "SEND_UNDO_SECONDS": "1",
            "QUIET_FROM_HOUR": "24",
            "QUIET_UNTIL_HOUR": "0",
        }

    # -- Life ------------------------------------------------------------------------------

    def start_database(self) -> None:
        if not self.has_postgresql:
            return
        data = self.folder / "database"
        if not data.exists():
            data.mkdir()
            self._give_to_postgres(data)
            self._as_postgres("initdb", "-D", str(data), "--auth=trust", "-U", "postgres")
        self.start("postgresql")
        if not (self.folder / "has-database").exists():
            self._as_postgres("createdb", *self._server(), "-U", "postgres", "portal")
            (self.folder / "has-database").touch()

    def start_all(self) -> None:
        for name in ("broker", "carrier", "web", "worker", "beat", "sender"):
            self.start(name)

    def start(self, name: str) -> None:
        """Returns when it does its work, as far as can be told from outside."""
        log = (self.folder / f"{name}.log").open("ab")
        self.processes[name] = subprocess.Popen(
            self._command(name),
            cwd=ROOT,
            env={**os.environ, "NODE_PATH": str(PEERS)},
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            process_group=0,
            user=self._owner(name),
        )
        self.until(IS_UP.get(name, lambda rig: True))

    def kill(self, name: str) -> None:
        """As bad luck does it: the process and its children, without a word."""
        process = self.processes.pop(name)
        if name == "postgresql":  # "immediate": it drops everything, and repairs itself at start
            process.send_signal(signal.SIGQUIT)
        else:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def fall(self, name: str) -> None:
        self.kill(name)
        time.sleep(AGAIN_AFTER_SECONDS)
        self.start(name)

    def freeze(self, name: str, seconds: float) -> None:
        group = self.processes[name].pid
        os.killpg(group, signal.SIGSTOP)
        time.sleep(seconds)
        os.killpg(group, signal.SIGCONT)

    def stop(self) -> None:
        for name in reversed(list(self.processes)):
            with suppress(ProcessLookupError):
                self.kill(name)

    # -- Talk ------------------------------------------------------------------------------

    def order(self, **order: Any) -> None:
        """To the carrier: see smsc.js."""
        pipe = self.processes["carrier"].stdin
        assert pipe is not None
        pipe.write(json.dumps(order).encode() + b"\n")
        pipe.flush()

    def flush_broker(self) -> None:
        redis.Redis.from_url(self._broker_url()).flushall()

    def until(self, is_so: "Callable[[Rig], bool]") -> None:
        give_up_at = time.monotonic() + START_SECONDS
        while not is_so(self):
            if time.monotonic() > give_up_at:
                raise TimeoutError(f"something did not start: see {self.folder}/*.log")
            time.sleep(0.05)

    def answers(self, port: int) -> bool:
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", port)) == 0

    # -- How each is run -------------------------------------------------------------------

    def _command(self, name: str) -> list[str]:
        celery = [sys.executable, "-m", "celery", "-A", "smsportal"]
        alone = ["--without-gossip", "--without-mingle"]
        if name == "broker":
            # What a killed one left behind looks like one that is not ready yet.
            broker.socket_path(self.folder / "var").unlink(missing_ok=True)
            return embedded_broker_command(self.folder / "var")
        if name == "postgresql":
            data = str(self.folder / "database")
            return [str(SERVER_BINARIES[-1]), "-D", data, "-k", data, *self._server()]
        return {
            "carrier": ["node", str(SMSC), str(self.carrier_port), str(self.ledger)],
            "web": [sys.executable, "-m", "gunicorn", "-c", "python:smsportal.gunicorn"],
            "worker": [*celery, "worker", "-c", "2", "-O", "fair", "-l", "INFO", *alone],
            "beat": [*celery, "beat", "-l", "INFO"],
            "sender": [sys.executable, "manage.py", "sender", CARRIER],
        }[name]

    def _server(self) -> list[str]:
        return ["-h", "127.0.0.1", "-p", str(self.database_port)]

    def _owner(self, name: str) -> str | None:
        """PostgreSQL refuses to run as root."""
        return "postgres" if name == "postgresql" and os.getuid() == 0 else None

    def _give_to_postgres(self, data: Path) -> None:
        if os.getuid() == 0:
            self.folder.chmod(0o711)
            owner = pwd.getpwnam("postgres")
            os.chown(data, owner.pw_uid, owner.pw_gid)

    def _as_postgres(self, program: str, *words: str) -> None:
        binary = str(SERVER_BINARIES[-1].with_name(program))
        owner = self._owner("postgresql")
        subprocess.run([binary, *words], check=True, capture_output=True, user=owner, cwd="/")

    def _broker_url(self) -> str:
        return broker.cache_url(self.folder / "var")

    def _broker_pings(self) -> bool:
        try:
            return bool(redis.Redis.from_url(self._broker_url()).ping())
        except redis.RedisError:
            return False


IS_UP: dict[str, Callable[[Rig], bool]] = {
    "postgresql": lambda rig: (
        subprocess.run(
            [SERVER_BINARIES[-1].with_name("pg_isready"), "-q", *rig._server()], check=False
        ).returncode
        == 0
    ),
    "broker": Rig._broker_pings,
    "carrier": lambda rig: rig.answers(rig.carrier_port),
    "web": lambda rig: rig.answers(rig.web_port),
}


def is_possible() -> str:
    """What is missing for a run; empty when nothing is."""
    if not shutil.which("node") or not (PEERS / "smpp").is_dir():
        return "it needs node-smpp: npm install --prefix smsportal/tests/peers"
    return ""
