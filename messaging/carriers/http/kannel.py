"""Kannel, and what speaks as its sendsms does: one GET for each text, answered in plain words."""

import datetime as dt
from concurrent.futures import Executor
from typing import Final
from urllib.parse import urlencode, urlsplit, urlunsplit

from messaging.carriers.base import Capabilities, OutgoingText
from messaging.carriers.calls.doors import door
from messaging.carriers.calls.heard import About
from messaging.carriers.fields import Line, Secret, Settings
from messaging.carriers.http.adapter import HttpAdapter
from messaging.carriers.http.exchange import Call, Reply, Said, account, by_status
from messaging.carriers.http.fields import ANSWER, CA_FILE, Address, host_of
from messaging.carriers.http.kannel_calls import (
    CALL_SECRET,
    EVERY_REPORT,
    KannelListener,
    proof,
    report_address,
)
from messaging.carriers.http.speech import minutes_left
from messaging.carriers.kinds import (
    NAME,
    Fold,
    Kind,
    Section,
    how_we_send,
    opened,
)
from messaging.carriers.models import Carrier
from messaging.carriers.verdicts import (
    ACCOUNT,
    DOUBT,
    FAST,
    NUMBER,
    OURS,
    POLICY,
    SENDER,
    TAKEN,
    Verdict,
)
from messaging.text import segments
from smsportal.lib.errors import Refused

USUAL_PATH: Final = "/cgi-bin/sendsms"
GSM_7, UCS_2 = "0", "2"  # as `coding` says them

# The status, how the answer begins, and what it means; the first that fits. What is not here goes
# by its status alone.
ANSWERS: Final[tuple[tuple[int, str, Verdict], ...]] = (
    (202, "0: accepted", TAKEN),
    (202, "3: queued", TAKEN),  # no network is connected: it keeps the text and sends it then
    (202, "sent.", TAKEN),  # where it is told to answer before it has asked its core
    (400, "empty receiver", NUMBER),
    (400, "missing receiver", NUMBER),
    (400, "number(s) has/have been denied", NUMBER),
    (400, "sender missing", SENDER),
    (400, "", OURS),
    (403, "authorization failed", ACCOUNT),
    (403, "not routable", POLICY),
    # Its queue is full, or it is stopping: it has thrown the text away before any network saw it.
    (503, "temporal failure, try again later", FAST),
)

URL: Final = Address(
    "url",
    "Address",
    "Of its smsbox. Without a path it is /cgi-bin/sendsms. A machine that is not on the internet, "
    "or has no TLS, must be in PRIVATE_CARRIER_HOSTS.",
)
USER: Final = Line(
    "username",
    "User name",
    "Of its sendsms-user, which has concatenation = true and max-messages = 10. Else Kannel takes "
    "a long text and sends its first part alone.",
    is_needed=True,
)
PASSWORD: Final = Secret(
    "password", "Password", "It stands in the address of each call.", is_needed=True
)
SMSC: Final = Line(
    "smsc", "SMSC", "If Kannel has several networks, the smsc-id of one.", width="w-m"
)


def check(settings: Settings, window: int) -> None:
    """Raises Refused."""
    if "?" in settings["url"]:
        words = "Give the address without its question mark. What follows it is filled in by us."
        raise Refused(words, field=URL.name)


def verdict_of(reply: Reply) -> Verdict | None:
    said = reply.text.strip().lower()
    fits = (
        v for status, begins, v in ANSWERS if status == reply.status and said.startswith(begins)
    )
    return next(fits, None)


class KannelSpeech:
    """password: unsealed. reports_to: where it tells what became of a text, but for the text's own
    fields; empty where it is not asked to.
    """

    def __init__(self, settings: Settings, password: str, reports_to: str) -> None:
        self.settings = settings
        self.password = password
        self.reports_to = reports_to
        self.url = _with_path(settings["url"])
        self.ca_file: str = settings.get("ca_file", "")
        self.capabilities = Capabilities(
            echoes_reference=bool(reports_to),
            answer_seconds=float(settings.get("answer_seconds", 30)),
        )

    def call(self, text: OutgoingText, *, now: dt.datetime) -> Call:
        is_plain = segments.measure(text.body).encoding == segments.GSM_7
        fields = {
            "username": self.settings["username"],
            "password": self.password,
            "from": text.sender,
            "to": text.number,
            "text": text.body,
            "charset": "UTF-8",
            "coding": GSM_7 if is_plain else UCS_2,
            "validity": str(minutes_left(text, now)),
        }
        if smsc := self.settings["smsc"]:
            fields["smsc"] = smsc
        if self.reports_to:
            fields["dlr-mask"] = EVERY_REPORT
            # Kannel fills in what begins with %.
            fields["dlr-url"] = f"{self.reports_to}?id={text.reference}&type=%d&said=%A"
        # Kannel takes a form in the address only: it refuses one in the body.
        return Call("GET", f"{self.url}?{urlencode(fields)}")

    def said(self, text: OutgoingText, reply: Reply) -> Said:
        verdict = verdict_of(reply)
        code = f"http {reply.status}"
        if verdict == TAKEN:
            return Said(TAKEN, ref=text.reference)  # it gives no id, and reports by ours
        if verdict == ACCOUNT:
            return account("the carrier refuses the user name or password", code)
        if verdict:
            return Said(verdict, code=code)
        return Said(DOUBT, code="not_understood") if reply.is_good else by_status(reply)


def _with_path(url: str) -> str:
    parts = urlsplit(url)
    path = parts.path if parts.path.strip("/") else USUAL_PATH
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def adapter(carrier: Carrier, database: Executor) -> HttpAdapter:
    secret = opened(carrier, CALL_SECRET)
    reports_to = report_address(door(carrier, About.REPORT), secret) if secret else ""
    speech = KannelSpeech(carrier.settings, opened(carrier, PASSWORD), reports_to)
    return HttpAdapter(carrier, database, speech, listener(carrier))


def listener(carrier: Carrier) -> KannelListener | None:
    secret = opened(carrier, CALL_SECRET)
    return KannelListener(secret) if secret else None


KANNEL: Final = Kind(
    key="kannel",
    label="Kannel",
    lead="A Kannel gateway, or a provider that takes texts as its sendsms does.",
    afterwards="Real numbers go to real carriers as soon as there is one. The simulator then keeps "
    "practice numbers only.",
    sections=(
        Section("Where it is", ((NAME,), (URL,), (USER, PASSWORD), (SMSC,))),
        Section("What it tells us", ((CALL_SECRET,),)),
        how_we_send(time_outs=Fold("Time-out and certificate", ((ANSWER,), (CA_FILE,)))),
    ),
    adapter=adapter,
    hosts=lambda settings: {URL.name: host_of(settings.get("url", ""))},
    place=lambda settings: host_of(settings["url"]),
    check=check,
    listener=listener,
    proof=proof,
    reports=lambda settings: bool(proof(settings)),
)
