"""A sender that dies while texts of it are in doubt, or somebody has decided about them."""

import pytest

from accounts.tests.make import make_operator, make_user
from messaging.carriers.base import Answer, Outcome
from messaging.sending.engine import invariants, recovery, sweeps
from messaging.sending.engine.journal import Journal, Past, read
from messaging.sending.models import Message
from messaging.tests.make import NOW, make_queued, make_simulator
from messaging.tests.sending.doubts import (
    LATER,
    MINUTE,
    claim,
    doubtful,
    send_again,
    story,
    treat,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def carrier():
    return make_simulator()


@pytest.fixture
def operator():
    return make_operator(name="Tomasz Zielinski")


def swept(carrier, tmp_path, tell):
    """In hand when its sender died; `tell` writes its journal. A sweep came first."""
    make_queued(make_user())
    [text] = claim(carrier)
    journal = Journal(tmp_path / "journal")
    tell(journal, text)
    journal.close()
    sweeps.lease_over(now=NOW + 2 * MINUTE)
    return text


def started(journal, text):
    journal.about_to_send([text])


def accepted(journal, text):
    started(journal, text)
    journal.answered([Answer(text.message_id, text.attempt, Outcome.ACCEPTED, "A1")])


def nothing(journal, text):
    pass


@pytest.mark.parametrize(
    ("tell", "state", "maybe_sent"),
    [(accepted, "submitted", True), (started, "queued", True), (nothing, "queued", False)],
)
def test_the_journal_is_asked_also_about_what_was_let_go_again(
    carrier, operator, tmp_path, tell, state, maybe_sent
):
    swept(carrier, tmp_path, tell)
    send_again(operator)

    for _ in range(2):
        recovery.recover(carrier, read(tmp_path / "journal"), now=LATER)

    message = Message.objects.get()
    assert (message.state, message.maybe_sent) == (state, maybe_sent)


@pytest.mark.parametrize(
    ("tell", "reason"),
    [(accepted, "treated_taken"), (started, "treated"), (nothing, "treated")],
)
def test_the_journal_is_asked_also_about_what_was_treated_as_not_sent(
    carrier, operator, tmp_path, tell, reason
):
    swept(carrier, tmp_path, tell)
    treat(operator)

    for _ in range(2):
        recovery.recover(carrier, read(tmp_path / "journal"), now=LATER)

    message = Message.objects.get()
    assert (message.state, message.reason) == ("failed", reason)
    assert invariants.broken(now=LATER) == {}


@pytest.mark.parametrize("sweep_first", [True, False])
def test_a_second_copy_that_never_left_does_not_settle_the_first(carrier, operator, sweep_first):
    doubtful(carrier)
    send_again(operator)
    claim(carrier, LATER)
    if sweep_first:
        sweeps.lease_over(now=LATER + 2 * MINUTE)

    recovery.recover(carrier, Past(is_whole=True), now=LATER + 3 * MINUTE)

    message = Message.objects.get()
    assert (message.state, message.maybe_sent) == ("queued", True)
    assert story()[0] == (1, "ambiguous", False)


@pytest.mark.parametrize("sweep_first", [True, False])
def test_what_stopped_its_sender_three_times_and_may_have_gone_is_not_called_not_sent(
    carrier, operator, sweep_first
):
    doubtful(carrier)
    send_again(operator)
    Message.objects.update(lease_losses=2)
    claim(carrier, LATER)
    if sweep_first:
        sweeps.lease_over(now=LATER + 2 * MINUTE)

    recovery.recover(carrier, Past(is_whole=True), now=LATER + 3 * MINUTE)

    message = Message.objects.get()
    assert (message.state, message.reason, message.maybe_sent) == ("unknown", "poison", True)
