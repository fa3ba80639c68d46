"""Each wrong setting is named, with how to mend it. First as the checks see settings, then as a
person sees `manage.py check` with a wrong environment.
"""

import os
import re
import subprocess
import sys

import pytest

from smsportal import checks
from smsportal.tests.house import ROOT

pytestmark = pytest.mark.once

GOOD_SECRET = "".join(chr(48 + n % 74) for n in range(60))


@pytest.fixture
def real(settings):
    """Settings of a portal that people can reach, with nothing wrong."""
    settings.DEMO = settings.DEBUG = False
    settings.PORTAL_URL = "https://sms.ox.ac.uk"
    settings.ALLOWED_HOSTS = ["sms.ox.ac.uk"]
    settings.SECRET_KEY = GOOD_SECRET
    settings.REDIS_URL = "redis://127.0.0.1:6379/0"
    settings.DATABASE = {"ENGINE": "django.db.backends.postgresql", "NAME": "portal"}
    settings.EMAIL_IS_SET_UP = True
    settings.ALERT_EMAILS = ["night@example.ac.uk"]
    settings.TIME_ZONE = "Europe/London"
    settings.TRUSTED_PROXY_COUNT = 1
    settings.ENVIRONMENT_PROBLEMS = {}
    return settings


def told():
    return {message.id.removeprefix("smsportal."): message for message in checks.check_settings()}


def test_a_portal_with_everything_set_hears_nothing(real):
    assert told() == {}


def test_a_newcomer_who_sets_nothing_hears_nothing(settings):
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]

    assert told() == {}


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("REDIS_URL", "http://127.0.0.1:6379", "E004"),
        ("REDIS_URL", "127.0.0.1:6379", "E004"),
        ("REDIS_URL", "redis://", "E004"),
        ("REDIS_URL", "", "E005"),
        ("SECRET_KEY", "unsafe-key-for-demo-and-tests-only-" + "0" * 20, "E006"),
        ("SECRET_KEY", "short", "E007"),
        ("SECRET_KEY", "a" * 60, "E007"),
        ("ALLOWED_HOSTS", ["*"], "E008"),
        ("ALLOWED_HOSTS", ["sms.ox.ac.uk", "https://sms.ox.ac.uk"], "E008"),
        ("ALLOWED_HOSTS", [" sms.ox.ac.uk", "sms.ox.ac.uk"], "E008"),
        ("ALLOWED_HOSTS", [], "E009"),
        ("ALLOWED_HOSTS", ["texts.ox.ac.uk"], "E009"),
        ("PORTAL_URL", "sms.ox.ac.uk", "E010"),
        ("PORTAL_URL", "ftp://sms.ox.ac.uk", "E010"),
        ("PORTAL_URL", "https://", "E010"),
        ("PORTAL_URL", "https://sms.ox.ac.uk/portal", "E010"),
        ("PORTAL_URL", "https://[broken", "E010"),
        ("PORTAL_URL", "http://sms.ox.ac.uk", "E011"),
        ("EMAIL_IS_SET_UP", False, "W012"),
        ("TIME_ZONE", "UTC", "E013"),
        ("TRUSTED_PROXY_COUNT", -1, "E014"),
        ("TRUSTED_PROXY_COUNT", 0, "W015"),
        ("ALERT_EMAILS", ["night@example.ac.uk", "Tomasz"], "E016"),
        ("ALERT_EMAILS", [], "W017"),
        ("ALERT_REMINDER_HOURS", 0, "E018"),
        ("SHORT_CODE", "8102", "E019"),
        ("SHORT_CODE", "+81025", "E019"),
        ("SHORT_CODE_PREFIX", "", "E019"),
        ("SHORT_CODE_PREFIX", "OX FORD", "E019"),
        ("RELAY_PROOFS", ["password", "arc"], "E030"),
        ("RELAY_DOMAINS", [], "E031"),
        ("RELAY_PROOFS", ["spf"], "W032"),
        ("RELAY_PROOFS", ["front"], "E035"),
        ("RELAY_HOST", "0.0.0.0", "E037"),
        ("RELAY_ALARM_MINUTES", 0, "E038"),
        ("RELAY_DNS_SERVERS", ["127.0.0.1:5353", "[::1]:53", "ns1.example.ac.uk"], "E039"),
        ("RELAY_DNS_SERVERS", ["127.0.0.1:99999"], "E039"),
    ],
)
def test_one_wrong_setting_is_one_message_with_a_hint(real, name, value, expected):
    setattr(real, name, value)

    messages = told()

    assert [*messages] == [expected]
    variable = {"EMAIL_IS_SET_UP": "EMAIL_URL"}.get(name, name)
    assert variable in messages[expected].msg
    assert messages[expected].hint


@pytest.mark.parametrize(
    ("nets", "expected"),
    [
        ([], "W033"),
        (["0.0.0.0/0"], "E034"),
        (["::/0"], "E034"),
        (["129.0.0.0/7"], "E034"),
        (["128.0.0.0/7"], "E034"),
        (["2001::/16"], "E034"),
        (["127.0.0.1/32"], "E034"),
        (["::1"], "E034"),
        (["10.31.0.25/24"], "E034"),
        (["smtp.ox.ac.uk"], "E034"),
    ],
)
def test_a_network_that_lets_strangers_in_is_named(real, nets, expected):
    real.RELAY_HOST, real.RELAY_CERTIFICATE = "10.31.0.1", "relay.pem"
    real.RELAY_PROOFS, real.RELAY_TRUSTED_NETS = ["network"], nets

    assert [*told()] == [expected]


def test_hosts_that_ask_their_people_may_be_trusted(real):
    real.RELAY_HOST, real.RELAY_CERTIFICATE = "10.31.0.1", "relay.pem"
    real.RELAY_PROOFS = ["password", "network", "dkim", "spf"]
    real.RELAY_TRUSTED_NETS = ["10.31.0.25", "10.0.0.0/8", "2001:630:440::/44"]

    assert told() == {}


def test_what_a_front_server_found_out_is_not_to_come_from_elsewhere(real):
    real.RELAY_PROOFS, real.RELAY_AUTHSERV_ID = ["front"], "mx.oxsms.co.uk"
    assert told() == {}

    real.RELAY_HOST = "0.0.0.0"
    assert [*told()] == ["W036"]


def test_sqlite_is_warned_about_where_people_depend_on_it(real, tmp_path):
    file = tmp_path / "portal.sqlite3"
    real.DATABASE = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(file)}

    assert [*told()] == ["W003"]


def test_a_database_file_in_no_folder_is_named(settings):
    settings.ALLOWED_HOSTS = ["localhost"]
    nowhere = {"ENGINE": "django.db.backends.sqlite3", "NAME": "/nowhere/portal.sqlite3"}
    settings.DATABASE = nowhere

    assert "/nowhere" in told()["E002"].msg


def test_a_subdomain_written_with_a_dot_is_allowed(real):
    real.ALLOWED_HOSTS = [".ox.ac.uk"]

    assert told() == {}


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("DATABASE_URL", "postgress://portal:hunter22@db/portal", "begins with 'postgress'"),
        ("DATABASE_URL", "postgres://portal:hunter22@db:5432", "names no database"),
        ("DATABASE_URL", "postgres://portal:hunt#er22@db:5432/portal", "special characters"),
        ("DATABASE_URL", "portal", "has no ://"),
        ("DATABASE_URL", "mysql://portal:hunter22@db/portal", "begins with 'mysql'"),
        ("DATABASE_URL", "sqlite://portal.sqlite3", "names no file"),
        ("EMAIL_URL", "smpt://portal:hunter22@mail", "cannot be read as an address"),
        ("FINANCIAL_YEAR_STARTS", "02-29", "is '02-29', which is no month and day of every year"),
        ("TIME_ZONE", "Mars/Olympus", "is 'Mars/Olympus', which is no time zone"),
        ("TRUSTED_PROXY_COUNT", "one", "is 'one', which is not a whole number"),
        ("DEBUG", "ture", "is 'ture', which is not yes or no"),
        ("VAR_DIR", "/proc/portal", "is '/proc/portal'"),
        ("FOOTER_LINKS", "[{", "FOOTER_LINKS is not a value that can be read"),
    ],
)
def test_a_value_that_cannot_be_read_is_words_and_no_traceback(tmp_path, variable, value, words):
    clean = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}

    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={**clean, "VAR_DIR": str(tmp_path), variable: value},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert "(smsportal.E001)" in done.stderr
    assert f"{variable} " in done.stderr
    assert words in done.stderr
    assert "HINT: " in done.stderr
    assert "Traceback" not in done.stderr
    assert "hunter22" not in done.stderr


def test_the_example_as_it_stands_asks_for_a_secret_and_nothing_else(tmp_path):
    example = dict(
        line.split("=", 1)
        for line in (ROOT / ".env.example").read_text().splitlines()
        if line and not line.startswith("#")
    )
    clean = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}

    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--fail-level", "ERROR"],
        cwd=ROOT,
        env={**clean, **example, "VAR_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
    )

    assert re.findall(r"\(smsportal\.(\w+)\)", done.stderr) == ["E006", "W012", "W017"], done.stderr


def test_what_the_environment_says_is_kept_as_it_is(tmp_path):
    script = "from django.conf import settings as s; print(s.DATABASE['OPTIONS'], s.SECRET_KEY)"
    clean = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}

    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={
            **clean,
            "DJANGO_SETTINGS_MODULE": "smsportal.settings",
            "VAR_DIR": str(tmp_path),
            "DATABASE_URL": "postgres://portal@db/portal?sslmode=verify-full",
            "SECRET_KEY": "$ecret",
        },
        capture_output=True,
        text=True,
    )

    assert "'sslmode': 'verify-full'" in done.stdout, done.stderr
    assert "'connect_timeout': 5" in done.stdout
    assert done.stdout.endswith("$ecret\n")
