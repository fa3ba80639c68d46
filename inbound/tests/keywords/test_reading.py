"""What a text to the short code means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbound.keywords.reading import canonical, read, skeleton

KEYWORDS = ["CHORUS", "OPEN", "OPEN DAY", "HELP", "ROOM101"]


def meaning(text):
    found = read(text, prefix="OXFORD", keywords=KEYWORDS)
    return found.keyword, found.words


@pytest.mark.parametrize(
    ("text", "keyword", "words"),
    [
        ("OXFORD CHORUS this is an example message", "CHORUS", "this is an example message"),
        ("oxford chorus This Is An Example", "CHORUS", "This Is An Example"),
        ("  Oxford   Chorus   two  spaces stay ", "CHORUS", "two  spaces stay"),
        ("OXFORD CHORUS", "CHORUS", ""),
        ("OXFORD CHORUS.", "CHORUS", ""),
        ("OXFORD #CHORUS hello", "CHORUS", "hello"),
        ("#OXFORD #CHORUS hello", "CHORUS", "hello"),
        ('"OXFORD CHORUS" hello', "CHORUS", "hello"),
        ("“OXFORD CHORUS hello”", "CHORUS", "hello"),
        ("'OXFORD' 'CHORUS' it's me", "CHORUS", "it's me"),
        ('OXFORD CHORUS "hello" she said', "CHORUS", '"hello" she said'),
        ("OXFORD. CHORUS. hello", "CHORUS", "hello"),
        ("OXFORD-CHORUS-hello", "CHORUS", "hello"),
        ("OXFORD CHORUS: hello", "CHORUS", "hello"),
        ("OXFORD CHORUS - hello", "CHORUS", "hello"),
        ("OXFORD CHORUS :)", "CHORUS", ":)"),
        ("OXFORD CHORUS £5 please", "CHORUS", "£5 please"),
        ("OXFORD\nCHORUS\nline one\nline two", "CHORUS", "line one line two"),
        ("\u200bOXFORD\u200b CHORUS\u00a0hello", "CHORUS", "hello"),
        ("ＯＸＦＯＲＤ ＣＨＯＲＵＳ hello", "CHORUS", "hello"),
        ("OXFORD OPEN DAY two places", "OPEN DAY", "two places"),
        ("OXFORD OPEN the door", "OPEN", "the door"),
        ("OXFORD OPEN DAYS", "OPEN", "DAYS"),
        ("OXFORD ROOM101 is cold", "ROOM101", "is cold"),
        ("OXFORD HELP 👋", "HELP", "👋"),
        ("OXFORD", "", ""),
        ("OXFORD HELLO there", "", "HELLO there"),
        ("CHORUS hello", "", "CHORUS hello"),
        ("", "", ""),
        ("...", "", "..."),
    ],
)
def test_the_keyword_and_the_words(text, keyword, words):
    assert meaning(text) == (keyword, words)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("OXFORDCHORUS hello", "CHORUS"),
        ("OXFORD CHORUSHELLO", "CHORUS"),
        ("OXFORDOPENDAY two", "OPEN DAY"),
        ("OXFORD OPENDAY two", "OPEN DAY"),
        ("CHORUS hello", "CHORUS"),
        ("Oxford Ch0rus hello", "CHORUS"),
        ("OXFORD ROOMIOI is cold", "ROOM101"),
        ("OXFORD HELLO", ""),
        ("OXFORD", ""),
        ("hello", ""),
        ("", ""),
    ],
)
def test_what_is_nearly_a_keyword_is_suggested_and_never_taken_for_one(text, meant):
    found = read(text, prefix="OXFORD", keywords=KEYWORDS)

    assert (found.keyword, found.suggestion) == ("", meant)


@pytest.mark.parametrize(
    ("one", "other"),
    [("HELP0", "HELPO"), ("OPEN DAY", "openday"), ("ROOM 1", "ROOMI"), ("FIX5", "FIXS")],
)
def test_two_that_look_alike_have_one_skeleton(one, other):
    assert skeleton(one) == skeleton(other)


def test_two_that_do_not_look_alike_have_two():
    assert skeleton("OPEN") != skeleton("OPEN DAY")


def test_a_keyword_is_kept_in_capitals_with_single_spaces():
    assert canonical(' "open   Day". ') == "OPEN DAY"


@given(st.text())
def test_no_text_is_too_odd_to_be_read(text):
    found = read(text, prefix="OXFORD", keywords=KEYWORDS)

    assert found.keyword in (*KEYWORDS, "")
    assert len(found.words) <= len(text)
