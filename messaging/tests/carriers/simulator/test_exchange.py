"""The simulator as an SMPP server, unit by unit."""

import pytest
from django.utils import timezone

from messaging.carriers.models import SimulatedKind, SimulatedText
from messaging.carriers.simulator import services
from messaging.carriers.smpp import receipts, words
from messaging.carriers.smpp.pdu import Address, Command, Pdu, ShortMessage, Tlv, message_id
from messaging.carriers.smpp.words import Joining
from messaging.tests.carriers.simulator.conftest import Playing
from smsportal.tests.processes import within

NUMBER = Address(1, 1, "447700900950")
LONG = "The practical in room 7 moves to room 12. " * 6


def carried():
    rows = SimulatedText.objects.filter(kind=SimulatedKind.TO_PHONE).order_by("pk")
    return [(row.number, row.peer, row.body, row.part_count) for row in rows]


def read(pdu):
    return receipts.read(ShortMessage.decode(pdu.body))


def submit_pieces(client, text, joining, number="447700900100", source=None):
    pieces = words.pieces(text, reference=7, joining=joining)
    return [
        client.submit(
            number, piece.words, source=source, report=int(n == len(pieces)),
            data_coding=piece.data_coding, esm_class=piece.esm_class, tlvs=piece.tlvs,
        )
        for n, piece in enumerate(pieces, 1)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "word", "status"), [("nobody", "secret", 0x0F), ("portal", "guess", 0x0E)]
)
def test_another_account_is_told_why_and_shown_the_door(connect, name, word, status):
    client = connect(bound=False)

    assert client.bind(name=name, word=word) == status
    assert client.waits_for_the_end()


def test_a_second_bind_on_one_line_is_refused(client):
    assert client.bind() == 0x05


@pytest.mark.parametrize("kind", [None, Command.BIND_RECEIVER])
def test_texts_are_taken_only_from_those_who_are_bound_to_send(connect, kind):
    client = connect(bound=False)
    if kind:
        client.bind(kind)

    assert client.submit().status == 0x04
    assert carried() == []


def test_a_text_is_in_the_ledger_when_it_is_answered_and_its_receipt_names_it(client):
    answer = client.submit(words=b"Lecture moved")

    assert carried() == [("+447700900100", "PHYSICS", "Lecture moved", 1)]
    [report] = client.hears()
    assert read(report) == (message_id(answer.body), "delivered", "")
    unit = ShortMessage.decode(report.body)
    assert f"id:{message_id(answer.body)} ".encode() in unit.words
    assert b"stat:DELIVRD" in unit.words
    assert unit.tlvs[Tlv.MESSAGE_STATE] == b"\x02"


def test_a_receipt_is_said_again_until_it_is_answered(connect):
    client = connect()
    client.submit()
    [first] = client.hears()
    client.answer(first, 0x64)  # "not just now"
    [second] = client.hears()
    client.close()
    client = connect()
    [third] = client.hears()
    client.answer(third)

    assert read(first) == read(second) == read(third)
    assert client.hears(seconds=0.5) == []
    assert not SimulatedText.objects.exclude(next_due_at=None).exists()


def test_what_it_carried_and_has_to_say_outlives_it(playing, carrier, connect):
    answer = connect().submit()
    playing.stop()

    again = Playing(carrier, playing.port)
    try:
        [report] = connect().hears()
    finally:
        again.stop()

    assert read(report)[0] == message_id(answer.body)


def test_a_receipt_goes_to_a_receiver_and_not_to_the_transmitter_beside_it(connect):
    sending, hearing = connect(bound=False), connect(bound=False)
    sending.bind(Command.BIND_TRANSMITTER)
    hearing.bind(Command.BIND_RECEIVER)

    answer = sending.submit()

    assert read(hearing.hears()[0])[0] == message_id(answer.body)
    assert sending.heard == []


@pytest.mark.parametrize("body", [LONG, "Ω" * 200], ids=["gsm-7", "ucs-2"])
@pytest.mark.parametrize("joining", list(Joining))
def test_a_long_text_is_one_on_the_phone(client, joining, body):
    answers = submit_pieces(client, body, joining)

    assert {answer.status for answer in answers} == {0}
    parts = len(answers)
    assert carried() == [("+447700900100", "PHYSICS", body, parts)]
    assert read(client.hears()[0])[0] == message_id(answers[-1].body)
    assert client.hears(seconds=0.3) == []


def test_parts_that_come_in_another_order_make_the_same_text(client):
    for n, piece in reversed(list(enumerate("A B C".split(), 1))):
        header = bytes((5, 0, 3, 9, 3, n))
        client.submit(words=header + piece.encode(), esm_class=0x40)

    assert [body for _, _, body, _ in carried()] == ["ABC"]


def test_a_number_is_turned_away_twice_and_taken_the_third_time(client):
    statuses = [client.submit("447700900908").status for _ in range(3)]

    assert statuses == [0x45, 0x45, 0]
    assert len(carried()) == 1


@pytest.mark.parametrize(
    ("number", "report"),
    [("447700900901", ("undelivered", "dead")), ("447700900907", ("undelivered", "blocked"))],
)
def test_practice_numbers_end_as_their_last_digit_says(client, number, report):
    client.submit(number)

    assert read(client.hears()[0])[1:] == report


def test_one_receipt_comes_before_its_answer_and_again_later(client):
    number = client.send(
        Command.SUBMIT_SM,
        ShortMessage(
            Address(5, 0, "PHYSICS"), Address(1, 1, "447700900909"), b"Hi", registered_delivery=1
        ).encode(),
    )
    [first] = client.hears()

    assert number not in client.answers
    client.answer(first)
    [second] = client.hears()
    assert message_id(client.answers[number].body) == read(first)[0] == read(second)[0]


def test_a_phone_answers_yes_to_a_number(client):
    client.submit("447700900903", source=NUMBER)
    [*_, said] = client.hears(2)

    text = ShortMessage.decode(said.body)
    assert (text.source.digits, text.destination.digits, text.words) == (
        "447700900903", "447700900950", b"YES",
    )  # fmt: skip


def test_a_long_reply_comes_in_parts_that_are_answered_one_by_one(client):
    services.reply(number="+447700900100", to="+447700900950", body=LONG, now=timezone.now())

    first, second = client.hears(2)
    client.answer(first)
    read_ = [words.read(ShortMessage.decode(each.body)) for each in (first, second)]
    assert "".join(text for text, _ in read_) == LONG
    assert SimulatedText.objects.get().next_due_at is not None
    client.answer(second)
    assert within(5, lambda: SimulatedText.objects.get().next_due_at is None)


@pytest.mark.parametrize(
    ("wanted", "reported"), [(0, 0), (1, 1), (2, 0)], ids=["never", "always", "on failure"]
)
def test_a_receipt_comes_only_where_it_is_asked_for(client, wanted, reported):
    client.submit(report=wanted)

    assert len(client.hears(seconds=0.5)) == reported


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"to": "not a number"}, 0x0B),
        ({"to": "07700900100"}, 0x0B),
        ({"source": Address(5, 0, "")}, 0x0A),
        ({"source": Address(5, 0, "A name that is too long")}, 0x0A),
        ({"validity": "next week"}, 0x62),
        ({"validity": "261399000000000+"}, 0x62),
    ],
)
def test_what_it_cannot_carry_is_refused_with_the_right_status(client, fields, status):
    assert client.submit(**fields).status == status
    assert carried() == []


@pytest.mark.parametrize("validity", ["000000010000000R", "991231235959004+", "260512130400048-"])
def test_validity_is_read_in_all_its_forms(client, validity):
    assert client.submit(validity=validity).status == 0


def test_above_its_rate_it_throttles(client, carrier, playing):
    carrier.settings = {"throttle_per_second": 5}
    carrier.save()
    playing.exchange.faults = playing.exchange.faults.of(carrier)

    statuses = [client.submit().status for _ in range(8)]

    assert statuses.count(0) == len(carried())
    assert (statuses[0], statuses[-1]) == (0, 0x58)


def test_a_line_is_kept_and_left_politely(client):
    assert client.ask(Command.ENQUIRE_LINK).status == 0
    assert client.ask(Command.UNBIND).status == 0
    assert client.waits_for_the_end()


def test_it_says_goodbye_when_it_stops(client, playing):
    playing.stop()

    assert [pdu.command for pdu in client.hears()] == [Command.UNBIND]
    assert client.waits_for_the_end()


def test_what_it_does_not_speak_is_said_to_be_unknown(client):
    client.write(Pdu(0x103, 0, 99).encode())  # data_sm

    answer = client.wait(lambda: client.answers.get(99))
    assert (answer.command, answer.status) == (Command.GENERIC_NACK, 0x03)
    assert client.submit().status == 0


def test_it_listens_on_this_machine_alone(playing):
    [socket] = playing.exchange.server.sockets

    assert socket.getsockname()[0] == "127.0.0.1"
