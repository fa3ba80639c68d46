"""Twilio's Messages resource. It sends a second copy of what is handed over twice, so a text
without an answer is never handed over again by itself; but its reports come to an address of ours
that names the text, so they settle that one too.

https://www.twilio.com/docs/messaging/api/message-resource
https://www.twilio.com/docs/api/errors
"""

import datetime as dt
import re
from concurrent.futures import Executor
from typing import Final
from urllib.parse import urlencode

from messaging.carriers.base import Capabilities, OutgoingText
from messaging.carriers.calls.doors import door
from messaging.carriers.calls.heard import About
from messaging.carriers.fields import Line, Secret, Settings
from messaging.carriers.http.adapter import HttpAdapter
from messaging.carriers.http.exchange import Call, Reply, Said, account, at, basic, by_status
from messaging.carriers.http.fields import ANSWER, Address, host_of
from messaging.carriers.http.speech import minutes_left
from messaging.carriers.http.twilio_calls import REFERENCE, TwilioListener
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
from smsportal.lib.errors import Refused

LONGEST_VALIDITY: Final = 36_000  # seconds; it takes no more

CODES: Final[dict[str, Verdict]] = {
    "14107": FAST,  # its own rate of sending
    "20003": ACCOUNT,  # authentication
    "20005": ACCOUNT,  # account not active
    "20404": ACCOUNT,  # no such account
    "20429": FAST,
    "20500": DOUBT,
    "20503": DOUBT,
    "21211": NUMBER,
    "21214": NUMBER,
    "21217": NUMBER,
    "21408": POLICY,  # a country that the account may not send to
    "21602": OURS,
    "21603": SENDER,
    "21604": OURS,
    "21605": OURS,
    "21606": SENDER,
    "21607": SENDER,
    "21608": POLICY,  # a trial account sends to its own numbers alone
    "21609": ACCOUNT,  # the address of our reports
    "21610": POLICY,  # this phone said STOP to Twilio
    "21611": FAST,  # the sender's queue is full
    "21612": SENDER,  # no way to this number for this sender
    "21614": NUMBER,
    "21617": OURS,
    "21618": POLICY,
    "21619": OURS,
    "21635": NUMBER,
    "21660": SENDER,
    "30002": ACCOUNT,  # suspended
    "63038": ACCOUNT,  # its texts of the day are used up
}
PROBLEMS: Final = {
    "20003": "the carrier does not accept the account SID or the auth token",
    "20005": "the account is not active at the carrier",
    "20404": "the carrier does not know the account SID",
    "21609": "the carrier cannot call the portal's address for reports; PORTAL_URL has to be one "
    "that can be reached from the internet",
    "30002": "the carrier has suspended the account",
    "63038": "the account has sent all texts that the carrier allows it for today",
}

SID: Final = Line(
    "account_sid", "Account SID", "AC and 32 letters and digits.", is_needed=True, width="w-l"
)
TOKEN: Final = Secret(
    "auth_token",
    "Auth token",
    "Texts go with it, and Twilio signs its calls with it.",
    is_needed=True,
)
URL: Final = Address(
    "url",
    "Address of the service",
    "Another one only for a region of its own.",
    usual="https://api.twilio.com",
)


def check(settings: Settings, window: int) -> None:
    """Raises Refused."""
    sid = settings["account_sid"]
    if not re.fullmatch(r"AC[0-9a-fA-F]{32}", sid):
        words = f"{sid[:40]} is no account SID. It is AC and 32 letters and digits."
        raise Refused(words, field=SID.name)
    if "?" in settings["url"]:
        raise Refused("Nothing can follow a question mark here.", field=URL.name)


class TwilioSpeech:
    """token: unsealed. reports: the address that Twilio is to call."""

    def __init__(self, settings: Settings, token: str, reports: str) -> None:
        sid = settings["account_sid"]
        self.url = f"{settings['url'].rstrip('/')}/2010-04-01/Accounts/{sid}/Messages.json"
        self.ca_file = ""
        self.capabilities = Capabilities(
            echoes_reference=True, answer_seconds=float(settings.get("answer_seconds", 30))
        )
        self.reports = reports
        self.headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Authorization": basic(sid, token),
        }

    def call(self, text: OutgoingText, *, now: dt.datetime) -> Call:
        form = {
            "To": text.number,
            "From": text.sender,
            "Body": text.body,
            "ValidityPeriod": min(LONGEST_VALIDITY, minutes_left(text, now) * 60),
            "StatusCallback": f"{self.reports}?{REFERENCE}={text.reference}",
        }
        return Call("POST", self.url, self.headers, urlencode(form).encode())

    def said(self, text: OutgoingText, reply: Reply) -> Said:
        answer = reply.json()
        if reply.is_good:
            sid = at(answer, "sid")
            return Said(TAKEN, ref=sid) if sid else Said(DOUBT, code="not_understood")
        code = at(answer, "code")
        verdict = CODES.get(code)
        if verdict is None:
            return by_status(reply, f"code {code}" if code else "")
        if verdict == ACCOUNT:
            return account(PROBLEMS[code], f"code {code}")
        return Said(verdict, code=f"code {code}", rests=by_status(reply).rests)


def adapter(carrier: Carrier, database: Executor) -> HttpAdapter:
    reports = door(carrier, About.REPORT)
    speech = TwilioSpeech(carrier.settings, opened(carrier, TOKEN), reports)
    return HttpAdapter(carrier, database, speech, listener(carrier))


def listener(carrier: Carrier) -> TwilioListener:
    return TwilioListener(opened(carrier, TOKEN))


TWILIO: Final = Kind(
    key="twilio",
    label="Twilio",
    lead="An account at Twilio, over its public API.",
    afterwards="Real numbers go to real carriers as soon as there is one. For texts from phones, "
    "give Twilio the address that the carrier's page shows.",
    sections=(
        Section("Account", ((NAME,), (SID,), (TOKEN,)), (Fold("Region", ((URL,),)),)),
        how_we_send(time_outs=Fold("Time-out", ((ANSWER,),))),
    ),
    adapter=adapter,
    hosts=lambda settings: {URL.name: host_of(settings.get("url", ""))},
    place=lambda settings: host_of(settings["url"]),
    check=check,
    listener=listener,
    proof=lambda settings: (
        "Twilio signs each call with the auth token. It is told with each text where to report."
    ),
)
