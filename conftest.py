"""What holds for every test: no network, and no test skipped unseen."""

import ipaddress
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.db import connection
from hypothesis import settings as examples

from smsportal.celery import app as celery_app
from smsportal.lib import db

# How long one example takes says more about the machine than about the code.
examples.register_profile("portal", deadline=None)
examples.load_profile("portal")

# In continuous integration everything that a test can need is there, so a skip is a hole.
REQUIRE_ALL = os.environ.get("REQUIRE_ALL") == "1" or os.environ.get("CI") == "true"

IS_POSTGRESQL = urlsplit(os.environ.get("DATABASE_URL", "")).scheme in ("postgres", "postgresql")

PEERS = Path(__file__).parent / "smsportal/tests/peers"

# marker -> (is it here, what to do where it is not)
NEEDS = {
    "browser": (
        bool(shutil.which("chromium") or shutil.which("google-chrome")),
        "needs Chromium: apt-get install chromium",
    ),
    "node": (bool(shutil.which("node")), "needs Node: apt-get install nodejs"),
    "smpp_peer": (
        bool(shutil.which("node")) and (PEERS / "node_modules/smpp").is_dir(),
        "needs node-smpp: npm install --prefix smsportal/tests/peers",
    ),
    "kannel": (
        bool(shutil.which("bearerbox", path=f"{os.environ.get('PATH', '')}:/usr/sbin")),
        "needs Kannel: apt-get install kannel",
    ),
    "postfix": (
        os.geteuid() == 0
        and all(
            shutil.which(each, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
            for each in ("postfix", "opendkim", "opendmarc", "policyd-spf", "swaks")
        ),
        "needs root, and Postfix with what is before it: apt-get install postfix opendkim "
        "opendmarc postfix-policyd-spf-python swaks",
    ),
    "swaks": (bool(shutil.which("swaks")), "needs swaks: apt-get install swaks"),
    "postgresql": (IS_POSTGRESQL, "needs PostgreSQL: set DATABASE_URL=postgres://..."),
    "sqlite": (not IS_POSTGRESQL, "is about SQLite, and DATABASE_URL names PostgreSQL"),
    "redis": (bool(os.environ.get("REDIS_URL")), "needs Redis: set REDIS_URL=redis://..."),
    "once": (not (IS_POSTGRESQL and REQUIRE_ALL), "has been run with SQLite"),
}

# Two runs of one continuous integration, each with its own database: what belongs to the other
# run is left out of this one rather than skipped.
OF_THE_OTHER_RUN = {"postgresql", "sqlite", "redis", "once"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    kept, left_out = [], []
    for item in items:
        missing = [name for name, (is_here, _) in NEEDS.items() if not is_here]
        missing = [name for name in missing if item.get_closest_marker(name)]
        if REQUIRE_ALL and OF_THE_OTHER_RUN.intersection(missing):
            left_out.append(item)
            continue
        for name in missing:
            item.add_marker(pytest.mark.skip(reason=NEEDS[name][1]))
        kept.append(item)
    if left_out:
        items[:] = kept
        config.hook.pytest_deselected(items=left_out)


def _skipped(config: pytest.Config) -> list[pytest.TestReport]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return reporter.stats.get("skipped", []) if reporter and REQUIRE_ALL else []


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if exitstatus == 0 and _skipped(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config: pytest.Config) -> None:
    skipped = _skipped(config)
    if skipped:
        terminalreporter.section("SKIPPED, and a skipped test is a failure here", red=True)
        for report in skipped:
            terminalreporter.line(f"{report.nodeid}: {report.longrepr[2]}", red=True)


class NetworkForbidden(RuntimeError):
    """A test reached for something beyond this machine."""


def _is_here(host: str | bytes | None) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return True
    try:
        address = ipaddress.ip_address(str(name).split("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


@pytest.fixture(autouse=True, scope="session")
def _network_off() -> Iterator[None]:
    """Sockets of this process reach loopback and unix sockets only."""
    connect, connect_ex, lookup = (
        socket.socket.connect,
        socket.socket.connect_ex,
        socket.getaddrinfo,
    )

    def check(host: str | bytes | None) -> None:
        if not _is_here(host):
            raise NetworkForbidden(f"A test tried to reach {host!r}. Tests stay on this machine.")

    def guarded_connect(self, address):
        if self.family != socket.AF_UNIX:
            check(address[0])
        return connect(self, address)

    def guarded_connect_ex(self, address):
        if self.family != socket.AF_UNIX:
            check(address[0])
        return connect_ex(self, address)

    def guarded_lookup(host, *args, **kwargs):
        check(host)
        return lookup(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        patch.setattr(socket, "getaddrinfo", guarded_lookup)
        yield


@pytest.fixture(autouse=True)
def _no_throttle_from_another_test() -> None:
    cache.clear()


GUARDED = [  # tables that the database keeps from changing
    "accounts_auditevent",
    "billing_yearend",
    "billing_statement",
    "billing_statementline",
    "billing_correction",
    "billing_prepayment",
]
KEPT = {"billing_tariff"}  # rows that a migration brings, as every installation has them


@pytest.fixture(autouse=True, scope="session")
def _tests_may_empty_what_is_guarded() -> Iterator[None]:
    """Tests with real transactions empty every table, also those whose guard forbids it."""
    operations = type(connection.ops)
    flush = operations.sql_flush

    def unguarded_flush(self, style, tables, **options):
        emptied = [table for table in tables if table not in KEPT]
        statements = flush(self, style, emptied, **options)
        return [
            *(sql for table in GUARDED for sql in db.drop_append_only_sql(table)),
            *statements,
            *(sql for table in GUARDED for sql in db.append_only_sql(table)),
        ]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "sql_flush", unguarded_flush)
        yield


@pytest.fixture(autouse=True, scope="session")
def _tasks_are_known() -> None:
    """A bell that is rung in a test finds its task, as it does in a worker."""
    celery_app.loader.import_default_modules()
