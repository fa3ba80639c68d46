"""A text goes to the next carrier only when the one before surely did not send it."""

import datetime as dt

import pytest

from accounts.tests.make import make_user
from messaging.carriers.base import Answer, Outcome
from messaging.carriers.models import Carrier, CarrierHealth
from messaging.routes.models import Route
from messaging.sending.engine import answers, claims
from messaging.sending.models import Attempt, Message
from messaging.sending.states import Lane
from messaging.tests.make import NOW, make_queued

pytestmark = pytest.mark.django_db

NUMBER = "+447400000001"


@pytest.fixture
def carriers():
    made = []
    for place, name in enumerate(("tallis", "northwire"), 1):
        carrier = Carrier.objects.create(name=name, kind="smpp")
        CarrierHealth.objects.create(carrier=carrier, at=NOW, is_ready=True)
        Route.objects.create(carrier=carrier, place=place)
        made.append(carrier)
    return made


def take(carrier, now=NOW):
    CarrierHealth.objects.update(at=now)
    return [text.number for text in claims.take(carrier, 50, now=now)]


def tell(carrier, text, outcome, now=NOW, **said):
    """Claim the text by `carrier`, and answer it so."""
    [taken] = claims.take(carrier, 50, now=now)
    answers.record(carrier.pk, [Answer(text.pk, taken.attempt, outcome, **said)], now=now)
    text.refresh_from_db()
    return text


def test_a_sender_that_one_carrier_does_not_know_is_tried_at_the_next_at_once(carriers):
    tallis, northwire = carriers
    [text] = make_queued(make_user(), [NUMBER])

    tell(tallis, text, Outcome.SENDER_REFUSED, code="0x0A", words="it does not take this sender")

    assert (text.state, text.path) == ("queued", str(northwire.pk))
    assert text.why == "it does not take this sender; another carrier takes it"
    assert take(tallis) == []
    assert take(northwire) == [NUMBER]
    assert Attempt.objects.get().carrier == tallis


def test_a_sender_that_no_carrier_knows_is_refused(carriers):
    tallis, northwire = carriers
    [text] = make_queued(make_user(), [NUMBER])

    tell(tallis, text, Outcome.SENDER_REFUSED)
    tell(northwire, text, Outcome.SENDER_REFUSED, words="it does not take this sender")

    assert (text.state, text.why) == ("failed", "it does not take this sender")


def test_what_one_carrier_did_not_send_three_times_is_tried_at_the_next(carriers):
    tallis, northwire = carriers
    [text] = make_queued(make_user(), [NUMBER])
    now = NOW

    for _ in range(2):
        tell(tallis, text, Outcome.NOT_SENT, now, words="it is busy")
        assert text.path == f"{tallis.pk}>{northwire.pk}"
        now = text.next_at
        CarrierHealth.objects.update(at=now)
    tell(tallis, text, Outcome.NOT_SENT, now, words="it is busy")

    assert (text.state, text.path, text.next_at) == ("queued", str(northwire.pk), now)
    assert take(northwire, now) == [NUMBER]


def test_the_last_carrier_goes_on_being_tried_until_the_attempts_are_spent(carriers):
    _, northwire = carriers
    Route.objects.filter(place=1).delete()
    [text] = make_queued(make_user(), [NUMBER], valid_until=NOW + dt.timedelta(days=9))
    now = NOW

    for _ in range(answers.MOST_ATTEMPTS):
        tell(northwire, text, Outcome.NOT_SENT, now)
        now = text.next_at

    assert text.state == "failed"


@pytest.mark.parametrize("outcome", [Outcome.SENDER_REFUSED, Outcome.NOT_SENT])
def test_a_text_that_may_have_been_sent_never_goes_to_another(carriers, outcome):
    tallis, northwire = carriers
    [text] = make_queued(make_user(), [NUMBER], maybe_sent=True, carrier=tallis, doubted_at=NOW)
    for n in range(2):
        Attempt.objects.create(message=text, number=n, carrier=tallis, at=NOW, phase="rejected")

    tell(tallis, text, outcome)

    assert text.state in ("unknown", "queued")
    assert str(northwire.pk) not in text.path.split(">")[:1]
    assert take(northwire, NOW + dt.timedelta(days=1)) == []


def test_one_without_an_answer_is_parked_and_stays_with_its_carrier(carriers):
    tallis, northwire = carriers
    [text] = make_queued(make_user(), [NUMBER])

    tell(tallis, text, Outcome.AMBIGUOUS)

    assert (text.state, text.path) == ("unknown", str(tallis.pk))
    Message.objects.update(state="queued")
    assert take(northwire) == []
    assert take(tallis) == [NUMBER]


def test_texts_go_by_the_next_while_one_has_closed_itself_which_may_try_one(carriers):
    tallis, northwire = carriers
    make_queued(make_user(), [f"+44740000000{n}" for n in range(3)], lane=Lane.EMERGENCY)
    make_queued(make_user(), ["+447400000009"], lane=Lane.BULK)
    assert take(northwire) == []

    CarrierHealth.objects.filter(carrier=tallis).update(breaker_opened_at=NOW)
    [one] = claims.take_one(tallis, now=NOW)

    assert one.number == "+447400000009"
    assert len(take(northwire)) == 3
    assert claims.take_one(tallis, now=NOW) == []
