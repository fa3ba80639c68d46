"""The units of SMPP on the wire, the words in them, and what receipts and refusals say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.carriers.base import Outcome, Part
from messaging.carriers.smpp import adapter, receipts, status, words
from messaging.carriers.smpp.pdu import (
    Address,
    Command,
    EsmClass,
    Malformed,
    Pdu,
    ShortMessage,
    Stream,
    Tlv,
    message_id,
)
from messaging.carriers.smpp.receipts import Ids
from messaging.carriers.smpp.words import Joining
from messaging.text import segments

pytestmark = pytest.mark.once

PHONE, DESK = Address(1, 1, "447700900123"), Address(5, 0, "PHYSICS")


def message(said=b"Hello", **facts) -> ShortMessage:
    return ShortMessage(PHONE, DESK, said, **facts)


def report(said: str, **tlvs) -> ShortMessage:
    named = {Tlv[name.upper()]: value for name, value in tlvs.items()}
    return message(said.encode(), esm_class=EsmClass.RECEIPT, tlvs=named)


@given(st.lists(st.binary(max_size=300), max_size=5), st.data())
def test_units_arrive_whole_however_they_were_cut(bodies, data):
    sent = [Pdu(Command.SUBMIT_SM, 0, n + 1, body) for n, body in enumerate(bodies)]
    wire = b"".join(pdu.encode() for pdu in sent)
    stream, heard, at = Stream(), [], 0
    while at < len(wire):
        step = data.draw(st.integers(1, len(wire) - at))
        heard += stream.feed(wire[at : at + step])
        at += step

    assert heard == sent


@pytest.mark.parametrize("length", [0, 15, 64 * 1024 + 1, 0xFFFFFFFF])
def test_a_unit_of_an_impossible_length_ends_the_stream(length):
    with pytest.raises(Malformed):
        list(Stream().feed(length.to_bytes(4, "big") + bytes(12)))


@given(st.binary(max_size=254), st.binary(max_size=40), st.integers(0, 255))
def test_a_short_message_is_read_as_it_was_written(said, payload, coding):
    written = message(
        said, data_coding=coding, validity="261125120000000+", tlvs={0x0424: payload, 0x1400: b""}
    )

    assert ShortMessage.decode(written.encode()) == written


@given(st.binary(max_size=400))
def test_no_body_is_too_odd_to_be_refused(body):
    try:
        found = ShortMessage.decode(body)
    except Malformed:
        return
    said, part = words.read(found)
    assert isinstance(said, str)
    assert part is None or 1 <= part.number <= part.total
    assert len(receipts.read(found)) == 3


@given(
    st.text(st.characters(max_codepoint=255), max_size=30), st.integers(0, 255),
    st.binary(max_size=200), st.integers(0, 255), st.integers(0, 255),
)  # fmt: skip
def test_what_a_hostile_carrier_says_fits_the_database(digits, ton, said, coding, esm_class):
    odd = Address(ton, 0, digits.replace("\x00", ""))
    text = adapter.text_from(
        None, ShortMessage(odd, odd, said, esm_class=esm_class, data_coding=coding)
    )

    assert max(len(text.from_number), len(text.to_number)) <= 16
    assert "\x00" not in text.from_number + text.to_number + text.body
    assert len(text.fingerprint) == 40


@pytest.mark.parametrize("ids", list(Ids))
@pytest.mark.parametrize("named", [b"9" * 10_000, b"F" * 10_000, b"a\x00b", b"\x00", b"\xb2" * 70])
def test_an_id_of_a_hostile_report_fits_the_database(named, ids):
    address = Address(1, 1, "447700900100")
    by_tlv = ShortMessage(address, address, b"stat:DELIVRD", tlvs={Tlv.RECEIPTED_MESSAGE_ID: named})
    in_words = ShortMessage(address, address, b"id:%b stat:DELIVRD" % named)

    for report in (by_tlv, in_words):
        ref = receipts.as_answered(receipts.read(report)[0], ids)
        assert "\x00" not in ref
        assert len(ref) <= 80  # cut to 64 where it is kept


@pytest.mark.parametrize(("reference", "number", "total"), [(2**64, 1, 2), (7, 1, 300), (7, 3, 2)])
def test_numbers_that_make_no_sense_make_no_part(reference, number, total):
    tlvs = {
        Tlv.SAR_MSG_REF_NUM: reference.to_bytes(9, "big"),
        Tlv.SAR_SEGMENT_SEQNUM: number.to_bytes(2, "big"),
        Tlv.SAR_TOTAL_SEGMENTS: total.to_bytes(2, "big"),
    }
    address = Address(1, 1, "447700900100")

    assert words.read(ShortMessage(address, address, b"Hi", tlvs=tlvs)) == ("Hi", None)


def test_texts_from_a_phone_are_two_when_their_words_or_their_numbers_differ():
    address = Address(1, 1, "447700900100")
    tlvs = [
        {Tlv.MESSAGE_PAYLOAD: b"Yes"},
        {Tlv.MESSAGE_PAYLOAD: b"No"},
        {Tlv.MESSAGE_PAYLOAD: b"No", Tlv.USER_MESSAGE_REFERENCE: b"\x00\x01"},
        {Tlv.MESSAGE_PAYLOAD: b"No", Tlv.USER_MESSAGE_REFERENCE: b"\x00\x02"},
    ]

    texts = [ShortMessage(address, address, b"", tlvs=each) for each in (*tlvs, tlvs[3])]
    prints = [adapter.text_from(None, text).fingerprint for text in texts]
    assert len(set(prints)) == 4


def test_a_body_longer_than_a_unit_holds_is_refused():
    with pytest.raises(Malformed, match="255 bytes"):
        message(b"x" * 255).encode()


@pytest.mark.parametrize(
    ("body", "read"), [(b"A1F\x00", "A1F"), (b"A1F", "A1F"), (b"", ""), (b"\x00\x00", "")]
)
def test_the_id_of_an_answer(body, read):
    assert message_id(body) == read


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), st.integers(0, 0xFFFF))
def test_the_parts_of_a_text_with_headers_make_the_text_again(text, reference):
    pieces = words.pieces(text, reference=reference, joining=Joining.HEADER)
    read = [
        words.read(message(p.words, data_coding=p.data_coding, esm_class=p.esm_class))
        for p in pieces
    ]

    assert "".join(said for said, _ in read) == text
    if len(read) > 1:
        total = len(read)
        assert [part for _, part in read] == [
            Part(reference & 0xFF, n, total) for n in range(1, total + 1)
        ]
    assert len(pieces) == segments.measure(text).parts
    assert all(len(piece.words) <= (160 if piece.data_coding == 0 else 140) for piece in pieces)


def test_gsm_7_goes_a_septet_to_a_byte_and_an_emoji_makes_ucs_2():
    [plain] = words.pieces("a€@£", reference=1, joining=Joining.HEADER)
    [wide] = words.pieces("a😀", reference=1, joining=Joining.HEADER)

    assert (plain.words, plain.data_coding) == (b"a\x1b\x65\x00\x01", 0)
    assert (wide.words, wide.data_coding) == ("a😀".encode("utf-16-be"), 8)


def test_parts_by_tlv_and_a_long_text_in_one_unit():
    text = "x" * 161
    by_sar = words.pieces(text, reference=0x1FF, joining=Joining.SAR)
    [payload] = words.pieces(text, reference=1, joining=Joining.PAYLOAD)

    assert [piece.tlvs for piece in by_sar] == [
        {0x020C: b"\x01\xff", 0x020E: b"\x02", 0x020F: bytes((n,))} for n in (1, 2)
    ]
    assert [len(piece.words) for piece in by_sar] == [153, 8]
    assert (payload.words, payload.tlvs) == (b"", {0x0424: b"x" * 161})


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("050003070302", Part(7, 2, 3)),
        ("06080401020302", Part(0x0102, 2, 3)),
        ("0B0504158A00000003090201", Part(9, 1, 2)),  # ports before it
        ("050003070101", None),  # one of one
        ("050003070200", None),  # number 0
        ("0500030702", None),  # cut off
        ("FF", None),
    ],
)
def test_the_header_of_a_part_from_a_phone(header, part):
    said = bytes.fromhex(header) + b"hi"

    assert words.read(message(said, esm_class=EsmClass.HAS_HEADER))[1] == part


@pytest.mark.parametrize(
    ("coding", "said", "read"),
    [
        (0x00, b"\x00\x1b\x65", "@€"),
        (0xF1, b"\x00", "@"),
        (0x01, b"a\xff", "a\ufffd"),
        (0x01, b"YES \x015 @", "YES £5 ¡"),
        (0x03, b"\xe9", "é"),
        (0x08, b"\xd8\x3d\xde\x00", "😀"),
        (0x08, b"\xd8\x3d\x00", "\ufffd"),
    ],
)
def test_texts_from_phones_in_each_alphabet(coding, said, read):
    assert words.read(message(said, data_coding=coding))[0].startswith(read)


SAID = "id:{} sub:001 dlvrd:001 submit date:2611251200 done date:2611251201 stat:{} err:000 text:x"


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("DELIVRD", ("delivered", "")),
        ("delivrd", ("delivered", "")),
        ("DELIVERED", ("", "")),
        ("EXPIRED", ("undelivered", "absent")),
        ("UNDELIV", ("undelivered", "dead")),
        ("REJECTD", ("undelivered", "blocked")),
        ("DELETED", ("undelivered", "dead")),
        ("ACCEPTD", ("", "")),
        ("ENROUTE", ("", "")),
        ("UNKNOWN", ("", "")),
    ],
)
def test_a_report_in_words(word, state):
    assert receipts.read(report(SAID.format("0A1f", word))) == ("0A1f", *state)


def test_a_report_by_tlv_comes_before_its_words():
    found = report(SAID.format("1", "UNDELIV"), receipted_message_id=b"A2\x00", message_state=b"\2")

    assert receipts.read(found) == ("A2", "delivered", "")


def test_a_report_without_an_id_or_state_says_nothing():
    assert receipts.read(report("hello")) == ("", "", "")


def test_a_report_is_known_by_its_class_or_its_tlv():
    assert receipts.is_receipt(report("x"))
    assert receipts.is_receipt(message(tlvs={Tlv.RECEIPTED_MESSAGE_ID: b"1\x00"}))
    assert not receipts.is_receipt(message(esm_class=EsmClass.HAS_HEADER))


@pytest.mark.parametrize(
    ("answered", "reported", "ids"),
    [
        ("00A0000F", "a0000f", Ids.SAME),
        ("A0000F", "10485775", Ids.DECIMAL),
        ("10485775", "A0000F", Ids.HEX),
        ("7dE-9_Zz", "7dE-9_Zz", Ids.SAME),
        ("0", "000", Ids.SAME),
    ],
)
def test_an_id_is_the_same_in_the_forms_that_carriers_give_it(answered, reported, ids):
    assert receipts.as_answered(reported, ids) == receipts.plain(answered)


def test_ids_that_only_look_alike_are_two():
    assert receipts.plain("aZ") != receipts.plain("AZ")
    assert receipts.as_answered("10", Ids.SAME) != receipts.plain("a")


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (0x58, Outcome.THROTTLED),
        (0x14, Outcome.THROTTLED),
        (0x08, Outcome.NOT_SENT),
        (0x45, Outcome.NOT_SENT),
        (0x64, Outcome.NOT_SENT),
        (0x0B, Outcome.REFUSED),
        (0x0A, Outcome.SENDER_REFUSED),
        (0x65, Outcome.REFUSED),
        (0xC4, Outcome.REFUSED),
        (0x04, Outcome.NOT_TRIED),
        (0x0D, Outcome.NOT_TRIED),
        (0x410, Outcome.NOT_SENT),
        (0xFFFFFFFF, Outcome.NOT_SENT),
    ],
)
def test_what_a_command_status_does_to_its_text(code, outcome):
    assert status.verdict(code).outcome == outcome
