"""The settings of an SMPP carrier's row, read once: plain values in, typed values out."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from messaging.carriers.smpp.pdu import Bind
from messaging.carriers.smpp.receipts import Ids, Reports
from messaging.carriers.smpp.session import Kind, Line
from messaging.carriers.smpp.words import Joining
from smsportal.lib.sealing import unseal


@dataclass(frozen=True)
class Options:
    """binds: how many connections of each kind; a transmitter has a receiver beside it."""

    line: Line
    bind: Bind
    kinds: tuple[Kind, ...]
    joining: Joining
    ids: Ids
    reports: Reports
    service_type: str
    has_plus: bool  # numbers go with their "+"


def options(settings: Mapping[str, Any]) -> Options:
    """Raises KeyError for a setting that is missing, ValueError for one that is wrong."""
    one = (
        (Kind.TRANSCEIVER,)
        if settings.get("bind", "transceiver") == "transceiver"
        else (Kind.TRANSMITTER, Kind.RECEIVER)
    )
    return Options(
        line=Line(
            host=settings["host"],
            port=int(settings["port"]),
            tls=_tls(settings) if settings.get("tls") else None,
            tls_name=settings.get("tls_name") or settings["host"],
            connect_seconds=float(settings.get("connect_seconds", 5)),
            answer_seconds=float(settings.get("answer_seconds", 60)),
            enquire_seconds=float(settings.get("enquire_seconds", 30)),
        ),
        bind=Bind(
            system_id=settings["system_id"],
            password=unseal(settings["password"]) if settings.get("password") else "",
            system_type=settings.get("system_type", ""),
        ),
        kinds=one * int(settings.get("binds", 1)),
        joining=Joining(settings.get("joining", Joining.HEADER)),
        ids=Ids(settings.get("receipt_ids", Ids.SAME)),
        reports=Reports(settings.get("part_receipts", Reports.EACH)),
        service_type=settings.get("service_type", ""),
        has_plus=bool(settings.get("has_plus", False)),
    )


def _tls(settings: Mapping[str, Any]) -> ssl.SSLContext:
    """Against the system's authorities, or the carrier's own; with our certificate if it asks."""
    for name in ("ca_file", "certificate_file", "key_file"):
        if path := settings.get(name):
            with open(path, "rb"):  # ssl does not say which of them it cannot read
                pass
    context = ssl.create_default_context(cafile=settings.get("ca_file") or None)
    if certificate := settings.get("certificate_file"):
        context.load_cert_chain(certificate, settings.get("key_file") or None)
    return context
