import asyncio
import threading
from collections.abc import Iterator

import pytest
from django.db import connection

from messaging.carriers.models import Carrier
from messaging.carriers.simulator.exchange import Exchange
from messaging.carriers.simulator.line import Account
from messaging.tests.carriers.simulator.client import Client
from messaging.tests.make import make_simulator
from smsportal.lib.sealing import seal
from smsportal.tests.processes import within


class Playing:
    """An exchange at work in a thread of its own; it can be stopped, and started again."""

    def __init__(self, carrier: Carrier, port: int = 0) -> None:
        self.carrier = carrier
        self.exchange: Exchange | None = None
        self.port = port
        self.is_open = threading.Event()
        self.thread = threading.Thread(target=self._play, daemon=True)
        self.thread.start()
        assert self.is_open.wait(10), "the simulator did not start"

    def _play(self) -> None:
        async def play() -> None:
            exchange = Exchange(self.carrier, Account("portal", "secret"))
            self.loop = asyncio.get_running_loop()
            self.exchange = exchange
            self.port = await exchange.open(self.port)
            self.is_open.set()
            await exchange.run()

        asyncio.run(play())
        connection.close()

    def stop(self) -> None:
        if self.thread.is_alive():
            self.loop.call_soon_threadsafe(self.exchange.stop)
        assert within(10, lambda: not self.thread.is_alive())


@pytest.fixture
def carrier(transactional_db) -> Carrier:
    return make_simulator(settings={"delivery_seconds": [0, 0]})


@pytest.fixture
def playing(carrier) -> Iterator[Playing]:
    playing = Playing(carrier)
    yield playing
    playing.stop()


@pytest.fixture
def connect(playing) -> Iterator:
    clients: list[Client] = []

    def make(*, bound: bool = True) -> Client:
        clients.append(Client(playing.port))
        if bound:
            assert clients[-1].bind() == 0
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def client(connect) -> Client:
    return connect()


@pytest.fixture
def smpp_settings(playing):
    return {
        "host": "127.0.0.1",
        "port": playing.port,
        "system_id": "portal",
        "password": seal("secret"),
        "answer_seconds": 5,
        "delivery_seconds": [0, 0],
    }
