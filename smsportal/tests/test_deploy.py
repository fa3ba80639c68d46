"""The files of deploy/, as far as they can be tried without a machine of their own."""

import os
import re
import subprocess
import sys

import pytest

from smsportal.tests.house import ROOT

pytestmark = pytest.mark.once

UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
HARDENING = [
    "NoNewPrivileges=yes",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "PrivateTmp=yes",
    "CapabilityBoundingSet=",
    "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6",
    "SystemCallFilter=@system-service",
    "Restart=always",
    "RestartSec=2",
    "User=smsportal",
]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_every_unit_is_hardened_and_refuses_wrong_settings(unit):
    lines = unit.read_text().splitlines()

    assert [line for line in HARDENING if line not in lines] == []
    assert any(line.startswith("MemoryMax=") for line in lines)
    assert any(line.startswith("TasksMax=") for line in lines)
    assert any("manage.py check --fail-level ERROR" in line for line in lines)


def test_there_is_a_unit_for_every_process():
    assert [unit.name for unit in UNITS] == [
        "smsportal-beat.service",
        "smsportal-sender@.service",
        "smsportal-web.service",
        "smsportal-worker.service",
    ]


def test_nginx_tells_the_portal_one_address_and_hides_what_is_for_machines():
    conf = (ROOT / "deploy" / "nginx" / "smsportal.conf").read_text()

    assert "proxy_set_header X-Forwarded-For $remote_addr;" in conf
    assert 'proxy_set_header Forwarded "";' in conf
    assert set(re.findall(r"location = (/\w+) \{ return 404; \}", conf)) == {"/ready", "/metrics"}


def test_the_static_files_of_a_real_portal_can_be_collected(tmp_path):
    """Every file that a stylesheet or script names must exist, else this fails."""
    clean = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    real = {"PORTAL_URL": "https://sms.ox.ac.uk", "VAR_DIR": str(tmp_path)}

    done = subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput"],
        cwd=ROOT,
        env={**clean, **real},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "static" / "staticfiles.json").exists()
