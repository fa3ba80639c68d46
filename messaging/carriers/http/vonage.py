"""Vonage SMS API: one text in one request, and an answer about each of its parts.

https://developer.vonage.com/en/api/sms
"""

import datetime as dt
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from messaging.carriers.base import Capabilities, Outcome, OutgoingText, PartAnswer
from messaging.carriers.calls.doors import door
from messaging.carriers.calls.heard import About
from messaging.carriers.fields import Line, Secret, Settings
from messaging.carriers.http import vonage_calls
from messaging.carriers.http.adapter import HttpAdapter
from messaging.carriers.http.exchange import LONGEST_REF, Call, Reply, Said, at, by_status
from messaging.carriers.http.fields import ANSWER, CA_FILE, Address, host_of
from messaging.carriers.http.vonage_calls import SIGNATURE_SECRET, VonageListener
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
from messaging.text.segments import GSM_7, measure
from smsportal.lib.errors import Refused

# What it says of one part. Of anything else nobody knows whether it was sent.
VERDICTS: Final = {
    "0": TAKEN,
    "1": FAST,
    "2": OURS,  # missing parameters
    "3": OURS,  # invalid parameters
    "4": ACCOUNT,  # invalid credentials
    "5": DOUBT,  # internal error
    "6": NUMBER,  # invalid message, such as an unknown prefix
    "7": NUMBER,  # barred
    "8": ACCOUNT,  # barred
    "9": ACCOUNT,  # no credit
    "10": FAST,  # too many connections
    "11": ACCOUNT,  # not enabled for HTTP
    "12": OURS,  # too long
    "13": DOUBT,  # communication failed
    "14": ACCOUNT,  # it wants signed texts
    "15": SENDER,
    "16": OURS,  # invalid ttl
    "19": POLICY,  # facility not allowed
    "20": OURS,  # invalid message class
    "22": OURS,  # invalid network code
    "23": OURS,  # invalid callback address
    "29": POLICY,  # an account on trial, and a number that is not on its list
    "32": ACCOUNT,  # it wants signed texts
    "33": NUMBER,  # deactivated
}
OF_PARTS: Final = {TAKEN: Outcome.ACCEPTED, DOUBT: Outcome.AMBIGUOUS}

SHORTEST_MS, LONGEST_MS = 20_000, 7 * 24 * 3600 * 1000  # for which it lets itself be told to try

KEY: Final = Line(
    "api_key", "API key", "As the Vonage dashboard shows it.", is_needed=True, width="w-m"
)
SECRET: Final = Secret("api_secret", "API secret", "It stands beside the key.", is_needed=True)
BASE: Final = Address(
    "base_url",
    "Base address",
    "Texts go to /sms/json there. Only change it if Vonage tells you another.",
    usual="https://rest.nexmo.com",
)


def check(settings: Settings, window: int) -> None:
    """Raises Refused."""
    if "?" in settings[BASE.name]:
        words = "A question mark cannot stand here, since /sms/json comes after it."
        raise Refused(words, field=BASE.name)


@dataclass(frozen=True, slots=True)
class Part:
    """What an answer says of one part: its status and its id."""

    status: str
    ref: str

    @property
    def verdict(self) -> Verdict:
        return VERDICTS.get(self.status, DOUBT)

    @property
    def code(self) -> str:
        return f"status {self.status}"

    def answer(self) -> PartAnswer:
        outcome = OF_PARTS.get(self.verdict, Outcome.REFUSED)
        return PartAnswer(outcome, self.ref, self.verdict.words)


class VonageSpeech:
    """secret: unsealed. callback: where it is to report; empty for where its dashboard says."""

    def __init__(self, settings: Settings, secret: str, callback: str = "") -> None:
        self.key: str = settings[KEY.name]
        self.secret = secret
        self.callback = callback
        self.url = f"{settings[BASE.name].rstrip('/')}/sms/json"
        self.ca_file: str = settings[CA_FILE.name]
        self.capabilities = Capabilities(
            echoes_reference=True, receives=True, answer_seconds=float(settings[ANSWER.name])
        )

    def call(self, text: OutgoingText, *, now: dt.datetime) -> Call:
        form = {
            "api_key": self.key,
            "api_secret": self.secret,
            "from": text.sender.removeprefix("+"),
            "to": text.number.removeprefix("+"),
            "text": text.body,
            "type": "text" if measure(text.body).encoding == GSM_7 else "unicode",
            "ttl": str(milliseconds_left(text, now)),
            "client-ref": named(text),
            "status-report-req": "1",
        }
        if self.callback:
            form["callback"] = self.callback
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return Call("POST", self.url, headers, urlencode(form).encode())

    def said(self, text: OutgoingText, reply: Reply) -> Said:
        if not reply.is_good:
            return by_status(reply)
        parts = parts_of(reply.json())
        return whole(parts) if parts else Said(DOUBT, code="not_understood")


def milliseconds_left(text: OutgoingText, now: dt.datetime) -> int:
    left = int((text.valid_until - now).total_seconds() * 1000)
    return min(max(left, SHORTEST_MS), LONGEST_MS)


def named(text: OutgoingText) -> str:
    """Each part is reported on by itself with this. Of several it must not be our reference: the
    report on one would settle the whole text.
    """
    return text.reference if text.part_count < 2 else f"{text.reference}-in-{text.part_count}"


def parts_of(tree: Any) -> list[Part]:
    """Empty for an answer that makes no sense, or is not whole."""
    said = tree.get("messages") if isinstance(tree, dict) else None
    if not isinstance(said, list) or at(tree, "message-count") not in ("", str(len(said))):
        return []
    return [Part(at(part, "status"), _ref(part)) for part in said]


def _ref(part: Any) -> str:
    return at(part, "message-id").replace("\x00", "")[:LONGEST_REF]


def whole(parts: list[Part]) -> Said:
    """What its parts say of the text. With one in doubt, nobody knows what a phone will show."""
    each = tuple(part.answer() for part in parts) if len(parts) > 1 else ()
    if doubtful := next((part for part in parts if part.verdict == DOUBT), None):
        return Said(DOUBT, code=doubtful.code, parts=each)
    turned_away = [n for n, part in enumerate(parts) if part.verdict != TAKEN]
    if not turned_away:
        return Said(TAKEN, ref=parts[-1].ref, parts=each)
    part = parts[turned_away[0]]
    problem = ""
    if part.verdict == ACCOUNT:
        problem = f"the carrier refuses the account ({part.code})"
    if len(turned_away) == len(parts):
        return Said(part.verdict, code=part.code, problem=problem)
    words = f"part {turned_away[0] + 1} of {len(parts)} did not go: {part.verdict.words}"
    return Said(Verdict(Outcome.PARTLY, words), code=part.code, problem=problem, parts=each)


def adapter(carrier: Carrier, database: Executor) -> HttpAdapter:
    hears = listener(carrier)
    # Reports that cannot be proven would be refused: where they go is then left to its dashboard.
    callback = door(carrier, About.REPORT) if hears.secret else ""
    speech = VonageSpeech(carrier.settings, opened(carrier, SECRET), callback)
    return HttpAdapter(carrier, database, speech, hears)


def listener(carrier: Carrier) -> VonageListener:
    return VonageListener(opened(carrier, SIGNATURE_SECRET))


VONAGE: Final = Kind(
    key="vonage",
    label="Vonage SMS API",
    lead="Vonage, once Nexmo: each text in one HTTP request to its SMS API.",
    afterwards="Real numbers go to real carriers as soon as there is one. The simulator then keeps "
    "practice numbers only.",
    sections=(
        Section(
            "The account",
            ((NAME,), (KEY, SECRET)),
            (Fold("Address and certificate", ((BASE,), (CA_FILE,))),),
        ),
        Section("What it tells us", ((SIGNATURE_SECRET,),)),
        how_we_send(time_outs=Fold("Time-out", ((ANSWER,),))),
    ),
    adapter=adapter,
    hosts=lambda settings: {BASE.name: host_of(settings.get(BASE.name, ""))},
    place=lambda settings: host_of(settings[BASE.name]),
    check=check,
    listener=listener,
    proof=lambda settings: vonage_calls.PROOF,
    reports=lambda settings: bool(settings.get(SIGNATURE_SECRET.name)),
)
