"""A test of a carrier: one text of fixed words to one number that the messaging team typed."""

import datetime as dt
import re

from django.db import transaction

from accounts.audit import services as audit
from accounts.audit.access import require
from accounts.audit.actors import Actor
from accounts.departments import alpha_tags
from messaging.carriers.models import Carrier, CarrierTest
from messaging.sending.engine import carrier_tests as engine
from messaging.sending.queries import halt
from messaging.text import refusals
from smsportal.lib.errors import Refused
from smsportal.lib.phones import BadNumber, display, is_drama, normalise
from smsportal.lib.words import clock

MOST_A_MINUTE = 10
USUAL_SENDER = "SMSPortal"


@transaction.atomic
def ask(*, carrier: Carrier, number: str, sender: str, by: Actor, now: dt.datetime) -> CarrierTest:
    """The carrier's sender takes it within a second or two, and never later than a minute.

    number: as typed. sender: an Alpha tag, a mobile number or a short code. Raises Refused.
    """
    require(by, "manage_carriers")
    carrier = Carrier.objects.select_for_update(no_key=True).get(pk=carrier.pk)
    if not carrier.is_enabled:
        words = f"{carrier} is switched off. Switch it on first; while it is paused, tests go by it"
        raise Refused(f"{words} and nothing else does.")
    if halt():
        raise Refused("All sending is stopped, and tests are too. Start sending again first.")
    asked = CarrierTest(
        carrier=carrier,
        number=_number(number, carrier),
        sender=_sender(sender),
        body=f"Test from SMS Portal, {clock(now)}",
        by_name=by.audit_name,
        asked_at=now,
    )
    _refuse_too_many(carrier, now)
    asked.save()
    words = f"Tested {carrier} with a text to {display(asked.number)}, from {asked.sender}."
    audit.record(by=by, verb="carriers.tested", words=words, on=carrier, now=now)
    return asked


def give_up(*, test: CarrierTest, by: Actor, now: dt.datetime) -> None:
    """If it still waits for its sender, it never goes."""
    require(by, "manage_carriers")
    engine.give_up([test], now=now)


def _number(typed: str, carrier: Carrier) -> str:
    try:
        number = normalise(typed)
    except BadNumber as why:
        raise Refused(why.words, field="number") from None
    if is_drama(number) and not carrier.is_sandbox:
        words = f"{refusals.PRACTICE}. Give the number of a phone that you can look at."
        raise Refused(words, field="number")
    return number


def _sender(typed: str) -> str:
    typed = typed.strip()
    if re.fullmatch(r"\d{3,6}", typed):
        return typed
    if re.fullmatch(r"[+0-9 ]{7,}", typed):
        try:
            return normalise(typed)
        except BadNumber as why:
            raise Refused(why.words, field="sender") from None
    if broken := alpha_tags.check(typed):
        raise Refused(f"{broken[0].words.rstrip('.')}.", field="sender")
    return typed


def _refuse_too_many(carrier: Carrier, now: dt.datetime) -> None:
    lately = CarrierTest.objects.filter(carrier=carrier, asked_at__gt=now - dt.timedelta(minutes=1))
    if lately.count() >= MOST_A_MINUTE:
        words = f"{carrier} has had {MOST_A_MINUTE} tests within a minute. Wait a minute."
        raise Refused(words)
