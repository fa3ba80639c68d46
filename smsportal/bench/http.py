"""A provider that takes 50 ms for each text: does the portal keep as many on the way as it may?"""

import asyncio
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from django.utils import timezone

from messaging.carriers.models import Carrier
from messaging.carriers.registry import KINDS
from messaging.operations.models import Heartbeat
from messaging.sending.engine import expand
from messaging.sending.models import Message
from messaging.sending.states import State
from smsportal.bench import smpp
from smsportal.bench.sending import bench_basket, bench_person, click

ANSWER_MS = 50
WINDOWS = (20, 50)  # the second is what a carrier begins with
SECONDS = 10  # of texts at the limit
GIVE_UP_SECONDS = 120
POLL_SECONDS = 0.25
PROVIDER = Path(__file__).with_name("provider.js")
LEFT_OUT = "left out, it needs Node.js"


@dataclass(frozen=True)
class HttpFigure:
    """rate: texts a second from the first to the last, by the provider's ledger. raw: the same of
    httpx2 alone, with no portal and no database behind it.
    """

    window: int
    people: int
    rate: float
    raw: float
    taken: int
    twice: int
    most: int

    def __str__(self) -> str:
        limit = self.window * 1000 / ANSWER_MS
        return (
            f"HTTP, {self.people:,} texts, an answer after {ANSWER_MS} ms, {self.window} on the "
            f"way at once: {self.rate:,.0f}/s of {limit:,.0f}/s that so many allow "
            f"({self.rate / limit:.0%}, promised: 80 %); the provider took {self.taken:,}, "
            f"{self.twice} of them twice, at most {self.most} at once; httpx2 alone "
            f"{self.raw:,.0f}/s"
        )


def figures() -> Iterator[HttpFigure | str]:
    if not shutil.which("node"):
        yield f"HTTP: {LEFT_OUT}"
        return
    for n, window in enumerate(WINDOWS):
        yield _figure(n, window)


def _figure(n: int, window: int) -> HttpFigure:
    person = bench_person(n + 1)
    people = window * 1000 // ANSWER_MS * SECONDS
    person.department.parts_per_batch_cap = people
    person.department.save()
    basket = bench_basket(person, people, first=n * 1_000_000)
    with smpp.peer(PROVIDER, str(ANSWER_MS)) as provider:
        _set_carrier(provider.port, window)
        batch = click(basket, person)
        expand.expand(batch, now=timezone.now())
        Heartbeat.objects.all().delete()
        with smpp.sender():
            _until_all_are_taken(batch.pk, people)
        said = provider.ledger()
    with smpp.peer(PROVIDER, str(ANSWER_MS)) as provider:
        asyncio.run(_call(provider.port, window, people))
        raw = _rate(provider.ledger())
    return HttpFigure(window, people, _rate(said), raw, said["taken"], said["twice"], said["most"])


def _rate(said: dict[str, Any]) -> float:
    return (said["taken"] - 1) / (said["last_at"] - said["first_at"])


async def _call(port: int, window: int, people: int) -> None:
    numbers = iter(range(people))
    extensions = {"timeout": httpx2.Timeout(GIVE_UP_SECONDS).as_dict()}

    async def one_after_another() -> None:
        async with httpx2.AsyncHTTPTransport(trust_env=False) as transport:
            for n in numbers:
                text = {"to": f"+{n}", "from": "BENCH", "text": "Hello", "reference": str(n)}
                request = httpx2.Request(
                    "POST", f"http://127.0.0.1:{port}/send", json=text, extensions=extensions
                )
                answer = await transport.handle_async_request(request)
                await answer.aread()
                await answer.aclose()

    await asyncio.gather(*(one_after_another() for _ in range(window)))


def _until_all_are_taken(batch_id: int, people: int) -> None:
    give_up_at = time.monotonic() + GIVE_UP_SECONDS
    texts = Message.objects.filter(batch_id=batch_id, state=State.SUBMITTED)
    while texts.count() < people:
        if time.monotonic() > give_up_at:
            raise TimeoutError(f"only {texts.count():,} of {people:,} texts were taken")
        time.sleep(POLL_SECONDS)


def _set_carrier(port: int, window: int) -> None:
    given = {"url": f"http://127.0.0.1:{port}/send", "id_at": "id"}
    begun = {
        field.name: field.clean(given.get(field.name, field.usual))
        for field in KINDS["http"].own_fields
    }
    Carrier.objects.update_or_create(
        name="bench", defaults={"kind": "http", "window": window, "settings": begun}
    )
