"""Bad luck of every kind, once each, with real processes; and the verdicts on what came of it."""

import subprocess
import sys

import pytest

from messaging.sending.states import State
from smsportal.chaos.checker import Kept, Verdict, judge, ledger
from smsportal.chaos.faults import FAULTS
from smsportal.tests.house import ROOT

PHONE = "+447700900001"
GROUPS = {
    "processes": ("sender", "worker", "beat", "web"),
    "broker": ("broker", "frozen_broker", "flushall"),
    "carrier": ("carrier", "black_hole", "throttle", "garbage", "postgresql"),
    "answers": ("lost_replies", "receipts_first", "receipts_twice", "receipts_never"),
}


@pytest.mark.slow
@pytest.mark.once
@pytest.mark.smpp_peer
@pytest.mark.xdist_group("chaos")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("group", GROUPS)
def test_one_round_of_each_fault(group):
    command = [sys.executable, "-m", "smsportal.chaos", "--rounds", "1", *GROUPS[group]]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    assert done.stdout.count("1 rounds") == len(GROUPS[group])


def test_every_fault_is_in_a_group():
    names = [name for group in GROUPS.values() for name in group]

    assert sorted([*names, "nothing"]) == sorted(fault.name for fault in FAULTS)


def verdict(state, kept=None):
    found = judge([PHONE], {PHONE: state}, {PHONE: kept} if kept else {})
    return {name for name, numbers in found.by_verdict.items() if numbers}


@pytest.mark.parametrize(
    ("state", "kept", "expected"),
    [
        ("delivered", Kept(1, is_reported=True), set()),
        ("delivered", Kept(1), {Verdict.LIE}),
        ("delivered", Kept(2, is_reported=True), {Verdict.TWICE}),
        ("submitted", Kept(1, is_silent=True), set()),
        ("submitted", Kept(1, is_reported=True), {Verdict.STUCK}),
        ("submitted", None, {Verdict.LIE, Verdict.STUCK}),
        ("queued", None, {Verdict.STUCK}),
        ("sending", Kept(1), {Verdict.STUCK}),
        ("unknown", None, set()),
        ("unknown", Kept(1, is_reported=True), set()),
        ("unknown", Kept(2), {Verdict.TWICE}),
        ("failed", None, set()),
        ("failed", Kept(1), {Verdict.LIE}),
        ("undelivered", Kept(1, is_reported=True), {Verdict.LIE}),
    ],
)
def test_what_is_said_of_a_text(state, kept, expected):
    assert verdict(State(state), kept) == expected


def test_an_accepted_text_that_is_nowhere_is_lost():
    assert judge([PHONE], {}, {}).by_verdict[Verdict.LOST] == [PHONE]


def test_a_text_that_the_carrier_made_up_is_a_lie():
    assert judge([], {}, {PHONE: Kept(1)}).by_verdict[Verdict.LIE] == [PHONE]


def test_the_carriers_ledger_survives_a_line_that_was_cut_off():
    lines = [
        '{"event":"up"}',
        '{"event":"taken","id":"a","to":"447700900001","receipts":"normal"}',
        '{"event":"taken","id":"b","to":"447700900002","receipts":"never"}',
        '{"event":"reported","id":"a"}',
        '{"event":"tak',
    ]

    assert ledger(lines) == {
        "+447700900001": Kept(1, is_reported=True),
        "+447700900002": Kept(1, is_silent=True),
    }
