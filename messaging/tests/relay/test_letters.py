import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.relay import answers
from messaging.relay.answers import Unfit
from messaging.relay.letter import address_of, read
from messaging.tests.relay.talking import outcome

pytestmark = pytest.mark.once


def letter(*lines: str | bytes, sender: str = "From: Ann <ann@ox.ac.uk>", body: bytes = b"x\r\n"):
    raw = [line if isinstance(line, bytes) else line.encode() for line in (sender, *lines)]
    return b"\r\n".join(raw) + b"\r\n\r\n" + body


def refused(*lines: str | bytes, **of):
    with pytest.raises(Unfit) as unfit:
        read(letter(*lines, **of))
    return unfit.value.answer


@pytest.mark.parametrize(
    ("line", "address"),
    [
        ("From: ann@ox.ac.uk", "ann@ox.ac.uk"),
        ("FROM:ann@ox.ac.uk", "ann@ox.ac.uk"),
        ("From: Ann Other <Ann@OX.ac.uk>", "Ann@ox.ac.uk"),
        ('From: "Other, Ann" <ann@ox.ac.uk>', "ann@ox.ac.uk"),
        ("From: =?utf-8?Q?=C3=84nn?= <ann@ox.ac.uk>", "ann@ox.ac.uk"),
        ("From: Ann\r\n <ann@ox.ac.uk>", "ann@ox.ac.uk"),
        ("From: ann@ox.ac.uk (Ann)", "ann@ox.ac.uk"),
        ('From: "bob@ox.ac.uk" <ann@ox.ac.uk>', "ann@ox.ac.uk"),
    ],
)
def test_the_one_address_is_found(line, address):
    assert read(letter("Subject: x", sender=line)).sender == address


@pytest.mark.parametrize(
    "line",
    [
        "X-From: ann@ox.ac.uk",
        "From:",
        "From: ann@ox.ac.uk\r\nFrom: ann@ox.ac.uk",
        "From: ann@ox.ac.uk, bob@ox.ac.uk",
        "From: undisclosed: ;",
        "From: team: ann@ox.ac.uk;",
        "From: =?utf-8?Q?ann=40ox.ac.uk?=",
        "From: <=?utf-8?Q?ann=40ox.ac.uk?=>",
        "From: \x00 <ann@ox.ac.uk>",
        "From: ann",
        "From: <ann@ox.ac.uk> <bob@ox.ac.uk>",
        'From: "ann@ox.ac.uk',
    ],
)
def test_nothing_but_exactly_one_address_will_do(line):
    assert refused("Subject: x", sender=line) == answers.BAD_FROM


def test_letters_of_another_alphabet_are_another_address():
    assert address_of("ANN@ox.ac.uk") == "ann@ox.ac.uk"
    assert address_of("\u0410nn@ox.ac.uk") != address_of("ann@ox.ac.uk")
    assert address_of("\u212aim@ox.ac.uk") != "kim@ox.ac.uk"  # the sign for kelvin


@pytest.mark.parametrize(
    "line",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-replied; owner-email=x@y",
        "auto-submitted:auto-notified",
        "Precedence: bulk",
        "Precedence: LIST",
        "Precedence: auto_reply",
        "List-Id: Staff <staff.lists.example.com>",
        "Content-Type: multipart/report;\r\n report-type=delivery-status",
    ],
)
def test_machines_that_answer_are_refused(line):
    assert refused("Subject: x", line) == answers.AUTOMATIC


@pytest.mark.parametrize(
    "line",
    [
        "Auto-Submitted: no",
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: All",
        "Precedence: first-class",
        "Content-Type: text/calendar",
    ],
)
def test_people_and_alarms_are_not(line):
    assert read(letter("Subject: x", line)).subject == b" x"


@pytest.mark.parametrize(("hops", "is_loop"), [(30, False), (31, True)])
def test_a_mail_that_went_round_too_often_is_in_a_loop(hops, is_loop):
    lines = ["Received: from a by b"] * hops
    if is_loop:
        assert refused("Subject: x", *lines) == answers.LOOP
    else:
        assert read(letter("Subject: x", *lines))


def test_a_mark_cannot_be_hidden_behind_a_line_that_is_no_header():
    assert refused("Subject: x", "not a header", "X-OxSMS-Id: 1") == answers.LOOP


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\r\n", b"\n\r"])
def test_a_line_has_one_kind_of_end(end):
    assert refused("Subject: x", body=b"a" + end + b"b\r\n") == answers.BARE


@pytest.mark.parametrize(("size", "fits"), [(32 * 1024 - 60, True), (32 * 1024, False)])
def test_a_header_has_a_size(size, fits):
    lines = ["Subject: x", f"X: {'y' * size}"]
    if fits:
        assert read(letter(*lines))
    else:
        assert refused(*lines) == answers.LARGE_HEADER


def test_the_same_mail_has_the_same_key_and_no_other_has():
    with_id = "Message-ID: <1@x>"
    assert read(letter("Subject: a", with_id)).key == read(letter("Subject: b", with_id)).key
    plain = ["Subject: a", "Date: today"]
    key = read(letter(*plain)).key
    assert key == read(letter(*plain)).key
    others = [
        letter("Subject: b", "Date: today"),
        letter("Subject: a", "Date: tomorrow"),
        letter(*plain, body=b"y\r\n"),
        letter(*plain, sender="From: bob@ox.ac.uk"),
        letter("Subject: a", "Message-ID: <1@x>"),
    ]
    assert key not in [read(other).key for other in others]


@given(st.binary(max_size=400))
def test_whatever_is_handed_in_is_read_or_refused(content):
    found = outcome(read, content)

    assert answers.is_known(str(found)) or "@" in found.sender


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_whatever_its_lines_say_is_read_or_refused(sender, subject):
    content = b"From:" + sender + b"\r\nSubject:" + subject + b"\r\n\r\n"
    found = outcome(read, content)

    assert answers.is_known(str(found)) or found.subject == subject
