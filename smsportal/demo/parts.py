"""The parts that the demo runs, and how to tell that each does its work."""

import datetime as dt
import os
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from messaging.operations.models import Heartbeat
from smsportal.demo.certificate import make_certificate
from smsportal.demo.network import free_port
from smsportal.lib import broker
from smsportal.supervisor import Child

RELAY_PORT = 8025
DJANGO = [sys.executable, "manage.py"]
CELERY = [sys.executable, "-m", "celery", "-A", "smsportal"]


def embedded_broker(var_dir: Path) -> Child:
    address = str(broker.socket_path(var_dir))
    command = broker.embedded_broker_command(var_dir)
    # A socket that a killed broker left behind looks like one that is not ready yet.
    Path(address).unlink(missing_ok=True)
    return Child("broker", command, is_ready=lambda: _answers_ping(address))


def web(port: int) -> Child:
    command = [sys.executable, "-m", "gunicorn", "-c", "python:smsportal.gunicorn"]
    address = f"http://127.0.0.1:{port}/ready"
    return Child("web", command, lambda: _serves(address), env={"PORT": str(port)})


def simulator(port: int) -> Child:
    """The practice network as a carrier in another building; its account is its carrier's."""
    command = [*DJANGO, "simulator", "--smpp-port", str(port)]
    return Child("simulator", command, is_ready=lambda: _is_open(port))


def relay(port: int) -> Child:
    return Child("relay", [*DJANGO, "relay"], is_ready=lambda: _is_open(port))


def workers(*, since: dt.datetime) -> list[Child]:
    """Worker, beat and sender. since: a heartbeat after this is a new process's."""
    # Gossip and mingle are talk between workers; there is one, and mingling takes a second.
    alone = ["--without-gossip", "--without-mingle"]
    worker = [*CELERY, "worker", "-c", "2", "-O", "fair", "-l", "INFO", *alone]
    sender = [*DJANGO, "sender", "simulator"]
    return [
        Child("worker", worker, is_ready=_beats("worker", since)),
        Child("beat", [*CELERY, "beat", "-l", "INFO"], is_ready=_beats("beat", since)),
        Child("sender", sender, is_ready=_beats("sender:simulator", since)),
    ]


def becomes_free(port: int, seconds: float = 5.0) -> bool:
    """Whether a port can be listened on, once a demo that was just killed has gone."""
    give_up_at = time.monotonic() + seconds
    while not _is_free(port):
        if time.monotonic() > give_up_at:
            return False
        time.sleep(0.1)
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _is_open(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


def demo_environment(var_dir: Path, port: int) -> dict[str, str]:
    """What the demo's own processes read instead of a real installation's settings."""
    return {
        "DEMO": "1",
        "DEBUG": "0",
        "SECRET_KEY": _secret_key(var_dir),
        "PORTAL_URL": os.environ.get("PORTAL_URL", f"http://localhost:{port}"),
        **_relay_environment(var_dir),
    }


def _relay_environment(var_dir: Path) -> dict[str, str]:
    """Another port where the usual one is in use: a second demo on this machine, for one."""
    port = os.environ.get("RELAY_PORT", "") or str(RELAY_PORT if _is_free(RELAY_PORT) else 0)
    if port == "0":
        port = str(free_port())
    chain, key = make_certificate(var_dir, now=dt.datetime.now(dt.UTC))
    return {
        "RELAY_PORT": port,
        "RELAY_SERVER": f"localhost:{port}",
        "RELAY_CERTIFICATE": str(chain),
        "RELAY_KEY": str(key),
    }


def _secret_key(var_dir: Path) -> str:
    """One of its own for each var folder, kept so that a restart signs nobody out."""
    file = var_dir / "demo-secret-key"
    if not file.exists():
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as handle:
            handle.write(os.urandom(40).hex())
    return file.read_text()


def _answers_ping(address: str) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        try:
            connection.connect(address)
            connection.sendall(b"PING\r\n")
            return connection.recv(7) == b"+PONG\r\n"
        except OSError:
            return False


def _serves(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def _beats(name: str, since: dt.datetime) -> Callable[[], bool]:
    return lambda: Heartbeat.objects.filter(name=name, at__gt=since).exists()
