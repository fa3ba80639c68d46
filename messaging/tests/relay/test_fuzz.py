"""Hostile mails: no fault, no answer of anybody else's, and no refusal for good of our making.

FUZZ makes it longer: FUZZ=10000 is what is promised.
"""

import logging
import os
import random

import pytest

from messaging.relay import answers
from messaging.sending.models import Message
from messaging.tests.relay.fuzz import a_mail, commands
from messaging.tests.relay.talking import Client

MAILS = int(os.environ.get("FUZZ", "300"))
OF_THE_PROTOCOL = ("220 oxsms.co.uk", "250-", "250 HELP", "250 oxsms.co.uk", "334 ", "354 ")

pytestmark = pytest.mark.timeout(max(120, MAILS))


def play(port: int, dice: random.Random) -> list[str]:
    """Everything that was heard while one mail was handed in."""
    with Client(port) as client:
        for command in commands(dice):
            if not client.say(command):
                return client.heard
        if client.say("DATA").startswith("354"):
            client.send(a_mail(dice) + b"\r\n")
            client.say(".")
        return client.heard


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
