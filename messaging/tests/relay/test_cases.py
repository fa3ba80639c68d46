"""The catalogue of bad input: 136 cases, each against the real server over a socket."""

import pytest

from accounts.tests.make import make_department, make_user
from messaging.tests.relay import cases_addresses, cases_senders, cases_sessions, cases_subjects
from messaging.tests.relay.stage import Stage

PARTS = [cases_addresses, cases_senders, cases_subjects, cases_sessions]


@pytest.fixture
def stage(relay, secure, ann, password):
    chemistry = make_department(name="Chemistry", alpha_tag="CHEM")
    bob = make_user(chemistry, name="Bob", email="bob@ox.ac.uk", allow_relay=True)
    return Stage(relay, secure, ann, bob, password)


def test_no_case_is_missing():
    assert sorted(n for part in PARTS for n in part.CASES) == list(range(1, 137))


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__.rpartition("_")[2])
def test_each_case_is_answered_as_it_should_be(stage, part):
    said = {}
    for n, (play, expected) in sorted(part.CASES.items()):
        stage.new_texts()
        came = play(stage)
        if came != expected:
            said[n] = (came, expected)

    assert said == {}
