"""What the portal writes to its log: one line of JSON an event, without what people wrote.

Message texts are never logged, and numbers only as +44****0123. What comes from outside (a path,
a carrier's answer) may hold anything; it can neither end a line nor begin another.
"""

import datetime as dt
import json
import logging
import re
from typing import Any

from smsportal.lib import request_context

LONGEST = 10_000

# A number as people and machines write it: +, 00, 0 or 44 in front, and ten digits or more in all.
_NUMBER = re.compile(r"(?<!\d)(\+\d{2}|00\d{2}|44|0\d)((?:[ .()/-]{0,2}\d){7,13})(?!\d)")

# PostgreSQL quotes whole rows here: "Failing row contains (12, +447700900123, Dear ...".
# What follows is left out up to the next traceback, since the row may hold lines of any kind.
_ROW_DETAIL = re.compile(
    r"^DETAIL:.*?(?=^The above exception was|^During handling of|\Z)", re.MULTILINE | re.DOTALL
)


def mask(text: str) -> str:
    """`text` with the middle of every number hidden: +447700900123 becomes +44****0123."""
    return _NUMBER.sub(lambda match: f"{match[1]}****{_last_four(match[2])}", text)


def without_rows(text: str) -> str:
    """`text` without the rows that the database quotes in its errors."""
    return _ROW_DETAIL.sub("DETAIL: (left out)\n", text)


class JsonFormatter(logging.Formatter):
    """One event as one line: time in UTC, level, logger, message, request, exception."""

    def format(self, record: logging.LogRecord) -> str:
        event: dict[str, Any] = {
            "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _clean(record.getMessage()),
        }
        if request_id := request_context.request_id():
            event["request"] = request_id
        if record.exc_info:
            event["exception"] = _clean(self.formatException(record.exc_info))
        # Only ASCII leaves: no character that a terminal or a log reader takes for an order.
        return json.dumps(event)


def config(level: str = "INFO") -> dict[str, Any]:
    """Python's logging set up to write JSON lines to stderr."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "smsportal.lib.logs.JsonFormatter"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Django and gunicorn bring handlers of their own: without these, every line twice.
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            "gunicorn.error": {"handlers": [], "propagate": True, "level": level},
            # Addresses hold search words and the secrets of links; nginx counts visits.
            "gunicorn.access": {"handlers": [], "propagate": True, "level": "WARNING"},
            # The addresses that carriers are called at hold keys, and the words of texts.
            "httpx2": {"level": "WARNING"},
            "httpcore2": {"level": "WARNING"},
            # The letters of a statement, and those that its font lacks, are of people's names.
            "fontTools": {"level": "ERROR"},
            "fpdf": {"level": "ERROR"},
            # A line for each of the sweeps, every few seconds, says nothing.
            "celery.beat": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
        },
    }


def _clean(text: str) -> str:
    text = mask(without_rows(text))
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} ({len(text)} characters)"


def _last_four(text: str) -> str:
    return "".join(character for character in text if character.isdigit())[-4:]
