"""One connection that carries text after text, against real servers on this machine."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from messaging.carriers.http.exchange import Call
from messaging.carriers.http.guard import place_of
from messaging.carriers.http.wire import Unwritable, Wire

SECONDS = {"connect": 2.0, "read": 2.0, "write": 2.0}
HERE = "127.0.0.1"


@pytest.mark.parametrize(
    ("url", "headers"),
    [("/send", {"X-Key": "clé"}), ("/send", {"Schlüssel": "key"}), ("/" + "s" * 70_000, {})],
    ids=["value", "name", "address"],
)
def test_a_request_that_cannot_be_written_never_leaves(peer, url, headers):
    async def ask():
        wire = Wire(place_of(peer.url), None, SECONDS)
        await wire.ask(Call("POST", peer.url + url, headers), HERE)

    with pytest.raises(Unwritable):
        asyncio.run(ask())
    assert peer.calls == []


def test_an_address_is_written_as_a_browser_would(peer):
    async def ask():
        wire = Wire(place_of(peer.url), None, SECONDS)
        reply = await wire.ask(Call("GET", f"{peer.url}/envoyé vers?à=1&b=%20#here"), HERE)
        await wire.close()
        return reply

    assert asyncio.run(ask()).status == 200
    [asked] = peer.calls
    assert (asked.method, asked.path) == ("GET", "/envoy%C3%A9%20vers")
    assert asked.query == {"à": "1", "b": " "}


@asynccontextmanager
async def counting_server(*, hangs_up: bool) -> AsyncIterator[tuple[str, list[int]]]:
    """Its address, and what each connection carried. hangs_up: after each text, unannounced."""
    carried: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        n = len(carried)
        carried.append(0)
        while await reader.readline():
            while (await reader.readline()).strip():
                pass
            carried[n] += 1
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            await writer.drain()
            if hangs_up:
                break
        writer.close()

    server = await asyncio.start_server(serve, HERE, 0)
    async with server:
        yield f"http://{HERE}:{server.sockets[0].getsockname()[1]}/send", carried


def carried(*, hangs_up: bool) -> list[int]:
    async def ask_three_times():
        async with counting_server(hangs_up=hangs_up) as (url, counts):
            wire = Wire(place_of(url), None, SECONDS)
            for _ in range(3):
                assert (await wire.ask(Call("GET", url), HERE)).body == b"ok"
                while hangs_up and not wire.connection.has_expired():
                    await asyncio.sleep(0)
            await wire.close()
            return counts

    return asyncio.run(asyncio.wait_for(ask_three_times(), 10))


def test_texts_go_over_one_connection():
    assert carried(hangs_up=False) == [3]


def test_a_connection_that_the_carrier_closed_is_not_used_again():
    """A text written into it would be in doubt."""
    assert carried(hangs_up=True) == [1, 1, 1]
