"""From a phone to what it sets off and back to the phone, over real protocols."""

import pytest
from django.utils import timezone

from accounts.mail.models import OutgoingMail
from accounts.tests.make import make_department, make_user
from inbound.sorting.models import Sorting
from inbound.sorting.services import sort_waiting
from inbound.tests.make import NUMBER, PHONE, make_keyword, make_number
from inbound.twoway.models import Conversation
from messaging.carriers.models import SimulatedText
from messaging.carriers.simulator import services as handset
from messaging.senders.models import OptOut
from messaging.sending.models import Message
from messaging.tests.carriers.calls.calling import SECRET, call
from messaging.tests.carriers.http.conftest import make_http
from messaging.tests.carriers.smpp.test_sending import once_bound, part_of
from messaging.tests.make import make_simulator
from messaging.tests.sending.test_sender import run_until, sender_of

pytestmark = pytest.mark.django_db(transaction=True)

CALLS = {"proof": "hmac", "proof_secret": SECRET, "proof_time_header": "X-Time"}


def sorted_and(count, *, is_done):
    """As the worker would, while the sender runs."""

    def look():
        sort_waiting(now=timezone.now())
        return Sorting.objects.exclude(place="waiting").count() >= count and is_done()

    return look


def bring(peer, words, *, to, npi=1):
    peer.do(deliver={"source_addr_ton": 1, "source_addr": PHONE[1:], "dest_addr_ton": npi,
                     "destination_addr": to, "short_message": words})  # fmt: skip


@pytest.mark.smpp_peer
def test_a_keyword_over_smpp_is_answered_mailed_and_forwarded(make_carrier, peer, tmp_path):
    keyword = make_keyword(
        emails=["a@example.ac.uk"], mobiles=["+447700900142"], replies=True, word="HELP",
        reply="We are on our way.",
    )  # fmt: skip
    acted = once_bound(peer, lambda: bring(peer, "OXFORD HELP hello", to="81025", npi=3))

    run_until(
        sender_of(make_carrier(), tmp_path),
        lambda: acted() and sorted_and(1, is_done=lambda: len(peer.submits()) == 2)(),
    )

    sent = {entry["to"]: (entry["from"], entry["words"]) for entry in peer.submits()}
    assert sent == {
        "447700900123": ("81025", "We are on our way."),
        "447700900142": (keyword.department.alpha_tag, "07700 900123 to HELP: hello"),
    }
    mail = OutgoingMail.objects.get()
    assert mail.body.startswith("07700 900123 wrote:\n\n    hello\n")


@pytest.mark.smpp_peer
def test_a_long_reply_over_smpp_is_one_text_of_a_conversation(make_carrier, peer, tmp_path):
    make_number(make_user())
    acted = once_bound(
        peer,
        lambda: [
            bring(peer, part_of(n, 2, words), to=NUMBER[1:])
            for n, words in ((2, "the same lab?"), (1, "Yes I can do 2pm. Is it "))
        ],
    )

    run_until(
        sender_of(make_carrier(), tmp_path),
        lambda: acted() and sorted_and(1, is_done=Conversation.objects.exists)(),
    )

    talk = Conversation.objects.get()
    assert (talk.last_words, talk.unread_count) == ("Yes I can do 2pm. Is it the same lab?", 1)


def test_a_keyword_over_an_http_call_is_answered(http_peer, tmp_path):
    carrier = make_http("http", url=f"{http_peer.url}/send", id_at="id", answer_seconds=2, **CALLS)
    make_keyword("HELP", replies=True, reply="We are on our way.")
    said = {"from": PHONE[1:], "to": "81025", "text": "oxford help: hello", "id": "t1"}
    called = []

    def has_called():
        if not called:
            called.extend(call(carrier, "text", said).status_code for _ in range(2))
        return True

    run_until(
        sender_of(carrier, tmp_path),
        lambda: has_called() and sorted_and(1, is_done=lambda: bool(http_peer.calls))(),
    )

    [asked] = http_peer.calls
    assert called == [200, 200]
    assert (asked.json["to"], asked.json["from"], asked.json["text"]) == (
        PHONE, "81025", "We are on our way.",
    )  # fmt: skip


def test_a_practice_phone_stops_and_is_told_so_once(tmp_path):
    make_number(make_user(make_department("Physics")))
    carrier = make_simulator(settings={"seconds": 0})
    for words in ("STOP", "stop"):
        handset.reply(number=PHONE, to=NUMBER, body=words, now=timezone.now())

    run_until(
        sender_of(carrier, tmp_path),
        sorted_and(2, is_done=lambda: Message.objects.exclude(accepted_at=None).exists()),
    )

    assert OptOut.objects.get().number == PHONE
    [text] = Message.objects.all()
    assert (text.number, text.batch.sender) == (PHONE, NUMBER)
    assert SimulatedText.objects.filter(number=PHONE).count() == 3
