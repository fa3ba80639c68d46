"""One connection to a carrier's machine, kept open from text to text. It carries one text at a
time, so it needs none of what a pool and a client do for every request.
"""

import ssl
from collections.abc import Mapping
from typing import Any, Final

import httpcore2
import httpx2

from messaging.carriers.http.exchange import LONGEST_ANSWER, Call, Reply
from messaging.carriers.http.guard import Place

KEPT_SECONDS: Final = 5.0  # idle: a machine that closes sooner may do so just as a text goes
# Nothing of the text has left: no connection, or one that was never had.
BEFORE_A_BYTE = (httpcore2.ConnectError, httpcore2.ConnectTimeout)
NO_ANSWER = (httpcore2.NetworkError, httpcore2.TimeoutException, httpcore2.ProtocolError)


class Unwritable(ValueError):
    """No request can say it; nothing has left."""


class Wire:
    """seconds: to connect, to write and to read, by httpcore's names."""

    def __init__(
        self, place: Place, tls: ssl.SSLContext | None, seconds: Mapping[str, float]
    ) -> None:
        self.place, self.tls = place, tls
        self.extensions: dict[str, Any] = {"timeout": dict(seconds)}
        if tls:
            self.extensions["sni_hostname"] = place.host
        self.address = ""
        self.connection: httpcore2.AsyncHTTPConnection | None = None

    async def ask(self, call: Call, address: str) -> Reply:
        """Raises Unwritable, one of BEFORE_A_BYTE or one of NO_ANSWER."""
        try:
            request = self._request(call, address)
        except (ValueError, httpx2.InvalidURL) as why:
            raise Unwritable from why
        connection = await self._to(address)
        return await _read(await connection.handle_async_request(request))

    async def close(self) -> None:
        if self.connection:
            await self.connection.aclose()
            self.connection = None

    async def _to(self, address: str) -> httpcore2.AsyncHTTPConnection:
        """The one that is open, unless it leads elsewhere or was closed at the other end."""
        at = self.connection
        if at and (address != self.address or at.is_closed() or at.has_expired()):
            await self.close()
        if not self.connection:
            origin = httpcore2.Origin(self.place.scheme.encode(), address.encode(), self.place.port)
            self.address = address
            self.connection = httpcore2.AsyncHTTPConnection(
                origin, ssl_context=self.tls, keepalive_expiry=KEPT_SECONDS
            )
        return self.connection

    def _request(self, call: Call, address: str) -> httpcore2.Request:
        """To the address that was checked, under the name that the certificate must have."""
        headers = {
            "Host": self.place.netloc,
            "Accept": "*/*",
            "Accept-Encoding": "identity",
            **call.headers,
        }
        if call.method != "GET":
            headers["Content-Length"] = str(len(call.content))
        return httpcore2.Request(
            call.method,
            httpcore2.URL(
                scheme=self.place.scheme.encode(),
                host=address.encode(),
                port=self.place.port,
                target=httpx2.URL(call.url).raw_path,
            ),
            headers=[
                (name.encode("ascii"), text.encode("ascii")) for name, text in headers.items()
            ],
            content=call.content,
            extensions=self.extensions,
        )


async def _read(response: httpcore2.Response) -> Reply:
    """No more than an answer needs: the rest of one that goes on and on is not read."""
    body = b""
    try:
        async for piece in response.aiter_stream():
            body += piece
            if len(body) > LONGEST_ANSWER:
                body = b""
                break
    finally:
        await response.aclose()
    headers = {
        name.lower().decode("latin-1"): value.decode("latin-1") for name, value in response.headers
    }
    return Reply(response.status, headers, body)
