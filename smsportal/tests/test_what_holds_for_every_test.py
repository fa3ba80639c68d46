"""The root conftest: no network, and in continuous integration no test skipped unseen."""

import os
import socket
import subprocess
import sys

import pytest

from smsportal.tests.house import ROOT

pytestmark = pytest.mark.once

SUITE = """
import pytest

def test_that_passes():
    pass

@pytest.mark.skip(reason="because it may")
def test_that_is_skipped():
    pass

@pytest.mark.postgresql
def test_of_the_other_database():
    pass
"""


def run_pytest(tmp_path, **environment):
    (tmp_path / "test_suite.py").write_text(SUITE)
    ours = {"CI", "REQUIRE_ALL", "DATABASE_URL", "PYTEST_XDIST_WORKER"}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "conftest", "-c", str(ROOT / "pytest.ini")]
        + ["-p", "no:cacheprovider", str(tmp_path)],
        cwd=ROOT,
        env={**kept, "VAR_DIR": str(tmp_path / "var"), **environment},
        capture_output=True,
        text=True,
    )


def test_at_home_a_skipped_test_is_no_failure(tmp_path):
    done = run_pytest(tmp_path)

    assert done.returncode == 0, done.stdout
    assert "1 passed, 2 skipped" in done.stdout


@pytest.mark.parametrize("variable", [{"CI": "true"}, {"REQUIRE_ALL": "1"}])
def test_in_continuous_integration_a_skipped_test_is_a_failure_with_a_name(tmp_path, variable):
    done = run_pytest(tmp_path, **variable)

    assert done.returncode == 1, done.stdout
    assert "a skipped test is a failure here" in done.stdout
    assert "test_that_is_skipped: Skipped: because it may" in done.stdout
    assert "1 passed, 1 skipped, 1 deselected" in done.stdout


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("2001:db8::1", 80), ("ox.ac.uk", 80)])
def test_a_test_cannot_reach_beyond_this_machine(address):
    with pytest.raises(RuntimeError, match="Tests stay on this machine"):
        socket.create_connection(address, timeout=1)


def test_a_test_can_reach_this_machine():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with socket.create_connection(("localhost", port), timeout=5) as connection:
            assert connection.getpeername() == ("127.0.0.1", port)
