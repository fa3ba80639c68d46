"""What must not wait: an emergency while 100,000 bulk texts do, and the small beside the very big.

With the carrier of the SMPP part, a process of its own whose ledger says when each text came.
"""

import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.people.models import Person
from messaging.compose import services as compose
from messaging.compose.typed import Typed
from messaging.sending.engine import expand
from messaging.sending.models import Basket, Batch, Message
from messaging.sending.states import FINAL, State
from smsportal.bench import portal, smpp
from smsportal.bench.sending import FIRST_MOBILE, bench_basket, bench_person, click

BULK = 100_000
EMERGENCIES = 5
WARM = 8  # pages looked at before: each process of the server has shown some
BIG, SMALL, EACH = 200_000, 199, 20
AN_HOUR = 3600
GIVE_UP_SECONDS = 300
POLL_SECONDS = 0.25
FLOWS = 5_000  # texts at the carrier: from then on it flows
SMALL_FROM, EMERGENCY_FROM = 50_000_000, 90_000_000  # after FIRST_MOBILE
BULK_DIGITS, SMALL_DIGITS = "44740", "44745"  # so their numbers begin


@dataclass(frozen=True)
class EmergencyFigure:
    """Seconds from the POST of each emergency; waiting: bulk texts not at the carrier then."""

    answered: list[float]
    at_carrier: list[float]
    waiting: list[int]

    def __str__(self) -> str:
        each = ", ".join(f"{seconds:.2f}" for seconds in self.at_carrier)
        answered = ", ".join(f"{seconds:.2f}" for seconds in self.answered)
        return (
            f"emergency: {len(self.at_carrier)} texts, each while {min(self.waiting):,} to "
            f"{max(self.waiting):,} bulk texts wait: at the carrier {each} s after the POST "
            f"(promised: under 1 s), which was answered after {answered} s"
        )


@dataclass(frozen=True)
class FairFigure:
    """Seconds from the moment at which the small ones were to go."""

    at_carrier: float
    final: float
    big_left: int

    def __str__(self) -> str:
        return (
            f"fair: {SMALL} departments with {EACH} texts each beside one of {BIG:,}: all small "
            f"ones at the carrier in {self.at_carrier:.2f} s (promised: 5 s), all final in "
            f"{self.final:.2f} s with reports 2 s after each; {self.big_left:,} of the big one "
            "still waited"
        )


def emergencies() -> Iterator[EmergencyFigure | str]:
    if not smpp.is_possible():
        yield f"emergency: {smpp.LEFT_OUT}"
        return
    person = bench_person()
    basket = bench_basket(person, BULK)
    with smpp.peer() as carrier, portal.server() as port:
        smpp.add_carrier(carrier.port)
        with smpp.sender():
            _flow(basket, person, carrier)
            yield _emergencies(person, port, carrier)


def _emergencies(person: Person, port: int, carrier: smpp.Peer) -> EmergencyFigure:
    browser = portal.Browser(port, person)
    for _ in range(WARM):
        browser.form(reverse("compose:new"))
    answered, at_carrier, waiting = [], [], []
    for n in range(EMERGENCIES):
        digits = f"44{FIRST_MOBILE + EMERGENCY_FROM + n}"
        address = _written(person, f"+{digits}")
        form = browser.form(address)
        waiting.append(BULK - carrier.ledger(BULK_DIGITS)["taken"])
        at = time.time()
        browser.post(address, {**form, "reason": "A fire in the library", "count": "1"})
        answered.append(time.time() - at)
        _until(partial(_has_come, carrier, digits))
        at_carrier.append(carrier.ledger(digits)["last_at"] - at)
    return EmergencyFigure(answered, at_carrier, waiting)


def _has_come(carrier: smpp.Peer, digits: str) -> bool:
    return carrier.ledger(digits)["taken"] > 0


def _written(person: Person, number: str) -> str:
    """The check page of an emergency that only needs its last step."""
    typed = Typed(numbers=number, body="Leave the library now.", is_emergency=True)
    draft = compose.save(uid=uuid.uuid4(), typed=typed, by=person, now=timezone.now())
    return reverse("compose:check", args=[draft.uid])


def fairness() -> Iterator[FairFigure | str]:
    if not smpp.is_possible():
        yield f"fair: {smpp.LEFT_OUT}"
        return
    person = bench_person()
    person.department.parts_per_batch_cap = BIG
    person.department.save()
    basket = bench_basket(person, BIG)
    small = Batch.objects.filter(pk__in=[_small(n).pk for n in range(SMALL)])
    with smpp.peer() as carrier:
        smpp.add_carrier(carrier.port)
        with smpp.sender():
            _flow(basket, person, carrier)
            yield _fairness(small, carrier)


def _small(n: int) -> Batch:
    """Accepted, and held until all of them are let go at one moment."""
    person = bench_person(n + 2)
    basket = bench_basket(person, EACH, first=SMALL_FROM + n * EACH)
    return click(basket, person, undo_seconds=AN_HOUR)


def _fairness(small: QuerySet[Batch], carrier: smpp.Peer) -> FairFigure:
    texts = Message.objects.filter(batch__in=small.values("pk"))
    total = SMALL * EACH
    goes_at = time.time()
    small.update(send_at=timezone.now())
    _until(lambda: carrier.ledger(SMALL_DIGITS)["taken"] == total)
    big_left = BIG - carrier.ledger(BULK_DIGITS)["taken"]
    _until(lambda: texts.filter(state__in=FINAL).count() == total)
    final = time.time() - goes_at
    return FairFigure(carrier.ledger(SMALL_DIGITS)["last_at"] - goes_at, final, big_left)


def _flow(basket: Basket, person: Person, carrier: smpp.Peer) -> Batch:
    """One click to many; on return it flows."""
    batch = click(basket, person)
    expand.expand(batch, now=timezone.now())  # what the worker does when its bell rings
    _until(lambda: carrier.ledger()["taken"] >= FLOWS)
    return batch


def _until(is_so: Callable[[], object]) -> None:
    give_up_at = time.monotonic() + GIVE_UP_SECONDS
    while not is_so():
        if time.monotonic() > give_up_at:
            waiting = Message.objects.filter(state=State.QUEUED).count()
            raise TimeoutError(f"it did not come; {waiting:,} texts wait")
        time.sleep(POLL_SECONDS)
