"""A sender, a network and a phone that writes down what it got, for any history of the three: the
machine of test_histories.py, which adds what people do.
"""

import datetime as dt
import shutil
import tempfile
import uuid
from collections import Counter
from pathlib import Path

from django.db import transaction
from django.db.models import Sum
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from accounts.tests.make import make_operator, make_user
from messaging.carriers.base import Answer, DeliveryReceipt, Outcome
from messaging.carriers.models import CarrierHealth
from messaging.history.queries import progress
from messaging.operations import services as operations
from messaging.routes.models import Route
from messaging.sending.engine import (
    answers,
    claims,
    invariants,
    receipts,
    recovery,
    release,
    sweeps,
)
from messaging.sending.engine.journal import Journal, Past, read
from messaging.sending.engine.sender import STALE_SECONDS
from messaging.sending.models import Allowance, Message
from messaging.sending.states import LEGAL, NEEDS_MAYBE_SENT, NOT_SENT, State, Treated
from messaging.tests.make import NOW, make_batch, make_simulator

MOSTLY = st.sampled_from([True, True, True, False])
OUTCOMES = st.sampled_from(
    [
        *(Outcome.ACCEPTED, Outcome.ACCEPTED, Outcome.THROTTLED, Outcome.NOT_SENT),
        *(Outcome.REFUSED, Outcome.SENDER_REFUSED),
    ]
)
SETTLED = set(State) - {State.SCHEDULED, State.QUEUED, State.SENDING}


def reachable():
    """What a text may have become after any number of legal moves."""
    closure = {state: {state} | set(LEGAL.get(state, ())) for state in State}
    for _ in State:
        closure = {a: set().union(*(closure[b] for b in bs)) for a, bs in closure.items()}
    return closure


REACHABLE = reachable()


class Sending(RuleBasedStateMachine):
    claimed = Bundle("claimed")  # (texts, when): in hand, not in the journal
    written = Bundle("written")  # one text each: in the journal, its bytes not yet out
    answered = Bundle("answered")  # an answer on its way to us
    carried = Bundle("carried")  # (reference, ref): the network has it, and may report

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.now = NOW
        self.phone = {}  # message id: the refs under which the phone got it
        self.taken_at = {}  # message id: when the network took its first copy
        self.leaves = Counter()  # message id: how often somebody let it go although in doubt
        self.before = {}  # message id: its state and attempt a step ago
        self.life = 0  # of the sender: what a dead one had in hand is gone
        self.is_alive = True
        self.in_hand = set()

    def teardown(self):
        try:
            self.settle()
        finally:
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)
            shutil.rmtree(self.folder)

    @initialize(people=st.integers(1, 3), minutes=st.sampled_from([None, 15]))
    def a_message_is_accepted(self, people, minutes):
        self.carrier = make_simulator(dedupes_for_minutes=minutes)
        self.next = make_simulator(name="next")
        for place, carrier in enumerate((self.carrier, self.next), 1):
            Route.objects.create(carrier=carrier, place=place)
            CarrierHealth.objects.create(carrier=carrier, at=self.now, is_ready=True)
        self.journal = Journal(self.folder / "journal")
        self.user, self.operator = make_user(allow_emergency=True), make_operator()
        make_batch(self.user, people=people)
        release.release_due(now=self.now)
        make_batch(self.user, people=1, undo_seconds=10)

    # -- The sender ------------------------------------------------------------------------

    @precondition(lambda self: self.is_alive)
    @rule(target=claimed, most=st.integers(1, 3))
    def it_claims(self, most):
        texts = self.claim(most)
        return (texts, self.now, self.life) if texts else multiple()

    @precondition(lambda self: self.is_alive)
    @rule(target=written, claim=consumes(claimed))
    def it_writes_what_it_is_about_to_do(self, claim):
        texts, at, life = claim
        if life != self.life:
            return multiple()
        if self.now - at > dt.timedelta(seconds=STALE_SECONDS):
            self.in_hand -= {(text.message_id, text.attempt) for text in texts}
            return multiple()
        self.journal.about_to_send(texts)
        return multiple(*((text, at, life) for text in texts))

    @precondition(lambda self: self.is_alive)
    @rule(target=written, most=st.integers(1, 3))
    def it_claims_and_writes(self, most):
        texts = self.claim(most)
        self.journal.about_to_send(texts)
        return multiple(*((text, self.now, self.life) for text in texts))

    @precondition(lambda self: self.is_alive)
    @rule(target=answered, sent=consumes(written), outcome=OUTCOMES, at_once=MOSTLY)
    def the_network_answers(self, sent, outcome, at_once):
        text, _, life = sent
        if life != self.life:
            return multiple()
        answer = Answer(text.message_id, text.attempt, outcome)
        if outcome == Outcome.ACCEPTED:
            answer = self.hand_over(text)
        if at_once:
            self.record(answer)
        return answer, life

    @precondition(lambda self: self.is_alive)
    @rule(target=carried, sent=consumes(written), arrives=st.booleans())
    def no_answer_comes(self, sent, arrives):
        text, _, life = sent
        if life != self.life:
            return multiple()
        ref = self.take(text) if arrives else ""
        self.record(Answer(text.message_id, text.attempt, Outcome.AMBIGUOUS))
        return (text, ref) if ref else multiple()

    @precondition(lambda self: self.is_alive)
    @rule(target=answered, answer=answered)
    def the_line_is_given_up_before_its_answer_comes(self, answer):
        """The answer still comes, later."""
        told, life = answer
        if life == self.life:
            self.record(Answer(told.message_id, told.attempt, Outcome.AMBIGUOUS))
        return multiple()

    @precondition(lambda self: self.is_alive)
    @rule(answer=answered, and_dies=st.sampled_from([False, False, True]))
    def it_records_an_answer(self, answer, and_dies):
        """Also again and again, and for an attempt that is long past."""
        told, life = answer
        if life != self.life:
            return
        if and_dies:
            self.journal.answered([told])
            self.it_dies()
        else:
            self.record(told)

    @precondition(lambda self: self.is_alive)
    @rule(answer=answered)
    def an_old_answer_comes_again_while_its_text_is_out_again(self, answer):
        told, life = answer
        texts = self.claim(50)
        self.journal.about_to_send(texts)
        if life == self.life:
            answers.record(self.carrier.pk, [told], now=self.now)
        for text in texts:
            self.record(self.hand_over(text))

    @precondition(lambda self: self.is_alive)
    @rule(sent=consumes(written), arrives=st.booleans())
    def it_dies_with_the_bytes_out(self, sent, arrives):
        text, _, life = sent
        if arrives and life == self.life:
            self.take(text)
        self.it_dies()

    @precondition(lambda self: self.is_alive)
    @rule()
    def it_dies(self):
        self.journal.close()
        self.is_alive = False
        self.life += 1
        self.in_hand.clear()

    @precondition(lambda self: not self.is_alive)
    @rule()
    def it_starts_again(self):
        past = read(self.folder / "journal")
        recovery.recover(self.carrier, past, now=self.now)
        self.journal = Journal(self.folder / "journal")
        self.is_alive = True

    @precondition(lambda self: self.is_alive)
    @rule()
    def the_database_takes_a_claim_and_does_not_say_so(self):
        claims.take(self.carrier, 50, most=1, now=self.now)

    @precondition(lambda self: self.is_alive)
    @rule()
    def it_looks_for_lost_claims(self):
        """As the living sender does, out of what it remembers."""
        known = {key for key, answer in self.journal.open_texts.items() if answer is None}
        mine = self.in_hand | set(self.journal.open_texts)
        past = Past(is_whole=True, about=known)
        recovery.recover(self.carrier, past, now=self.now, but=mine)

    # -- The network's reports -------------------------------------------------------------

    @precondition(lambda self: self.phone)
    @rule(data=st.data(), absent_first=st.booleans(), echoes=st.booleans())
    def a_report_comes(self, data, absent_first, echoes):
        """Before the answer, after it, or without one; once or again."""
        pk = data.draw(st.sampled_from(sorted(self.phone)))
        for ref in self.phone[pk]:
            uid = Message.objects.values_list("uid", flat=True).get(pk=pk)
            ours = uid.hex if echoes else ""
            if absent_first:
                self.report(DeliveryReceipt(None, ref, "undelivered", "absent", ours))
            self.report(DeliveryReceipt(None, ref, "delivered", "", ours))

    # -- What must hold after each step ----------------------------------------------------

    @invariant()
    def nobody_got_it_more_often_than_somebody_allowed(self):
        assert [pk for pk, refs in self.phone.items() if len(refs) > 1 + self.leaves[pk]] == []

    @invariant()
    def the_screen_tells_the_truth_and_moves_are_legal(self):
        lies, illegal = [], []
        fields = ("pk", "state", "attempt_count", "maybe_sent", "reason")
        for pk, state, attempt, maybe_sent, reason in Message.objects.values_list(*fields):
            got_it = pk in self.phone
            says_not_sent = state in NOT_SENT and reason not in Treated.values
            says_delivered = State.DELIVERED in (state, reason.removeprefix("treated_"))
            if got_it and says_not_sent or says_delivered and not got_it:
                lies.append((pk, state, reason))
            before, attempt_before = self.before.get(pk, (State.SCHEDULED, 0))
            if state not in REACHABLE[before]:
                illegal.append((pk, before, state))
            is_one_move = attempt == attempt_before  # else it was claimed in between
            if is_one_move and (before, state) in NEEDS_MAYBE_SENT and not maybe_sent:
                illegal.append((pk, before, state, "without maybe_sent"))
            self.before[pk] = state, attempt
        assert (lies, illegal) == ([], [])

    @invariant()
    def the_numbers_of_a_stopped_message_are_everyone(self):
        if not hasattr(self, "user"):
            return
        for batch in self.user.batches.filter(state="stopped"):
            told = progress(batch)
            four = told.sent + told.on_the_way + told.maybe_sent + told.never_sent
            assert four == batch.person_count
            assert told.never_sent == len(self.never_goes(batch))

    @invariant()
    def the_caps_hold_what_may_still_go_or_has_gone(self):
        if not hasattr(self, "user"):
            return
        counted = Message.objects.exclude(state__in=NOT_SENT).count()
        # An emergency of the next day has a row of its own.
        of_each_scope = Allowance.objects.values_list("scope").annotate(used=Sum("used_count"))
        assert {used for _, used in of_each_scope} == {counted}

    def never_goes(self, batch):
        waits = ["scheduled", "queued"]
        return [
            pk
            for pk, state, maybe_sent in batch.messages.values_list("pk", "state", "maybe_sent")
            if state in NOT_SENT or state in waits and not maybe_sent
        ]

    def settle(self):
        """With a sender that lives and a line that works, nothing is left waiting."""
        if not hasattr(self, "carrier"):
            return
        if self.is_alive:
            self.it_dies()
        self.it_starts_again()
        operations.start_again(by=self.operator, now=self.now)
        release.drop_all_stopped(now=self.now)
        for _ in range(12):
            release.release_due(now=self.now)
            for text in claims.take(self.carrier, 50, now=self.now):
                self.journal.about_to_send([text])
                self.record(self.hand_over(text))
            self.the_next_carrier_takes(50, Outcome.ACCEPTED, arrives=True)
            self.now += dt.timedelta(hours=1)
        self.now += dt.timedelta(days=1)
        sweeps.sweep(now=self.now)
        self.before.clear()  # many moves lie between
        self.nobody_got_it_more_often_than_somebody_allowed()
        self.the_screen_tells_the_truth_and_moves_are_legal()
        assert set(Message.objects.values_list("state", flat=True)) <= SETTLED
        assert invariants.broken(now=self.now) == {}

    # -- In short --------------------------------------------------------------------------

    def claim(self, most):
        texts = claims.take(self.carrier, 50, most=most, now=self.now)
        self.in_hand |= {(text.message_id, text.attempt) for text in texts}
        return texts

    def hand_over(self, text):
        """To a network that answers."""
        refs_before = list(self.phone.get(text.message_id, ()))
        ref = self.take(text)
        outcome = Outcome.DUPLICATE if ref in refs_before else Outcome.ACCEPTED
        return Answer(text.message_id, text.attempt, outcome, carrier_ref=ref)

    def take(self, text):
        """Onto the phone, unless the network knows our reference still: then under its old name."""
        refs = self.phone.setdefault(text.message_id, [])
        first_at = self.taken_at.setdefault(text.message_id, self.now)
        known_for = dt.timedelta(minutes=self.carrier.dedupes_for_minutes or 0)
        if not refs or self.now - first_at >= known_for:
            refs.append(uuid.uuid4().hex)
            self.taken_at[text.message_id] = self.now
        return refs[-1]

    def the_next_carrier_takes(self, most, outcome, *, arrives):
        """What is its own now: each copy that it takes is one more on the phone."""
        for text in claims.take(self.next, 50, most=most, now=self.now):
            ref = uuid.uuid4().hex if arrives else ""
            if arrives:
                self.phone.setdefault(text.message_id, []).append(ref)
                self.taken_at.setdefault(text.message_id, self.now)
            said = ref if outcome == Outcome.ACCEPTED else ""
            answer = Answer(text.message_id, text.attempt, outcome, carrier_ref=said)
            answers.record(self.next.pk, [answer], now=self.now)

    def record(self, answer):
        self.journal.answered([answer])
        answers.record(self.carrier.pk, [answer], now=self.now)
        self.journal.recorded([answer])
        self.in_hand.discard((answer.message_id, answer.attempt))

    def report(self, receipt):
        receipts.apply(self.carrier.pk, [receipt], now=self.now)
