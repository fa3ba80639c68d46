"""How any provider tells us of its texts by calling: what its calls are called and how they are
proven is filled in on its page.
"""

import datetime as dt
import hashlib
from dataclasses import replace
from typing import Any, Final

from messaging.carriers.base import DeliveryReceipt, Event, TextFromPhone
from messaging.carriers.calls import proofs
from messaging.carriers.calls.heard import (
    LONGEST_REF,
    About,
    Heard,
    Reading,
    number,
    reference,
    storable,
)
from messaging.carriers.fields import Field, Line, OneOf, Secret, Settings
from messaging.carriers.http import templates
from messaging.carriers.http.exchange import at
from messaging.carriers.http.fields import Written
from messaging.carriers.reports import BY_NAME
from smsportal.lib.errors import Refused

LONGEST_RAW: Final = 1000


def _read_words(lines: str) -> None:
    for meaning in templates.table(lines).values():
        if meaning not in BY_NAME:
            raise templates.Wrong(f"{meaning} is no meaning. There are {', '.join(BY_NAME)}.")


PROOF: Final = OneOf(
    "proof",
    "How its calls are proven",
    choices=(
        ("none", "It calls nobody"),
        ("hmac", "Signed: HMAC-SHA256 over the body"),
        ("basic", "A name and a password"),
    ),
)
PROOF_SECRET: Final = Secret(
    "proof_secret", "Secret of its calls", "The key of the signature, or the password."
)
PROOF_USER: Final = Line(
    "proof_username", "Name in its calls", "With a password.", usual="carrier", width="w-m"
)
PROOF_HEADER: Final = Line(
    "proof_header",
    "Header with the signature",
    "In hex or base64.",
    usual="X-Signature",
    width="w-m",
)
TIME_HEADER: Final = Line(
    "proof_time_header",
    "Header with the time",
    "If what is signed is time.body. A call older than five minutes is then refused.",
    width="w-m",
)
REPORT_ID: Final = Line(
    "report_id_at", "Its id of the text", "As the answer gave it.", usual="id", width="w-m"
)
REPORT_REFERENCE: Final = Line(
    "report_reference_at", "Our reference", "If a report gives it back.", width="w-m"
)
REPORT_WORD: Final = Line("report_word_at", "What became of it", usual="status", width="w-m")
REPORT_WORDS: Final = Written(
    "report_words",
    "What its words mean",
    f"One word = meaning a line. Meanings: {', '.join(BY_NAME)}.",
    usual="delivered = delivered\nundelivered = dead\nexpired = absent\nrejected = blocked\n"
    "sent = under way",
    read=_read_words,
)
TEXT_FROM: Final = Line("text_from_at", "From", usual="from", width="w-m")
TEXT_TO: Final = Line("text_to_at", "To", usual="to", width="w-m")
TEXT_BODY: Final = Line("text_body_at", "The text", usual="text", width="w-m")
TEXT_ID: Final = Line(
    "text_id_at",
    "Its id",
    "Empty: the same words from the same phone within ten minutes are one text.",
    usual="id",
    width="w-m",
)

OF_THE_PROOF: Final = ((PROOF,), (PROOF_USER, PROOF_SECRET), (PROOF_HEADER, TIME_HEADER))
OF_A_REPORT: Final = ((REPORT_ID, REPORT_REFERENCE), (REPORT_WORD,), (REPORT_WORDS,))
OF_A_TEXT: Final = ((TEXT_FROM, TEXT_TO), (TEXT_BODY, TEXT_ID))
WHERE: Final = "Names of a form's fields, or places in JSON such as message.id."


def check(settings: Settings) -> None:
    """Raises Refused."""
    if settings["proof"] != "hmac":
        return
    if not settings["proof_header"]:
        words = "Give the header that its signature stands in, such as X-Signature."
        raise Refused(words, field=PROOF_HEADER.name)
    if not settings["proof_time_header"] and not settings["text_id_at"]:
        words = (
            "A signature without a time is right for ever, so a text without an id could be "
            f"played to us again. Give its id here, or “{TIME_HEADER.label}” above."
        )
        raise Refused(words, field=TEXT_ID.name)


def proof_in_words(settings: Settings) -> str:
    """Empty where it calls nobody."""
    kind = _kept(settings, PROOF)
    if kind == "hmac":
        time = _kept(settings, TIME_HEADER)
        signed = f"{time}.body" if time else "its body"
        return f"Each call has HMAC-SHA256 of {signed} in {_kept(settings, PROOF_HEADER)}."
    if kind == "basic":
        return f"Each call has the name {_kept(settings, PROOF_USER)} and the password."
    return ""


def _kept(settings: Settings, field: Field) -> str:
    """As it usually is, for carriers that were added before there were calls."""
    return str(settings.get(field.name, field.usual) or "")


class GenericListener:
    """secret: unsealed, of its calls."""

    answer = ""
    answer_type = "text/plain"

    def __init__(self, settings: Settings, secret: str) -> None:
        self.settings = settings
        self.secret = secret
        self.words = templates.table(self._at(REPORT_WORDS))
        # A signature is over the body, and a GET has none: what it says would be anybody's.
        self.is_signed = self._at(PROOF) == "hmac"
        self.methods = frozenset({"POST"} if self.is_signed else {"GET", "POST"})

    def prove(self, heard: Heard, *, now: dt.datetime) -> bytes:
        if self._at(PROOF) == "basic":
            proofs.basic(heard, user=self._at(PROOF_USER), secret=self.secret)
            return b""
        return proofs.signed(
            heard,
            secret=self.secret,
            header=self._at(PROOF_HEADER),
            time_header=self._at(TIME_HEADER),
            now=now,
        )

    def read(self, heard: Heard, key: object) -> Reading:
        """One item, or a list of them."""
        if self.is_signed:  # the body is, and what follows the question mark is not
            heard = replace(heard, url=heard.url.partition("?")[0])
        try:
            tree = heard.tree()
        except ValueError:
            return Reading(problem="It is neither a form nor JSON")
        read = self._report if heard.about == About.REPORT else self._text
        events: list[Event] = []
        problems = []
        for item in tree if isinstance(tree, list) else [tree]:
            said = read(item, key)
            if isinstance(said, str):
                problems.append(said)
            else:
                events.append(said)
        return Reading(tuple(events), next(filter(None, problems), ""))

    def _report(self, item: Any, key: object) -> DeliveryReceipt | str:
        """What is wrong with it, or nothing where it changes nothing."""
        word = at(item, self._at(REPORT_WORD)).strip().lower()
        theirs = at(item, self._at(REPORT_ID))[:LONGEST_REF]
        ours = reference(at(item, self._at(REPORT_REFERENCE)))
        if not theirs and not ours:
            return "It says no id of a text"
        if not word:
            return f"It says nothing at {self._at(REPORT_WORD)}"
        if word not in self.words:
            return f"{word[:40]} is none of its words that we were told of"
        state, reason = BY_NAME[self.words[word]]
        if not state:
            return ""
        raw = storable(str(item)[:LONGEST_RAW])
        return DeliveryReceipt(key, storable(theirs or ours), state, reason, ours, raw)

    def _text(self, item: Any, key: object) -> TextFromPhone | str:
        from_, to, body, id_ = (
            storable(at(item, self._at(field)))
            for field in (TEXT_FROM, TEXT_TO, TEXT_BODY, TEXT_ID)
        )
        if not from_ or not to:
            return "It does not say from where, or to where"
        said = hashlib.sha256(f"{from_}|{to}|{body}".encode()).hexdigest()[:40]
        return TextFromPhone(key, id_[:LONGEST_REF], number(from_), number(to), body, None, said)

    def _at(self, field: Field) -> str:
        return _kept(self.settings, field)
