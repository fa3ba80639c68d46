import json
import logging
import subprocess
import sys

import pytest

from smsportal.lib import logs, request_context

pytestmark = pytest.mark.once


def line(message, *args, exc_info=None):
    record = logging.LogRecord("portal", logging.WARNING, "f.py", 1, message, args, exc_info)
    return logs.JsonFormatter().format(record)


@pytest.mark.parametrize(
    ("written", "logged"),
    [
        ("+447700900123", "+44****0123"),
        ("to=+447700900123,next", "to=+44****0123,next"),
        ("07700 900123", "07****0123"),
        ("07700-900-123", "07****0123"),
        ("447700900123", "44****0123"),
        ("00447700900123", "0044****0123"),
        ("(07700) 900 123 rang", "(07****0123 rang"),
        ("two: 07700900123 07700900124", "two: 07****0123 07****0124"),
        ("tel07700900123", "tel07****0123"),
    ],
)
def test_numbers_are_masked_however_they_are_written(written, logged):
    assert json.loads(line(written))["message"] == logged


@pytest.mark.parametrize(
    "plain", ["took 1234567890 ms", "batch 250", "2026-11-21 21:40:53", "port 8000", "0.4 s"]
)
def test_what_is_no_number_of_a_phone_stays(plain):
    assert json.loads(line(plain))["message"] == plain


@pytest.mark.parametrize(
    "hostile",
    [
        'path /x\n{"level": "info", "message": "forged"}',
        "carriage\rreturn",
        "line\u2028separator\u2029paragraph\u0085next",
        "escape \x1b[2J and bell \x07 and nul \x00",
        "\u202ereversed",
        "half a pair \ud83d",
        '"}, {"',
        "%s %d %(name)s",
    ],
)
def test_hostile_text_stays_within_its_line(hostile):
    logged = line(hostile)

    assert logged.isascii()
    assert logged.isprintable()
    assert json.loads(logged)["message"] == hostile


def test_a_row_that_the_database_quotes_is_left_out():
    try:
        raise ValueError(
            'null value in column "lane" violates not-null constraint\n'
            "DETAIL:  Failing row contains (7, 07700 900123, All clear.\nURGENT: ring us, null)."
        )
    except ValueError:
        logged = line("could not save", exc_info=sys.exc_info())

    assert "clear" not in logged
    assert "ring us" not in logged
    assert "violates not-null constraint" in json.loads(logged)["exception"]


def test_a_line_names_the_request_it_belongs_to():
    request_context.begin(request_id="BCDF-2345", ip=None)
    try:
        assert json.loads(line("hello"))["request"] == "BCDF-2345"
    finally:
        request_context.begin(request_id="", ip=None)
    assert "request" not in json.loads(line("hello"))


def test_a_line_has_an_end():
    logged = json.loads(line("x" * 1_000_000))

    assert len(logged["message"]) < logs.LONGEST + 100
    assert "1000000 characters" in logged["message"]


def test_each_event_is_written_once():
    script = (
        "import logging.config; from smsportal.lib import logs; "
        "logging.config.dictConfig(logs.config()); "
        "[logging.getLogger(n).error('said') for n in "
        "('django.request', 'gunicorn.error', 'messaging', 'celery.worker')]"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)

    assert [json.loads(each)["logger"] for each in said.stderr.splitlines()] == [
        "django.request",
        "gunicorn.error",
        "messaging",
        "celery.worker",
    ]


def test_what_happens_all_the_time_is_told_once_a_minute_and_counted():
    seldom = logs.Seldom()

    def told(words, second):
        record = logging.makeLogRecord({"msg": words, "created": second})
        return record.getMessage() if seldom.filter(record) else None

    assert [told("answered 451: OperationalError", second) for second in range(50)] == [
        "answered 451: OperationalError", *[None] * 49,
    ]  # fmt: skip
    assert told("answered 451: RuntimeError", 20) == "answered 451: RuntimeError"
    assert told("answered 451: OperationalError", 61) == (
        "answered 451: OperationalError (and 49 more before)"
    )
    assert told("answered 451: OperationalError", 62) is None
    assert told("answered 451: OperationalError", 200) == (
        "answered 451: OperationalError (and 1 more before)"
    )
