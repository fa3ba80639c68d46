import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.text.gsm7 import (
    BASIC,
    BASIC_CHARACTERS,
    EXTENSION,
    EXTENSION_CHARACTERS,
    NotGsm7,
    decode,
    encode,
)

CONTROLS = {"\n": "LINE FEED", "\r": "CARRIAGE RETURN", "\f": "FORM FEED"}


@pytest.mark.parametrize(("septet", "character", "name"), BASIC + EXTENSION)
def test_each_row_carries_the_name_that_unicode_gives(septet, character, name):
    assert name == CONTROLS.get(character) or unicodedata.name(character)
    assert 0 <= septet <= 0x7F


@pytest.mark.parametrize(
    ("text", "septets"),
    [
        ("@", b"\x00"),
        ("hello", b"hello"),
        ("£5", b"\x015"),
        ("€", b"\x1b\x65"),
        ("[x]", b"\x1b\x3cx\x1b\x3e"),
        ("Ç§à", b"\x09\x5f\x7f"),
        ("a\fb", b"a\x1b\x0ab"),
        ("", b""),
    ],
)
def test_text_becomes_the_septets_of_the_table(text, septets):
    assert encode(text) == septets


def test_a_character_outside_the_table_is_refused_by_its_code():
    with pytest.raises(NotGsm7, match=r"U\+0060") as refusal:
        encode("a `quoted` word")

    assert refusal.value.character == "`"


@given(st.text(alphabet=BASIC_CHARACTERS + EXTENSION_CHARACTERS))
def test_decoding_gives_back_what_was_encoded(text):
    assert decode(encode(text)) == text


@pytest.mark.parametrize(
    ("septets", "text"),
    [
        (b"a\x1b\x61b", "aab"),
        (b"a\x1b\x00b", "a@b"),
        (b"a\x1b", "a "),
        (b"a\x1b\x1bb", "a b"),
        (b"\xe9", "é"),
    ],
    ids=["unknown escape", "escape of @", "escape at the end", "escape of escape", "Latin-1"],
)
def test_decoding_is_lenient(septets, text):
    assert decode(septets) == text


@given(st.binary())
def test_decoding_never_raises(septets):
    decode(septets)
