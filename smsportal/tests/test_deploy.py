"""The files of deploy/, as far as they can be tried without a machine of their own."""

import os
import re
import subprocess
import sys

import pytest
from django.urls import reverse

from smsportal.tests.house import ROOT

pytestmark = pytest.mark.once

CONF = (ROOT / "deploy" / "nginx" / "smsportal.conf").read_text()
PAGES = ROOT / "deploy" / "nginx" / "pages"
POSTFIX = ROOT / "deploy" / "postfix"
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
        "smsportal-relay.service",
        "smsportal-sender@.service",
        "smsportal-web.service",
        "smsportal-worker.service",
    ]


def test_celery_writes_its_logs_and_no_banner():
    """The banner is twenty lines in the journal that no log reader can take apart."""
    commands = [
        line for unit in UNITS for line in unit.read_text().splitlines() if "celery" in line
    ]

    assert len(commands) == 2
    assert all("/celery --quiet -A smsportal " in command for command in commands)


def test_nginx_tells_the_portal_one_address_and_hides_what_is_for_machines():
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in CONF
    assert 'proxy_set_header Forwarded "";' in CONF
    assert set(re.findall(r"location = (/\w+) \{ return 404; \}", CONF)) == {"/ready", "/metrics"}


@pytest.mark.parametrize(
    ("name", "args", "shown"),
    [
        ("people:invitation", ["secret"], "/invitation/"),
        ("account_reset_password_from_key", ["1", "secret"], "/account/password/reset/key/"),
    ],
)
def test_nginx_logs_no_secret_of_a_link(name, args, shown):
    hidden = re.findall(r'^    "~(\^/\S+)" (/\S+)\.\.\.;', CONF, re.MULTILINE)
    servers = len(re.findall(r"^server \{", CONF, re.MULTILINE))

    assert [kept for begins, kept in hidden if re.match(begins, reverse(name, args=args))] == [
        shown
    ]
    assert CONF.count("    access_log /var/log/nginx/smsportal.log smsportal;\n") == servers
    assert not re.search(r"\$request |\$args|\$http_referer", CONF)


def test_a_page_is_limited_and_what_it_is_dressed_in_is_not():
    limits = dict(re.findall(r"location (/\w*/?) \{\n(.*?)\n    \}", CONF, re.DOTALL))

    assert "limit_req" not in limits["/static/"]
    assert "smsportal_pages" in limits["/"]
    assert "smsportal_pages" in limits["/account/"]
    assert "smsportal_sign_in" in limits["/account/"]


def test_what_nginx_refuses_by_itself_it_says_in_words():
    said = dict(re.findall(r"error_page ([\d ]+) /nginx/(\d+\.html);", CONF))

    assert {code for codes in said for code in codes.split()} == {"413", "429", "502", "504"}
    assert {page.name for page in PAGES.iterdir()} == set(said.values())
    for page in PAGES.iterdir():
        words = page.read_text()
        assert "<h1>" in words
        assert "What now?" in words
        assert not re.search("src=|<link", words)  # the portal may be what is away


def test_a_sender_is_started_for_a_carrier_that_was_set_up_before():
    steps = (ROOT / "deploy" / "README.md").read_text()

    assert (
        0
        < steps.index("manage.py carrier add simulator")
        < steps.index("now smsportal-sender@simulator")
    )


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


def test_all_of_the_front_server_goes_by_one_name():
    """What it writes into Authentication-Results is what is looked for there, and by the relay."""
    files = {file.name: file.read_text() for file in POSTFIX.iterdir()}

    assert "\nmyhostname = mx.oxsms.co.uk\n" in files["main.cf"]
    assert "RELAY_AUTHSERV_ID=mx.oxsms.co.uk" in (ROOT / ".env.example").read_text()
    for name in ("opendkim.conf", "opendmarc.conf"):
        assert re.search(r"^AuthservID +mx\.oxsms\.co\.uk$", files[name], re.MULTILINE)
    checks = re.findall(r"^/\^Authentication-Results: (.+?);", files["milter_header_checks"], re.M)
    assert set(checks) == {r"mx\.oxsms\.co\.uk"}


def test_every_file_of_the_front_server_is_installed_and_finds_its_relay():
    steps = (ROOT / "deploy" / "README.md").read_text()
    installed = set(
        re.findall(r"[\w.-]+", " ".join(re.findall(r"^    cp (.+) /etc/", steps, re.M)))
    )

    assert {file.name for file in POSTFIX.iterdir()} - installed == set()
    for setting, at in (
        ("LMTP", "relay_transport = lmtp:inet:"),
        ("POLICY", "policy_service inet:"),
    ):
        [port] = re.findall(rf"^    RELAY_{setting}_PORT=(\d+)$", steps, re.MULTILINE)
        assert f"{at}127.0.0.1:{port}\n" in (POSTFIX / "main.cf").read_text()
        assert f"#RELAY_{setting}_PORT={port}\n" in (ROOT / ".env.example").read_text()
