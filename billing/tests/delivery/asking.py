"""Messages that went, and reports about them."""

import csv
import datetime as dt
import io
import re
from typing import Any

from accounts.mail.models import OutgoingMail
from accounts.people.models import Person
from billing.delivery import engine, services
from billing.delivery.models import DeliveryOrder, DeliveryReport, Kind, What
from billing.delivery.periods import Often, Period
from billing.delivery.services import Wanted
from messaging.carriers.models import Carrier
from messaging.sending.models import Batch, Message
from messaging.sending.states import BatchState, State
from messaging.tests.make import make_batch, make_simulator
from smsportal.lib.walltime import start_of

NOW = dt.datetime(2026, 5, 12, 13, 4, tzinfo=dt.UTC)
APRIL = Period(dt.date(2026, 4, 1), dt.date(2026, 4, 30))
WANTED = Wanted(What.TEXTS, False, Kind.CSV, Often.ONCE, (), APRIL)


def make_sent(person: Person, *, day: str = "2026-04-15", people: int = 3, **fields: Any) -> Batch:
    """A message of that day that everybody got; all of it is charged at 3.5p a text."""
    carrier = Carrier.objects.first() or make_simulator(is_charging=True)
    batch = make_batch(person, people=people, now=NOW, **fields)
    at = start_of(dt.date.fromisoformat(day)) + dt.timedelta(hours=9)
    Message.objects.filter(batch=batch).update(
        state=State.DELIVERED, carrier=carrier, accepted_at=at, accepted_part_count=1, final_at=at
    )
    Batch.objects.filter(pk=batch.pk).update(
        state=BatchState.FINISHED,
        send_at=at,
        price_tenths=35,
        tally={"delivered": people},
        charged_part_count=people,
    )
    return Batch.objects.get(pk=batch.pk)


def ask(by: Person, *, now: dt.datetime = NOW, **changed: Any) -> DeliveryOrder:
    return services.ask(wanted=Wanted(**{**vars(WANTED), **changed}), by=by, now=now)


def make(by: Person, **changed: Any) -> DeliveryReport:
    """Asked for and made."""
    order = ask(by, **changed)
    services.make_waiting(now=NOW)
    return order.reports.get()


def rows(report: DeliveryReport) -> list[dict[str, str]]:
    text = engine.path_of(report.stored_name).read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def token_mailed_to(address: str) -> str:
    body = OutgoingMail.objects.filter(to=address).latest("pk").body
    return re.search(r"/reports/link/([\w-]+)/", body)[1]
