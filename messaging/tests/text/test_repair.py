import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.text.repair import REPAIRS, Change, repair, with_plain_line_ends
from messaging.text.segments import forcing, measure


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("‑–—−", "----"),
        ("wait…", "wait..."),
        ("‘it’‚", "'it''"),
        ("“so”„", '"so""'),
        ("a\N{NO-BREAK SPACE}b\N{NARROW NO-BREAK SPACE}c\td", "a b c d"),
        ("a\u200bb\u200cc\u200dd\u2060e\ufefff", "abcdef"),
        ("a\u2028b\u2029c", "abc"),
        ("Łódź", "Lódź"),
        ("plain text €5 é", "plain text €5 é"),
        ("Dŵr, garçon, Zoë", "Dŵr, garçon, Zoë"),
        ("cafe\N{COMBINING ACUTE ACCENT}", "café"),
        ("garc\N{COMBINING CEDILLA}on", "garc\N{COMBINING CEDILLA}on"),
        ("😀 中文", "😀 中文"),
        ("👨‍👩‍👧", "👨‍👩‍👧"),
    ],
    ids=ascii,
)
def test_one_click_gives_plain_characters(before, after):
    assert repair(before).text == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Dŵr, garçon, Zoë", "Dwr, garcon, Zoe"),
        ("garc\N{COMBINING CEDILLA}on", "garcon"),
        ("é à ü Ç ñ", "é à ü Ç ñ"),
        ("Łódź – “nowy”", 'Lodz - "nowy"'),
        ("Nguyễn", "Nguyen"),
        ("đ 中", "đ 中"),
    ],
    ids=ascii,
)
def test_accents_go_only_when_the_person_agrees(before, after):
    assert repair(before, accents=True).text == after


def test_it_says_what_changed_in_order_with_names_for_what_cannot_be_seen():
    changes = repair("It’s\N{NO-BREAK SPACE}7–8pm, isn’t it?").changes

    assert changes == [
        Change("’", "'", "RIGHT SINGLE QUOTATION MARK", 2),
        Change("\N{NO-BREAK SPACE}", " ", "NO-BREAK SPACE", 1),
        Change("–", "-", "EN DASH", 1),
    ]
    assert repair("plain").changes == []


def test_a_repaired_text_is_cheaper():
    text = "Dr O’Neill’s tutorial – and nothing else – has moved to Room L2…" + " Thanks." * 8

    assert (measure(text).parts, measure(repair(text).text).parts) == (2, 1)


@pytest.mark.parametrize(("character", "plain", "name"), REPAIRS)
def test_each_row_of_the_table_has_its_name_and_an_ordinary_answer(character, plain, name):
    assert name == ("CHARACTER TABULATION" if character == "\t" else unicodedata.name(character))
    assert (forcing(character), forcing(plain)) == ([character], [])


@given(st.text())
def test_repairing_twice_is_repairing_once(text):
    once = repair(text).text

    assert repair(once).text == once


def test_a_browsers_line_ends_count_as_one_character():
    assert with_plain_line_ends("a\r\nb\rc\nd") == "a\nb\nc\nd"
