"""Any history of sending, crashing, losing, deciding and repeating, against what the phones got.

HISTORIES and STEPS make it longer (HISTORIES=20000 STEPS=50 for a night) and have a failing one
made shorter.
"""

import datetime as dt
import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from messaging.carriers.base import Outcome
from messaging.carriers.models import CarrierHealth
from messaging.operations import services as operations
from messaging.sending import services
from messaging.sending.engine import release, sweeps, tally
from messaging.sending.errors import TooLate
from messaging.sending.models import Message
from messaging.sending.queries import Chosen
from messaging.sending.states import State
from messaging.tests.make import make_batch
from messaging.tests.sending.histories import Sending

pytestmark = pytest.mark.django_db

HISTORIES = int(os.environ.get("HISTORIES", "30"))
STEPS = int(os.environ.get("STEPS", "25"))


class Histories(Sending):
    @rule(seconds=st.sampled_from([1, 11, 31, 61, 61, 200, 3601, 90_000]))
    def time_passes(self, seconds):
        self.now += dt.timedelta(seconds=seconds)

    @rule(is_down=st.booleans(), goes_on=st.booleans())
    def the_first_carrier_goes_down_or_comes_back(self, is_down, goes_on):
        """Its sender is heard of all the same; the next is heard of or not."""
        since = self.now - dt.timedelta(minutes=1) if is_down else None
        CarrierHealth.objects.filter(carrier=self.carrier).update(at=self.now, down_since=since)
        if goes_on:
            self.the_next_carrier_takes(2, Outcome.ACCEPTED, arrives=True)

    @rule(outcome=st.sampled_from([Outcome.ACCEPTED, Outcome.NOT_SENT, Outcome.SENDER_REFUSED]))
    def the_next_carrier_takes_and_answers(self, outcome):
        self.the_next_carrier_takes(2, outcome, arrives=outcome == Outcome.ACCEPTED)

    @rule(arrives=st.booleans())
    def the_next_carrier_takes_and_does_not_answer(self, arrives):
        self.the_next_carrier_takes(2, Outcome.AMBIGUOUS, arrives=arrives)

    @rule()
    def what_is_due_is_released(self):
        release.release_due(now=self.now)

    @precondition(lambda self: self.user.batches.count() < 5)
    @rule()
    def somebody_sends_an_emergency(self):
        make_batch(self.user, people=1, emergency_reason="A fire", now=self.now)

    @rule()
    def somebody_cancels(self):
        for batch in self.user.batches.all():
            try:
                services.cancel(batch=batch, by=self.user, now=self.now)
            except TooLate:
                continue

    @rule(deed=st.sampled_from([services.pause, services.resume, services.resume, services.stop]))
    def somebody_pauses_resumes_or_stops(self, deed):
        """Also what is behind by a page: it is told so, and nothing happens."""
        for batch in self.user.batches.all():
            try:
                deed(batch=batch, by=self.user, now=self.now)
            except TooLate:
                continue

    @rule(starts=st.booleans())
    def everything_is_stopped_or_started_again(self, starts):
        if starts:
            operations.start_again(by=self.operator, now=self.now)
        else:
            operations.stop_everything(reason="Repeats", by=self.operator, now=self.now)

    @rule()
    def the_tally_is_taken_and_what_is_stopped_is_dropped(self):
        tally.tally_changed(now=self.now)
        release.drop_all_stopped(now=self.now)

    @rule()
    def the_sweep_comes(self):
        sweeps.sweep(now=self.now)

    @rule(deed=st.sampled_from([services.send_again, services.treat_as_not_sent]))
    def the_team_decides_about_what_is_in_doubt(self, deed):
        unknown = set(Message.objects.filter(state=State.UNKNOWN).values_list("pk", flat=True))
        chosen = Chosen(self.now, carrier=self.carrier)
        deed(chosen=chosen, reason="The carrier cannot say", by=self.operator, now=self.now)
        if deed is services.send_again:
            let_go = Message.objects.filter(pk__in=unknown, state=State.QUEUED)
            self.leaves.update(let_go.values_list("pk", flat=True))


@pytest.mark.timeout(600)  # many histories, on a machine that may be busy
def test_no_history_loses_a_text_or_doubles_it_or_makes_the_screen_lie():
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=HISTORIES,
            stateful_step_count=STEPS,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
            # Making a failing history shorter takes minutes: for whoever looks into one.
            phases=set(Phase) if "HISTORIES" in os.environ else set(Phase) - {Phase.shrink},
        ),
    )
