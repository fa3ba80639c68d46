"""An emergency in doubt goes out again by itself only where a setting says so, and once."""

import datetime as dt

import pytest

from accounts.tests.make import make_operator
from messaging.carriers.base import Outcome
from messaging.operations import services as operations
from messaging.sending.engine import invariants, sweeps
from messaging.sending.models import Attempt, Message
from messaging.sending.states import Lane, words_for
from messaging.tests.make import NOW, make_simulator
from messaging.tests.sending.doubts import MINUTE, claim, doubtful, record, state

pytestmark = pytest.mark.django_db
LATER = NOW + MINUTE + dt.timedelta(seconds=1)


@pytest.fixture
def carrier():
    return make_simulator()


@pytest.fixture
def resending(settings):
    settings.EMERGENCY_RESEND = True


def test_without_the_setting_it_waits_for_its_sender(carrier):
    doubtful(carrier, lane=Lane.EMERGENCY)

    sweeps.sweep(now=LATER)

    assert state() == "unknown"


def test_with_it_an_emergency_goes_again_after_a_minute_and_its_story_says_why(carrier, resending):
    doubtful(carrier, lane=Lane.EMERGENCY)
    sweeps.sweep(now=NOW + MINUTE / 2)
    assert state() == "unknown"

    sweeps.sweep(now=LATER)

    assert words_for(Message.objects.get()).words == (
        "Waiting: an emergency is sent again: better twice than never"
    )
    assert Attempt.objects.get(phase="granted").granted_by_name == "EMERGENCY_RESEND"
    [text] = claim(carrier, LATER)
    record(carrier, text, Outcome.ACCEPTED, LATER, carrier_ref="second")
    assert state() == "submitted"
    assert invariants.broken(now=LATER) == {}


def test_it_goes_again_once_and_is_then_for_people_to_decide(carrier, resending):
    doubtful(carrier, lane=Lane.EMERGENCY)
    sweeps.sweep(now=LATER)
    [text] = claim(carrier, LATER)
    record(carrier, text, Outcome.AMBIGUOUS, LATER)

    sweeps.sweep(now=LATER + 5 * MINUTE)

    assert state() == "unknown"


def test_no_other_message_goes_again(carrier, resending):
    doubtful(carrier, lane=Lane.INTERACTIVE)

    sweeps.sweep(now=LATER)

    assert state() == "unknown"


def test_none_goes_again_while_everything_is_stopped(carrier, resending):
    doubtful(carrier, lane=Lane.EMERGENCY)
    operations.stop_everything(reason="Repeats", by=make_operator(), now=NOW)

    sweeps.sweep(now=LATER)

    assert state() == "unknown"
