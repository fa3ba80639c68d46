"""What a subject line becomes: the cases of the catalogue are played elsewhere, over a socket."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.relay.answers import EMPTY_SUBJECT, UNREADABLE, Unfit
from messaging.relay.subject import text_of, without_prefixes
from messaging.tests.relay.talking import outcome

pytestmark = pytest.mark.once


def refused(raw: bytes):
    with pytest.raises(Unfit) as unfit:
        text_of(raw)
    return unfit.value.answer


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b" Lecture moved", "Lecture moved"),
        (b" Lecture\r\n moved\r\n\tto 2pm ", "Lecture moved to 2pm"),
        (b" =?utf-8?Q?caf=C3=A9?=", "café"),
        (b" =?UTF-8?b?Y2Fmw6k=?= today", "café today"),
        (b" =?iso-8859-1?Q?caf=E9?=", "café"),
        (b" =?windows-1252?Q?=80_5?=", "€ 5"),
        (b" =?utf-8?Q?a=E2=82?=\r\n =?utf-8?Q?=ACb?=", "a€b"),
        ("é as a letter and its accent: e\u0301".encode(), "é as a letter and its accent: é"),
        (b" caf\xe9", "café"),
        (b" =?utf-8?Q?one=0D=0Atwo=09three?=", "one two three"),
        ("a\u2028b".encode(), "a b"),
        ("\u202eabc\u202c".encode(), "abc"),
        ("\U0001f469\u200d\U0001f52c ready".encode(), "\U0001f469\u200d\U0001f52c ready"),
        (b" Is 5 =? 6 and 7", "Is 5 =? 6 and 7"),
        (b" ((name)) is no field here", "((name)) is no field here"),
        (b" Re: Lab closed", "Re: Lab closed"),
    ],
)
def test_a_subject_goes_out_as_it_was_meant(raw, text):
    assert text_of(raw) == text


@pytest.mark.parametrize("raw", [b"", b"  ", b" \t ", b" =?utf-8?B??=", "\u200b\u2060".encode()])
def test_nothing_to_be_seen_is_nothing_to_send(raw):
    assert refused(raw) == EMPTY_SUBJECT


@pytest.mark.parametrize(
    "raw",
    [
        b" =?x-nobody?Q?caf=E9?=",
        b" =?utf-8?Q?=FF?=",
        b" =?utf-8?B?7aCA?=",
        b" =?utf-7?Q?+2AA-?=",
        b" =?unicode_escape?Q?=5Cud800?=",
        b" =?utf-16?B?/v8A?=",
        b" \x81\x8d is in no alphabet",
        "\ufffd".encode(),
        b" nul \x00",
        b" bell \x07",
        b" escape \x1b[1m",
        "next line \x85".encode(),
        b" delete \x7f",
    ],
)
def test_what_would_arrive_broken_is_refused(raw):
    assert refused(raw) == UNREADABLE


@given(st.binary(max_size=200))
def test_whatever_stands_there_becomes_clean_words_or_a_refusal(raw):
    text = outcome(text_of, raw.replace(b"\r", b"").replace(b"\n", b""))

    if text not in (EMPTY_SUBJECT, UNREADABLE):
        assert text.strip() == text != ""
        assert text.encode("utf-8").decode() == text
        assert not any(ord(each) < 32 or 127 <= ord(each) < 160 for each in text)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cf", "Zl", "Zp"])))
def test_words_that_a_mail_program_encodes_come_out_again(words):
    from_line = b" =?utf-8?Q?" + b"".join(b"=%02X" % byte for byte in words.encode()) + b"?="
    text = outcome(text_of, from_line)

    assert text == EMPTY_SUBJECT or text_of(text.encode()) == text


@pytest.mark.parametrize(
    ("typed", "stripped"),
    [
        ("Re: Lab closed", "Lab closed"),
        ("RE: FW: Fwd: Lab closed", "Lab closed"),
        ("Re[2]: Lab closed", "Lab closed"),
        ("[EXTERNAL] Lab closed", "Lab closed"),
        ("[External] Re: [EXTERNAL] Lab closed", "Lab closed"),
        ("AW: WG: Lab closed", "Lab closed"),
        ("Regarding: the lab", "Regarding: the lab"),
        ("Results: re: the lab", "Results: re: the lab"),
        ("[Physics] Lab closed", "[Physics] Lab closed"),
    ],
)
def test_what_mail_programs_put_before_it_can_be_left_out(typed, stripped):
    assert without_prefixes(typed) == stripped


def test_a_subject_of_nothing_but_prefixes_is_empty():
    with pytest.raises(Unfit) as unfit:
        without_prefixes("Re: Fwd: ")
    assert unfit.value.answer == EMPTY_SUBJECT
