"""`make bench`: the speeds that are promised, each beside what the machine could do at best.

make bench                        everything, on SQLite and, where one answers, PostgreSQL
make bench ARGS="sending pages"   some of it: sums, imports, sending, smpp, emergency,
                                 fair, http, intake, relay, pages, usage
make bench ARGS="--rows 10000000 pages"    pages over ten million texts
make bench ARGS="--rows 10000000 usage"    counting them again, and reports over them
make bench ARGS="--rows 1000000 delivery"  the file of a delivery report of one week
make bench ARGS=hostile           100,000 hostile units against each end of SMPP
make bench ARGS=relay-fuzz        10,000 hostile mails against the relay
"""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psycopg2

PARTS = (
    "sums",
    "imports",
    "sending",
    "smpp",
    "emergency",
    "fair",
    "http",
    "intake",
    "relay",
    "pages",
    "usage",
)
LONG = ("hostile", "relay-fuzz", "delivery")  # only where it is asked for
ON_POSTGRESQL = {
    "smpp",
    "emergency",
    "fair",
    "http",
    "intake",
    "relay",
    "relay-fuzz",
}  # promised for PostgreSQL alone
SERVER = os.environ.get("BENCH_POSTGRES", "postgres://postgres@127.0.0.1:5432")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=list(PARTS), help=", ".join(PARTS + LONG))
    parser.add_argument(
        "--rows", type=int, default=100_000, help="behind the pages and the usage; hostile units"
    )
    asked = parser.parse_args()
    if "sums" in asked.parts:
        _run("sums", "sqlite:///:memory:", asked.rows)
    for name, empty_database in _databases():
        print(f"== {name}", flush=True)
        for part in PARTS[1:] + LONG:
            if part in asked.parts and (name == "PostgreSQL" or part not in ON_POSTGRESQL):
                with empty_database() as url:
                    _run(part, url, asked.rows)


def _run(part: str, url: str, rows: int) -> None:
    """Each part in a process of its own: none warms up, or fills, what the next one measures."""
    with tempfile.TemporaryDirectory() as var_dir:
        environment = {
            **os.environ,
            "DATABASE_URL": url,
            "VAR_DIR": var_dir,
            "DJANGO_SETTINGS_MODULE": "smsportal.settings",
        }
        command = [sys.executable, "-m", "smsportal.bench.part", part, str(rows)]
        subprocess.run(command, env=environment, check=True)


def _databases() -> Iterator[tuple[str, Callable[[], AbstractContextManager[str]]]]:
    yield "SQLite", _sqlite
    if _answers(5432):
        yield "PostgreSQL", _postgresql
    else:
        print("PostgreSQL: left out, none answers on 127.0.0.1:5432")


@contextmanager
def _sqlite() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{Path(folder) / 'bench.sqlite3'}"


@contextmanager
def _postgresql() -> Iterator[str]:
    name = f"smsportal_bench_{os.getpid()}"
    _on_server(f"CREATE DATABASE {name}")
    try:
        yield f"{SERVER}/{name}"
    finally:
        _on_server(f"DROP DATABASE {name} WITH (FORCE)")


def _on_server(statement: str) -> None:
    connection = psycopg2.connect(f"{SERVER}/postgres")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


if __name__ == "__main__":
    main()
