"""Hostile units of SMPP, for Hypothesis to think up: wrong on the inside, wrong on the outside."""

from hypothesis import strategies as st

from messaging.carriers.smpp.pdu import HEADER, TAG, Command, Tlv
from messaging.carriers.smpp.words import GSM_7, UCS_2

Octets = st.SearchStrategy[bytes]

OCTET = st.integers(0, 255)
NUMBERS = st.integers(0, 0xFFFFFFFF)
SMALL_NUMBERS = st.integers(0, 200)  # where answers that are waited for have theirs

IDS = st.one_of(
    st.binary(max_size=70),
    st.integers(0, 10**30).map(lambda n: str(n).encode()),
    st.integers(0, 2**128).map(lambda n: f"{n:X}".encode()),
    st.sampled_from([b"", b"0", b"\x00", b"a\x00b", b"9" * 10_000, b"F" * 10_000, b"x" * 10_000]),
    st.text(max_size=40).map(lambda text: text.encode("utf-8", "replace")),
)
STATES = st.one_of(
    st.sampled_from([b"DELIVRD", b"UNDELIV", b"EXPIRED", b"REJECTD", b"ENROUTE", b"delivrd", b""]),
    st.binary(max_size=12),
)
REPORTS = st.builds(
    lambda named, state, tail: b"id:%b sub:001 dlvrd:001 stat:%b err:%b" % (named, state, tail),
    IDS,
    STATES,
    st.binary(max_size=60),
)
WORDS = st.one_of(REPORTS, st.binary(max_size=254))
# A header that says it is longer than it is, that is empty, that has elements of no length.
HEADED = st.builds(lambda said, rest: bytes((said,)) + rest, OCTET, st.binary(max_size=60))
ADDRESSES = st.one_of(
    st.sampled_from([b"447700900111", b"+447700900111", b"", b"INFO", b"1" * 21, b"\xb2\xb3"]),
    st.binary(max_size=24),
)


def _c_string(value: bytes) -> bytes:
    return value.replace(b"\x00", b"") + b"\x00"


def _tlv(tag: int, value: bytes, wrong_by: int) -> bytes:
    return TAG.pack(tag, max(0, min(0xFFFF, len(value) + wrong_by))) + value


WRONG_BY = st.sampled_from([0, 0, 0, 0, 1, -1, 60_000])
TLVS = st.builds(
    _tlv,
    st.one_of(st.sampled_from([int(tag) for tag in Tlv]), st.integers(0, 0xFFFF)),
    st.one_of(IDS, OCTET.map(lambda n: bytes((n,))), st.binary(max_size=300)),
    WRONG_BY,
)


def _body(
    source: bytes,
    destination: bytes,
    kinds: tuple[int, int, int, int],
    words: bytes,
    wrong_by: int,
    tlvs: list[bytes],
) -> bytes:
    """Of a submit_sm or a deliver_sm."""
    ton, esm_class, coding, report = kinds
    said = max(0, min(255, len(words) + wrong_by))
    return b"".join(
        (
            b"\x00",
            bytes((ton, 1)),
            _c_string(source),
            bytes((ton, 1)),
            _c_string(destination),
            bytes((esm_class, 0, 0, 0, 0, report, 0, coding, 0, said)),
            words[:255],
            *tlvs,
        )
    )


KINDS = st.tuples(
    st.sampled_from([0, 1, 3, 5, 255]),
    st.sampled_from([0x00, 0x04, 0x04, 0x40, 0x44, 0x08, 0xFF]),
    st.one_of(st.sampled_from([GSM_7, 1, 3, UCS_2, 0xF0]), OCTET),
    OCTET,
)
BODIES = st.one_of(
    st.builds(
        _body, ADDRESSES, ADDRESSES, KINDS, WORDS | HEADED, WRONG_BY, st.lists(TLVS, max_size=3)
    ),
    st.binary(max_size=120),
)
REPORT_BODIES = st.builds(
    _body,
    ADDRESSES,
    ADDRESSES,
    st.just((1, 0x04, 0, 0)),
    REPORTS,
    st.just(0),
    st.lists(TLVS, max_size=2),
)


def unit(command: int, status: int, number: int, body: bytes) -> bytes:
    return HEADER.pack(16 + len(body), command & 0xFFFFFFFF, status, number) + body


# An answer nobody asked for, or of another kind than the one that was: never one to a submit, whose
# number it might hit and then be what a carrier says.
ANSWERS = st.builds(
    unit,
    st.sampled_from(
        [0x80000001, 0x80000005, 0x80000006, 0x80000009, 0x80000015, 0x80000103, 0xFFFFFFFF]
    ),
    st.one_of(st.just(0), NUMBERS),
    SMALL_NUMBERS | NUMBERS,
    st.binary(max_size=80),
)
STRAY_ANSWERS = st.builds(
    unit,
    st.sampled_from([0x80000000, 0x80000004]),
    st.one_of(st.just(0), NUMBERS),
    st.integers(0x10000, 0xFFFFFFFF),
    IDS,
)
UNKNOWN = st.builds(
    unit,
    st.integers(0x0A, 0x7FFFFFFF).filter(lambda command: command != Command.ENQUIRE_LINK),
    NUMBERS,
    NUMBERS,
    st.binary(max_size=80),
)
ENQUIRIES = st.builds(unit, st.just(Command.ENQUIRE_LINK), NUMBERS, NUMBERS, st.binary(max_size=40))

TO_CLIENT: Octets = st.one_of(
    st.builds(unit, st.just(Command.DELIVER_SM), NUMBERS, NUMBERS, REPORT_BODIES),
    st.builds(unit, st.just(Command.DELIVER_SM), NUMBERS, NUMBERS, BODIES),
    st.builds(unit, st.sampled_from([1, 2, 4, 9]), NUMBERS, NUMBERS, BODIES),
    ANSWERS,
    STRAY_ANSWERS,
    UNKNOWN,
    ENQUIRIES,
)
TO_SERVER: Octets = st.one_of(
    st.builds(unit, st.just(Command.SUBMIT_SM), NUMBERS, NUMBERS, BODIES),
    st.builds(unit, st.sampled_from([1, 2, 5, 9]), NUMBERS, NUMBERS, BODIES),
    ANSWERS,
    STRAY_ANSWERS,
    UNKNOWN,
    ENQUIRIES,
)
# After these nothing can be read any more, or nothing is to be: the line ends.
BREAKERS: Octets = st.one_of(
    st.builds(
        lambda length, rest: length.to_bytes(4, "big") + rest,
        st.integers(0, 15) | st.integers(64 * 1024 + 1, 0xFFFFFFFF),
        st.binary(min_size=12, max_size=40),
    ),
    st.just(unit(Command.UNBIND, 0, 1, b"")),
)
