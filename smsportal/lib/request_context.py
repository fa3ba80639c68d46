"""What log and audit lines know of the request they belong to."""

from contextvars import ContextVar

_request_id: ContextVar[str] = ContextVar("request_id", default="")
_ip: ContextVar[str | None] = ContextVar("ip", default=None)


def request_id() -> str:
    return _request_id.get()


def ip() -> str | None:
    return _ip.get()


def begin(*, request_id: str, ip: str | None) -> None:
    _request_id.set(request_id)
    _ip.set(ip)
