"""Texts over SMPP to a carrier that somebody else wrote, from waiting to a final state."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.tests.make import make_user
from messaging.incoming.models import IncomingPart, IncomingText
from messaging.incoming.services import join_what_waits
from messaging.sending.models import Attempt, Batch, Message, Receipt, TextPart
from messaging.tests.make import drama
from messaging.tests.sending.test_sender import make_fresh, run_until, sender_of
from messaging.text import segments

pytestmark = [
    pytest.mark.smpp_peer,
    pytest.mark.django_db(transaction=True),
]

LONG = "Kinetics € [1] " * 15
EMOJI = "x" * 66 + "😀" + "y" * 10


def states():
    return dict(Message.objects.order_by("pk").values_list("number", "state"))


def all_are(state, count=1):
    return lambda: Message.objects.filter(state=state).count() == count


def make_texts(count=1, body="Hello", sender="PHYSICS", **fields):
    texts = make_fresh(make_user(), [drama(n) for n in range(1, count + 1)], **fields)
    Batch.objects.filter(pk=texts[0].batch_id).update(body=body, sender=sender)
    Message.objects.update(part_count=segments.measure(body).parts)
    return texts


def test_a_text_is_delivered_with_the_right_addresses(make_carrier, peer, tmp_path):
    peer.do(receipts={})
    [text] = make_texts()

    run_until(sender_of(make_carrier(), tmp_path), all_are("delivered"))

    [bind], [submit] = peer.heard("bind"), peer.submits()
    assert (bind["kind"], bind["system_id"], bind["password"]) == (
        "transceiver", "portal", "secret",
    )  # fmt: skip
    assert (submit["to"], submit["from"], submit["ton"], submit["npi"]) == (
        "447700900001", "PHYSICS", 5, 0,
    )  # fmt: skip
    assert (submit["words"], submit["coding"], submit["report"]) == ("Hello", 0, 1)
    until = text.valid_until.astimezone(dt.UTC)
    assert submit["validity"].startswith(until.strftime("%y%m%d%H%M%S")) or submit[
        "validity"
    ].startswith(until.strftime("%Y-%m-%dT%H:%M:%S"))
    assert peer.heard("answered") == [{"event": "answered", "status": 0, "what": "receipt"}]
    assert len(peer.heard("unbind")) == 1


@pytest.mark.parametrize("form", ["text", "tlv"])
def test_receipts_that_name_the_text_in_decimal(make_carrier, peer, tmp_path, form):
    peer.do(receipts={"form": form, "as": "decimal", "stat": "UNDELIV", "state": 5})
    make_texts(3)

    run_until(sender_of(make_carrier(receipt_ids="decimal"), tmp_path), all_are("undelivered", 3))

    assert set(Message.objects.values_list("reason", flat=True)) == {"dead"}
    assert not Receipt.objects.filter(applied_at__isnull=True).exists()


@pytest.mark.parametrize("body", [LONG, EMOJI, "Ω" * 200], ids=["escapes", "emoji", "ucs-2"])
@pytest.mark.parametrize("joining", ["header", "sar", "payload"])
def test_long_texts_are_read_by_another_stack_as_they_were_written(
    make_carrier, peer, tmp_path, body, joining
):
    make_texts(body=body)

    run_until(sender_of(make_carrier(joining=joining), tmp_path), all_are("submitted"))

    submits = peer.submits()
    assert "".join(submit["payload"] or submit["words"] for submit in submits) == body
    if joining == "header":
        total = len(submits)
        assert [submit["udh"][-2:] for submit in submits] == [[total, n + 1] for n in range(total)]
        assert [submit["report"] for submit in submits] == [1] * total


def test_every_text_goes_once_over_a_window_smaller_than_the_batch(make_carrier, peer, tmp_path):
    peer.do(receipts={})
    make_texts(300)

    run_until(sender_of(make_carrier(window=7, binds=2), tmp_path), all_are("delivered", 300))

    sent = [submit["to"] for submit in peer.submits()]
    assert (len(sent), len(set(sent))) == (300, 300)
    assert len(peer.heard("bind")) == 2


@pytest.mark.parametrize(
    ("status", "state", "reason"),
    [
        (0x0B, "failed", "smpp 0x0B"),
        (0x0A, "failed", "smpp 0x0A"),
        (0x65, "failed", "smpp 0x65"),
        (0x08, "queued", ""),
        (0x45, "queued", ""),
    ],
)
def test_what_a_refusal_makes_of_a_text(make_carrier, peer, tmp_path, status, state, reason):
    peer.do(answer=[status])
    make_texts()

    def is_answered():
        return peer.submits() and Message.objects.exclude(state="sending").exclude(why="").exists()

    run_until(sender_of(make_carrier(), tmp_path), is_answered)

    text = Message.objects.get()
    assert (text.state, text.reason, text.maybe_sent) == (state, reason, False)
    assert Attempt.objects.filter(phase="rejected").count() == 1


def test_a_throttled_text_goes_again_and_is_sent_once(make_carrier, peer, tmp_path):
    peer.do(answer=[0x58, 0x14], receipts={})
    make_texts(2)

    run_until(sender_of(make_carrier(), tmp_path), all_are("delivered", 2))

    taken = [submit["to"] for submit in peer.submits() if submit["status"] == 0]
    assert sorted(taken) == ["447700900001", "447700900002"]


def test_a_later_part_is_offered_again_when_the_carrier_is_busy(make_carrier, peer, tmp_path):
    peer.do(answer=[0, 0x58], receipts={})
    make_texts(body=LONG)

    run_until(sender_of(make_carrier(), tmp_path), all_are("delivered"))

    taken = [submit["udh"][-1] for submit in peer.submits() if submit["status"] == 0]
    assert taken == [1, 2]


def test_a_text_whose_second_part_is_refused_is_partly_sent(make_carrier, peer, tmp_path):
    peer.do(answer=[0, 0x0B])
    make_texts(body=LONG)

    run_until(sender_of(make_carrier(), tmp_path), all_are("undelivered"))

    text = Message.objects.get()
    assert (text.reason, text.accepted_part_count, text.maybe_sent) == ("partly", 1, False)
    assert text.why.startswith("part 2 of 2 did not go")
    assert parts() == [(1, "accepted", ""), (2, "not_sent", "")]


def parts():
    return list(TextPart.objects.order_by("number").values_list("number", "state", "reason"))


def test_a_long_text_is_delivered_when_all_its_parts_are(make_carrier, peer, tmp_path):
    peer.do(receipts={})
    make_texts(2, body=LONG)

    run_until(sender_of(make_carrier(), tmp_path), all_are("delivered", 2))

    assert TextPart.objects.filter(state="delivered").count() == 4
    assert not Receipt.objects.filter(applied_at__isnull=True).exists()


def test_a_long_text_is_not_delivered_when_one_part_is_not(make_carrier, peer, tmp_path):
    peer.do(receipts={"stats": ["DELIVRD", "UNDELIV"]})
    make_texts(body=LONG)

    told = [(1, "delivered", ""), (2, "undelivered", "dead")]
    run_until(sender_of(make_carrier(), tmp_path), lambda: parts() == told)

    text = Message.objects.get()
    assert (text.state, text.reason) == ("undelivered", "dead")


@pytest.mark.parametrize(("which", "reported"), [("first", [1, 0]), ("last", [0, 1])])
def test_a_carrier_that_reports_on_one_part_speaks_for_all(
    make_carrier, peer, tmp_path, which, reported
):
    peer.do(receipts={})
    make_texts(body=LONG)

    run_until(sender_of(make_carrier(part_receipts=which), tmp_path), all_are("delivered"))

    assert [submit["report"] for submit in peer.submits()] == reported
    assert parts() == []


def test_a_part_whose_answer_is_lost_leaves_the_text_in_doubt(make_carrier, peer, tmp_path):
    peer.do(answer=[0, -1], receipts={})
    make_texts(body=LONG * 2)

    run_until(sender_of(make_carrier(answer_seconds=0.5), tmp_path), all_are("unknown"))

    [_, *others] = [state for _, state, _ in parts()]
    assert others == ["unknown", "not_sent", "not_sent"]


def test_an_answer_that_never_came_is_unknown_and_not_sent_again(make_carrier, peer, tmp_path):
    peer.do(mute=1)
    make_texts()

    run_until(sender_of(make_carrier(answer_seconds=0.5), tmp_path), all_are("unknown"))

    assert len(peer.submits()) == 1


def test_an_answer_of_another_kind_is_no_answer(make_carrier, peer, tmp_path):
    peer.do(mute=1)
    make_texts()
    enquire_link_resp = "00000010800000150000000000000002"  # our bind was 1, our submit 2
    said = []

    def is_in_doubt():
        if peer.submits() and not said:
            said.append(peer.do(bytes=enquire_link_resp))
        return all_are("unknown")()

    run_until(sender_of(make_carrier(), tmp_path), is_in_doubt)

    assert len(peer.submits()) == 1


def test_one_lost_answer_leaves_the_others_alone(make_carrier, peer, tmp_path):
    peer.do(mute=1, receipts={})
    make_texts(20)

    run_until(
        sender_of(make_carrier(answer_seconds=0.5), tmp_path),
        lambda: all_are("unknown")() and all_are("delivered", 19)(),
    )

    assert (len(peer.submits()), len(peer.heard("bind"))) == (20, 1)


def test_a_line_that_breaks_leaves_what_was_not_answered_in_doubt(make_carrier, peer, tmp_path):
    peer.do(mute=5)
    make_texts(5)
    is_cut = []

    def is_settled():
        if len(peer.submits()) == 5 and not is_cut:
            is_cut.append(True)
            peer.do(drop=1)
        return all_are("unknown", 5)()

    run_until(sender_of(make_carrier(answer_seconds=30), tmp_path), is_settled)

    assert len(peer.submits()) == 5


def test_a_line_that_breaks_is_opened_again_and_waiting_texts_go(make_carrier, peer, tmp_path):
    peer.do(refuse=[], receipts={})
    is_cut = []

    def is_bound_again():
        if peer.heard("bind") and not is_cut:
            is_cut.append(True)
            peer.do(drop=1)
        if len(peer.heard("bind")) == 2 and not Message.objects.exists():
            make_texts()
        return all_are("delivered")()

    run_until(sender_of(make_carrier(), tmp_path), is_bound_again)

    assert len(peer.submits()) == 1


def test_while_the_carrier_refuses_the_account_texts_wait(make_carrier, peer, tmp_path):
    peer.do(refuse=[0x0E])
    make_texts()

    run_until(sender_of(make_carrier(), tmp_path), lambda: peer.heard("bind"))

    assert (states(), peer.submits()) == ({"+447700900001": "queued"}, [])


def test_a_silent_carrier_is_asked_whether_it_is_there(make_carrier, peer, tmp_path):
    run_until(
        sender_of(make_carrier(enquire_seconds=0.2), tmp_path),
        lambda: len(peer.heard("enquire")) > 1,
    )

    assert len(peer.heard("bind")) == 1


def deliver(peer, words, **facts):
    peer.do(
        deliver={
            "source_addr": "447700900111",
            "source_addr_ton": 1,
            "destination_addr": "447700900950",
            "dest_addr_ton": 1,
            "short_message": words,
            **facts,
        }
    )


def once_bound(peer, act):
    """A condition's first half: acts once, when the peer has heard a bind."""
    done = []

    def has_acted():
        if peer.heard("bind") and not done:
            done.append(True)
            act()
        return bool(done)

    return has_acted


def test_a_text_from_a_phone_is_stored_before_it_is_answered(make_carrier, peer, tmp_path):
    acted = once_bound(peer, lambda: [deliver(peer, "YES £5"), deliver(peer, "YES £5")])

    run_until(
        sender_of(make_carrier(), tmp_path), lambda: acted() and len(peer.heard("answered")) == 2
    )

    text = IncomingText.objects.get()
    assert (text.from_number, text.to_number, text.body) == (
        "+447700900111", "+447700900950", "YES £5",
    )  # fmt: skip
    assert [entry["status"] for entry in peer.heard("answered")] == [0, 0]


def part_of(n, total, words, reference=7):
    return {"udh": [5, 0, 3, reference, total, n], "message": words}


def test_the_parts_of_a_long_text_from_a_phone_become_one_in_any_order(
    make_carrier, peer, tmp_path
):
    def act():
        for n, words in ((3, "moved."), (1, "The lecture "), (1, "The lecture "), (2, "has ")):
            deliver(peer, part_of(n, 3, words))

    acted = once_bound(peer, act)
    run_until(
        sender_of(make_carrier(), tmp_path), lambda: acted() and IncomingText.objects.exists()
    )

    assert IncomingText.objects.get().body == "The lecture has moved."
    assert IncomingPart.objects.filter(joined_at=None).count() == 0


def test_a_long_text_that_never_becomes_whole_is_kept_with_its_gap(make_carrier, peer, tmp_path):
    acted = once_bound(peer, lambda: deliver(peer, part_of(2, 2, "in room 7")))
    run_until(
        sender_of(make_carrier(), tmp_path), lambda: acted() and IncomingPart.objects.exists()
    )
    now = timezone.now()

    assert join_what_waits(now=now) == 0
    assert join_what_waits(now=now + dt.timedelta(hours=1)) == 1
    assert IncomingText.objects.get().body == " [part missing] in room 7"


@pytest.mark.parametrize(
    ("garbage", "binds"),
    [
        ("00000004deadbeef", 2),  # a unit shorter than its own head
        ("7fffffff00000005" + "00" * 8, 2),  # one of two gigabytes
        ("000000100000010300000000000000ff", 1),  # data_sm, which we do not speak
        ("0000001200000005000000000000000141ff", 1),  # a deliver_sm that ends too early
    ],
)
def test_garbage_harms_nothing(make_carrier, peer, tmp_path, garbage, binds):
    peer.do(receipts={})
    has_said = once_bound(peer, lambda: peer.do(bytes=garbage))

    def is_delivered():
        if has_said() and len(peer.heard("bind")) == binds and not Message.objects.exists():
            make_texts()
        return all_are("delivered")()

    run_until(sender_of(make_carrier(), tmp_path), is_delivered)

    assert len(peer.submits()) == 1


def test_a_password_that_is_wrong_is_tried_again_slowly(make_carrier, peer, tmp_path):
    peer.do(refuse=[0x0E, 0x0E, 0x0E])
    now = timezone.now()

    run_until(
        sender_of(make_carrier(), tmp_path),
        lambda: timezone.now() - now > dt.timedelta(seconds=2.5) and peer.heard("bind"),
    )

    assert len(peer.heard("bind")) == 1
