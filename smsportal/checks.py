"""What `manage.py check` says about the settings: which variable is wrong, and how to mend it.

A demo, or a portal that only this machine can reach, needs nothing set. As soon as PORTAL_URL or
ALLOWED_HOSTS names another host it is a real one, and everything it needs is asked for.
"""

import ipaddress
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

SHORTEST_SECRET = 50
WIDEST_NETWORK = {4: 8, 6: 32}  # bits of a trusted network, by IP version
LOOPBACK: dict[int, Any] = {
    4: ipaddress.ip_network("127.0.0.0/8"),
    6: ipaddress.ip_network("::1/128"),
}
NEW_SECRET = "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"

HINTS = {
    "ALERT_EMAILS": "The addresses of who looks after the portal at night, comma between.",
    "DATABASE_URL": "postgres://user:password@host:5432/name, or leave it unset for a SQLite file.",
    "EMAIL_URL": "smtp+tls://user:password@host:587, or leave it unset: the portal then shows "
    "invitation links instead of mailing them.",
    "FINANCIAL_YEAR_STARTS": "Month and day, as 08-01 for 1 August.",
    "RELAY_ALARM_MINUTES": "A whole number of minutes: 1 at least.",
    "RELAY_AUTHSERV_ID": "The name that your front server writes into Authentication-Results, as "
    "mx.oxsms.co.uk. It has to take away such lines of others under this name.",
    "RELAY_CERTIFICATE": "A file with the certificate of the relay's host, and RELAY_KEY with its "
    "key.",
    "RELAY_DNS_SERVERS": "Addresses of name servers, as 127.0.0.1 or 127.0.0.1:5353, or leave it "
    "unset.",
    "RELAY_DOMAINS": "What stands behind the @ of a number: RELAY_DOMAINS=oxsms.co.uk",
    "RELAY_PROOFS": "Any of password, network, dkim, spf and front, comma between.",
    "RELAY_TRUSTED_NETS": "Only the hosts that ask their people who they are, as 10.31.0.25/32.",
    "SHORT_CODE": "Five digits that begin with 6, 7 or 8, as 81025.",
    "SHORT_CODE_PREFIX": "One word of letters and digits, as OXFORD.",
    "TIME_ZONE": "Leave it unset: the portal keeps Europe/London.",
    "TRUSTED_PROXY_COUNT": "How many proxies of your own stand in front: 1 behind the nginx of "
    "deploy/, 0 without.",
    "VAR_DIR": "A folder that the portal's user owns.",
}


@register("smsportal")
def check_settings(**_: Any) -> list[CheckMessage]:
    checks = (
        readable,
        database,
        broker,
        secret,
        hosts,
        address,
        mail,
        alerts,
        time_zone,
        proxies,
        incoming,
        relay_proofs,
        relay_networks,
        relay_front_server,
        relay_sign_in,
        relay_numbers,
    )
    return [message for check in checks for message in check()]


def readable() -> Iterator[CheckMessage]:
    for variable, words in settings.ENVIRONMENT_PROBLEMS.items():
        hint = HINTS.get(variable, f"Correct {variable} or unset it; .env.example says what it is.")
        yield Error(words, hint=hint, id="smsportal.E001")


def database() -> Iterator[CheckMessage]:
    chosen = settings.DATABASE
    if not chosen["ENGINE"].endswith("sqlite3"):
        return
    folder = Path(chosen["NAME"]).parent
    if not folder.is_dir():
        words = f"DATABASE_URL names a file in {folder}, and there is no such folder."
        yield Error(
            words, hint=f"Make it (mkdir -p {folder}) or name another.", id="smsportal.E002"
        )
    if is_real():
        yield Warning(
            "DATABASE_URL is not set to PostgreSQL: all texts are in one SQLite file, which holds "
            "for one machine and a moderate load.",
            hint=HINTS["DATABASE_URL"],
            id="smsportal.W003",
        )


def broker() -> Iterator[CheckMessage]:
    url = settings.REDIS_URL
    hint = "redis://host:6379/0, or rediss:// with TLS."
    if url and not (url.startswith(("redis://", "rediss://")) and _host(_split(url))):
        scheme = url.partition(":")[0]
        words = f"REDIS_URL is not the address of a Redis server: it begins with {scheme!r}."
        yield Error(words, hint=hint, id="smsportal.E004")
    if not url and is_real():
        words = "REDIS_URL is not set, and nobody starts the embedded broker outside the demo."
        yield Error(words, hint=hint, id="smsportal.E005")


def secret() -> Iterator[CheckMessage]:
    if not is_real():
        return
    if settings.SECRET_KEY == settings.SECRET_KEY_FOR_DEMO:
        words = "SECRET_KEY is not set: anybody could make a session of their own."
        yield Error(words, hint=f"Set it to what this prints: {NEW_SECRET}", id="smsportal.E006")
    elif len(settings.SECRET_KEY) < SHORTEST_SECRET or len(set(settings.SECRET_KEY)) < 8:
        words = f"SECRET_KEY has {len(settings.SECRET_KEY)} characters, or too few different ones."
        hint = f"{SHORTEST_SECRET} at least. Set it to what this prints: {NEW_SECRET}"
        yield Error(words, hint=hint, id="smsportal.E007")


def hosts() -> Iterator[CheckMessage]:
    allowed, ours = settings.ALLOWED_HOSTS, _host(_portal())
    hint = f"The names people use, comma between: ALLOWED_HOSTS={ours or 'sms.ox.ac.uk'}"
    for host in allowed:
        if host == "*" or "/" in host or host != host.strip():
            words = f"ALLOWED_HOSTS holds {host!r}, which is not the name of one host."
            yield Error(words, hint=hint, id="smsportal.E008")
    if ours and not any(_matches(ours, host) for host in allowed):
        words = f"ALLOWED_HOSTS is {','.join(allowed)!r} and leaves out {ours}, PORTAL_URL's host."
        yield Error(words, hint=hint, id="smsportal.E009")


def address() -> Iterator[CheckMessage]:
    portal = _portal()
    hint = "The address people type, nothing after the host: PORTAL_URL=https://sms.ox.ac.uk"
    wrong = ""
    if portal.scheme not in ("http", "https") or not _host(portal):
        wrong = "is not a web address"
    elif portal.path or portal.query or portal.fragment:
        wrong = "has something after the host"
    if wrong:
        words = f"PORTAL_URL is {settings.PORTAL_URL!r}, which {wrong}."
        yield Error(words, hint=hint, id="smsportal.E010")
    elif is_real() and portal.scheme != "https":
        words = f"PORTAL_URL is {settings.PORTAL_URL!r}: passwords would travel unprotected."
        yield Error(words, hint=hint, id="smsportal.E011")


def mail() -> Iterator[CheckMessage]:
    if is_real() and not settings.EMAIL_IS_SET_UP:
        yield Warning(
            "EMAIL_URL is not set: nobody gets mail. An invitation link is shown once to the "
            "admin, who has to pass it on.",
            hint=HINTS["EMAIL_URL"],
            id="smsportal.W012",
        )


def alerts() -> Iterator[CheckMessage]:
    wrong = [each for each in settings.ALERT_EMAILS if not re.fullmatch(r"[^@\s]+@[^@\s]+", each)]
    if wrong:
        words = f"ALERT_EMAILS holds {wrong[0]!r}, which is not an address."
        yield Error(words, hint=HINTS["ALERT_EMAILS"], id="smsportal.E016")
    elif is_real() and not settings.ALERT_EMAILS:
        words = "ALERT_EMAILS is not set: nobody is told when carriers or processes are down."
        yield Warning(words, hint=HINTS["ALERT_EMAILS"], id="smsportal.W017")
    if settings.ALERT_REMINDER_HOURS < 1:
        words = f"ALERT_REMINDER_HOURS is {settings.ALERT_REMINDER_HOURS}."
        yield Error(words, hint="A whole number of hours: 1 at least.", id="smsportal.E018")


def time_zone() -> Iterator[CheckMessage]:
    if settings.TIME_ZONE != "Europe/London":
        words = f"TIME_ZONE is {settings.TIME_ZONE!r}: times on screen and charges by day go wrong."
        yield Error(words, hint=HINTS["TIME_ZONE"], id="smsportal.E013")


def proxies() -> Iterator[CheckMessage]:
    count = settings.TRUSTED_PROXY_COUNT
    if count < 0:
        words = f"TRUSTED_PROXY_COUNT is {count}."
        yield Error(words, hint=HINTS["TRUSTED_PROXY_COUNT"], id="smsportal.E014")
    elif count == 0 and is_real() and _portal().scheme == "https":
        words = (
            "TRUSTED_PROXY_COUNT is 0 though PORTAL_URL is https: something in front must speak "
            "TLS, and its address would stand for everybody's in throttles and the audit trail."
        )
        yield Warning(words, hint=HINTS["TRUSTED_PROXY_COUNT"], id="smsportal.W015")


def incoming() -> Iterator[CheckMessage]:
    patterns = {"SHORT_CODE": r"[678][0-9]{4}", "SHORT_CODE_PREFIX": r"[A-Z0-9]+"}
    for variable, pattern in patterns.items():
        value = getattr(settings, variable)
        if not re.fullmatch(pattern, value):
            words = f"{variable} is {value!r}: no text that people send would be understood."
            yield Error(words, hint=HINTS[variable], id="smsportal.E019")


def relay_proofs() -> Iterator[CheckMessage]:
    known = ("password", "network", "dkim", "spf", "front")
    for name in settings.RELAY_PROOFS:
        if name not in known:
            words = f"RELAY_PROOFS holds {name!r}, which proves nothing."
            yield Error(words, hint=HINTS["RELAY_PROOFS"], id="smsportal.E030")
    if not settings.RELAY_DOMAINS:
        words = "RELAY_DOMAINS is empty: no email would be for a phone."
        yield Error(words, hint=HINTS["RELAY_DOMAINS"], id="smsportal.E031")
    useless = {"network", "spf"} & set(settings.RELAY_PROOFS)
    if useless and is_real() and _is_here(settings.RELAY_HOST):
        words = (
            f"RELAY_PROOFS holds {' and '.join(sorted(useless))}, and RELAY_HOST is "
            f"{settings.RELAY_HOST}: all mail comes from this machine, whoever wrote it, so that "
            "proves nothing."
        )
        hint = "Let the front server prove it (front), or look at signatures (dkim)."
        yield Warning(words, hint=hint, id="smsportal.W032")


def relay_networks() -> Iterator[CheckMessage]:
    if "network" not in settings.RELAY_PROOFS:
        return
    if not settings.RELAY_TRUSTED_NETS:
        words = "RELAY_PROOFS holds network, and RELAY_TRUSTED_NETS names none."
        yield Warning(words, hint=HINTS["RELAY_TRUSTED_NETS"], id="smsportal.W033")
    for written in settings.RELAY_TRUSTED_NETS:
        if words := _wrong_network(written):
            words = f"RELAY_TRUSTED_NETS holds {written!r}, {words}"
            yield Error(words, hint=HINTS["RELAY_TRUSTED_NETS"], id="smsportal.E034")


def _wrong_network(written: str) -> str:
    try:
        net = ipaddress.ip_network(written)
    except ValueError:
        return "which is not a network."
    if net.prefixlen < WIDEST_NETWORK[net.version]:
        return "which is so wide that strangers could send texts in everybody's name."
    if net.overlaps(LOOPBACK[net.version]):
        return (
            "which is this machine: a front server hands in everybody's mail from here, and all "
            "of it would be believed."
        )
    return ""


def relay_front_server() -> Iterator[CheckMessage]:
    if "front" not in settings.RELAY_PROOFS:
        return
    name = settings.RELAY_AUTHSERV_ID
    if not re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", name):
        words = f"RELAY_PROOFS holds front, and RELAY_AUTHSERV_ID is {name!r}, not a name."
        yield Error(words, hint=HINTS["RELAY_AUTHSERV_ID"], id="smsportal.E035")
    if not _is_here(settings.RELAY_HOST):
        words = (
            f"RELAY_PROOFS holds front, and RELAY_HOST is {settings.RELAY_HOST}: others than the "
            "front server reach the relay. What they write into Authentication-Results is not "
            "believed, unless something on this machine passes their mail on."
        )
        hint = "RELAY_HOST=127.0.0.1, so that only the front server hands mail in."
        yield Warning(words, hint=hint, id="smsportal.W036")


def relay_sign_in() -> Iterator[CheckMessage]:
    if "password" not in settings.RELAY_PROOFS or _is_here(settings.RELAY_HOST):
        return
    if not settings.RELAY_CERTIFICATE:
        words = (
            f"RELAY_HOST is {settings.RELAY_HOST}, and RELAY_CERTIFICATE is not set: app passwords "
            "would travel unprotected, so nobody is asked for one."
        )
        yield Error(words, hint=HINTS["RELAY_CERTIFICATE"], id="smsportal.E037")


def relay_numbers() -> Iterator[CheckMessage]:
    if settings.RELAY_ALARM_MINUTES < 1:
        words = f"RELAY_ALARM_MINUTES is {settings.RELAY_ALARM_MINUTES}."
        yield Error(words, hint=HINTS["RELAY_ALARM_MINUTES"], id="smsportal.E038")
    for server in settings.RELAY_DNS_SERVERS:
        if not _is_address(server):
            words = f"RELAY_DNS_SERVERS holds {server!r}, which is not the address of a server."
            yield Error(words, hint=HINTS["RELAY_DNS_SERVERS"], id="smsportal.E039")


def _is_address(written: str) -> bool:
    place = _split(f"//{written}")
    try:
        ipaddress.ip_address(place.hostname or "")
        return place.port is None or place.port > 0
    except ValueError:
        return False


def is_real() -> bool:
    """Whether others than this machine are meant to reach the portal."""
    if settings.DEMO or settings.DEBUG:
        return False
    names = [_host(_portal()), *settings.ALLOWED_HOSTS]
    return not all(_is_here(name) for name in names if name)


def _is_here(host: str) -> bool:
    name = host.strip("[]")
    if name in ("localhost", "testserver"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _matches(host: str, allowed: str) -> bool:
    if allowed.startswith("."):
        return host == allowed[1:] or host.endswith(allowed)
    return allowed == "*" or host == allowed.strip("[]").lower()


def _portal() -> SplitResult:
    return _split(settings.PORTAL_URL)


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def _host(url: SplitResult) -> str:
    return url.hostname or ""
