"""Hostile mails: no fault, no answer of anybody else's, and no refusal for good of our making.

FUZZ makes it longer. `make bench ARGS=relay-fuzz` does 10,000, as is promised.
"""

import logging
import os
import random

import pytest

from messaging.relay import answers
from messaging.sending.models import Message
from messaging.tests.relay.fuzz import OF_THE_PROTOCOL, play

MAILS = int(os.environ.get("FUZZ", "300"))

pytestmark = pytest.mark.timeout(max(120, MAILS))


def test_whatever_is_handed_in_gets_an_answer_of_the_table(relay, ann, caplog):
    caplog.set_level(logging.WARNING)
    heard: dict[str, int] = {}
    for seed in range(MAILS):
        for line in play(relay.smtp, random.Random(seed)):
            heard.setdefault(line, seed)

    said = {line: seed for line, seed in heard.items() if not line.startswith(OF_THE_PROTOCOL)}
    assert {line: seed for line, seed in said.items() if not answers.is_known(line)} == {}
    assert [line for line in said if line.startswith("451")] == []
    assert [record.getMessage() for record in caplog.records] == []
    assert Message.objects.exists()  # some were right
