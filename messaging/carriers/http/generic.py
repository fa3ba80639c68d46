"""Any provider that takes one text in one request: what it wants and what it answers is filled in
on its page.
"""

import datetime as dt
import json
from concurrent.futures import Executor
from typing import Any, Final

from messaging.carriers.base import Capabilities, OutgoingText
from messaging.carriers.fields import Area, Line, OneOf, Secret, Settings
from messaging.carriers.http import generic_calls, templates
from messaging.carriers.http.adapter import HttpAdapter
from messaging.carriers.http.exchange import Call, Reply, Said, account, at, basic, by_status
from messaging.carriers.http.fields import ANSWER, CA_FILE, Address, Written, host_of
from messaging.carriers.http.generic_calls import (
    OF_A_REPORT,
    OF_A_TEXT,
    OF_THE_PROOF,
    PROOF_SECRET,
    WHERE,
    GenericListener,
)
from messaging.carriers.http.speech import minutes_left
from messaging.carriers.kinds import (
    EXAMPLE,
    NAME,
    Fold,
    Kind,
    Section,
    how_we_send,
    opened,
)
from messaging.carriers.models import Carrier
from messaging.carriers.verdicts import ACCOUNT, BY_NAME, DOUBT, TAKEN
from smsportal.lib.errors import Refused

HIDDEN: Final = "(kept sealed)"


def _read_headers(lines: str) -> None:
    templates.check_gaps(lines, templates.OF_THE_ACCOUNT)
    templates.headers(lines)


def _read_codes(lines: str) -> None:
    for meaning in templates.table(lines).values():
        if meaning not in BY_NAME:
            raise templates.Wrong(f"{meaning} is no meaning. There are {', '.join(BY_NAME)}.")


URL: Final = Address("url", "Address", "It may have gaps after its question mark.")
METHOD: Final = OneOf(
    "method", "Method", choices=(("POST", "POST"), ("PUT", "PUT"), ("GET", "GET, with no body"))
)
FORM: Final = OneOf(
    "format", "Body", choices=(("json", "JSON"), ("form", "A form, one name=value a line"))
)
BODY: Final = Area(
    "body",
    "What is sent",
    "Gaps are filled in for each text: "
    + ", ".join(f"(({name})) {what}" for name, what in templates.GAPS.items())
    + ".",
    usual='{\n  "to": "((number))",\n  "from": "((sender))",\n  "text": "((body))",\n'
    '  "reference": "((reference))"\n}',
    is_needed=True,
)
HEADERS: Final = Written(
    "headers",
    "Headers",
    "One Name: value a line, such as Authorization: Bearer ((secret)).",
    read=_read_headers,
)
USER: Final = Line(
    "username", "User name", "If it wants one: name and secret then go as basic authentication."
)
SECRET: Final = Secret("secret", "Secret", "A password, key or token.")
ID_AT: Final = Line(
    "id_at",
    "Where its id is",
    "In a JSON answer, such as message.id or messages.0.id. Reports find their text by it.",
    width="w-m",
)
CODE_AT: Final = Line(
    "code_at",
    "Where its code is",
    "If a JSON answer has one. Else the HTTP status is the code, such as http 422.",
    width="w-m",
)
CODES: Final = Written(
    "codes",
    "What its codes mean",
    f"One code = meaning a line, such as 0 = accepted. Meanings: {', '.join(BY_NAME)}.",
    read=_read_codes,
)


def check(settings: Settings, window: int) -> None:
    """Raises Refused."""
    for name, look in (("url", _check_address), ("body", _check_body)):
        try:
            look(settings)
        except templates.Wrong as wrong:
            raise Refused(str(wrong), field=name) from None
    generic_calls.check(settings)


def _check_address(settings: Settings) -> None:
    before, _, query = settings["url"].partition("?")
    if templates.gaps_of(before):
        raise templates.Wrong("Gaps can only stand after the question mark of an address.")
    templates.check_gaps(query)


def _check_body(settings: Settings) -> None:
    body, query = settings["body"], settings["url"].partition("?")[2]
    if settings["method"] == "GET":
        body = ""
    else:
        templates.check_gaps(body)
        _template(settings)
    gaps = {*templates.gaps_of(body), *templates.gaps_of(query)}
    for name in ("number", "body"):
        if name not in gaps and not (name == "number" and "digits" in gaps):
            raise templates.Wrong(f"Nothing says (({name})), so no text could go by it.")


def names_texts(settings: Settings) -> bool:
    body = "" if settings["method"] == "GET" else settings["body"]
    places = (body, settings["url"], settings["headers"])
    return any("reference" in templates.gaps_of(place) for place in places)


def _template(settings: Settings) -> Any:
    is_json = settings["format"] == "json"
    return (templates.json_template if is_json else templates.pairs)(settings["body"])


class GenericSpeech:
    """secret: unsealed, or what stands for it in a preview."""

    def __init__(self, settings: Settings, secret: str) -> None:
        self.settings = settings
        self.secret = secret
        self.url: str = settings["url"]
        self.ca_file: str = settings.get("ca_file", "")
        self.capabilities = Capabilities(answer_seconds=float(settings.get("answer_seconds", 30)))
        self.has_body = settings["method"] != "GET"
        self.is_json = settings["format"] == "json"
        self.template = _template(settings) if self.has_body else None
        self.headers = templates.headers(settings["headers"])
        self.codes = templates.table(settings["codes"])

    def call(self, text: OutgoingText, *, now: dt.datetime) -> Call:
        values = templates.values_of(text, self.secret)
        values["minutes"] = str(minutes_left(text, now))
        headers = {name: templates.fill(value, values) for name, value in self.headers.items()}
        content = b""
        if self.has_body:
            kind = "application/json" if self.is_json else "application/x-www-form-urlencoded"
            headers = {"Content-Type": kind, **headers}
            content = self._body(values)
        if user := self.settings["username"]:
            headers["Authorization"] = basic(user, self.secret)
        url = templates.fill_address(self.url, values)
        return Call(self.settings["method"], url, headers, content)

    def _body(self, values: dict[str, str]) -> bytes:
        if self.is_json:
            filled = templates.fill_json(self.template, values)
            return json.dumps(filled, ensure_ascii=False).encode()
        return templates.fill_pairs(self.template or [], values)

    def said(self, text: OutgoingText, reply: Reply) -> Said:
        answer = reply.json()
        code = at(answer, self.settings["code_at"]) if self.settings["code_at"] else ""
        known = self.codes.get(code.lower()) if code else None
        known = known or self.codes.get(f"http {reply.status}")
        named = f"code {code}" if code else f"http {reply.status}"
        ref = at(answer, self.settings["id_at"]) if self.settings["id_at"] else ""
        if known:
            verdict = BY_NAME[known]
            if verdict == ACCOUNT:
                return account(f"the carrier refuses the account ({named})", named)
            return Said(verdict, ref=ref, code="" if verdict == TAKEN else named)
        if not reply.is_good:
            return by_status(reply, named)
        if self.settings["code_at"] or (self.settings["id_at"] and not ref):
            return Said(DOUBT, code="not_understood")
        return Said(TAKEN, ref=ref)


def preview(settings: Settings) -> str:
    """The request for an example, line by line, without the secret."""
    now = EXAMPLE.valid_until - dt.timedelta(hours=24)
    call = GenericSpeech(settings, HIDDEN).call(EXAMPLE, now=now)
    shown = dict(call.headers)
    if settings["username"]:
        shown["Authorization"] = f"Basic {settings['username']}:{HIDDEN}"
    lines = [f"{call.method} {call.url}", *(f"{name}: {value}" for name, value in shown.items())]
    body = call.content.decode()
    if settings["format"] == "json" and body:
        body = json.dumps(json.loads(body), ensure_ascii=False, indent=2)
    return "\n".join([*lines, "", body]).strip()


def adapter(carrier: Carrier, database: Executor) -> HttpAdapter:
    speech = GenericSpeech(carrier.settings, opened(carrier, SECRET))
    return HttpAdapter(carrier, database, speech, listener(carrier))


def listener(carrier: Carrier) -> GenericListener | None:
    if not generic_calls.proof_in_words(carrier.settings):
        return None
    return GenericListener(carrier.settings, opened(carrier, PROOF_SECRET))


HTTP: Final = Kind(
    key="http",
    label="HTTP",
    lead="A provider that takes each text in one HTTP request, whatever it wants to hear.",
    afterwards="Real numbers go to real carriers as soon as there is one. The simulator then keeps "
    "practice numbers only.",
    sections=(
        Section(
            "What it wants",
            ((NAME,), (URL,), (METHOD, FORM), (BODY,), (USER, SECRET)),
            (Fold("Headers and certificate", ((HEADERS,), (CA_FILE,))),),
        ),
        Section("What it answers", ((ID_AT, CODE_AT), (CODES,))),
        Section(
            "What it tells us",
            OF_THE_PROOF,
            (
                Fold("Its reports on texts", OF_A_REPORT, WHERE),
                Fold("Its texts from phones", OF_A_TEXT, WHERE),
            ),
        ),
        how_we_send(time_outs=Fold("Time-out", ((ANSWER,),)), dedupes=True),
    ),
    adapter=adapter,
    hosts=lambda settings: {URL.name: host_of(settings.get("url", ""))},
    place=lambda settings: host_of(settings["url"]),
    check=check,
    preview=preview,
    names_texts=names_texts,
    listener=listener,
    proof=generic_calls.proof_in_words,
    reports=lambda settings: bool(generic_calls.proof_in_words(settings)),
)
