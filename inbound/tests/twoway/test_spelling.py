"""The table of what people write for YES and NO."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbound.twoway.spelling import Said, said

YES = [
    "yes", "Yes!", "YES.", "y", "Y", "yep", "yeah", "yea", "yup", "Yesss", "ok", "OK!", "okay", "k",
    "sure", "👍", "👍🏽", "✅", "of course", "Yes I can do 2pm. Is it the same lab?", "yes please",
    "Hi, yes", "Sorry, yes", "no problem", "No worries, see you then", "I'll be there", "I can",
    "count me in", "aye", "ydw", "Yes 👍", "will do", "Confirmed", "“yes”", "y e s"[:1],
]  # fmt: skip
NO = [
    "no", "No!", "NO.", "n", "N", "nope", "nah", "Nooo", "can't", "cant", "can’t", "cannot",
    "👎", "❌", "NO sorry, I'm invigilating", "Sorry, no", "Sorry can't", "I can't",
    "I can’t make it", "I cannot come", "not coming", "I'm afraid not", "no thanks", "never",
    "I won't", "unable",
    "I am not free", "Nage", "no 👎", "not today", "hi no", "won't",
]  # fmt: skip
OTHER = [
    "", "not", "know", "now", "nothing", "yesterday", "none", "note", "okra", "Which lab?",
    "Who is this please", "maybe", "perhaps", "yes and no", "yes but I can't stay", "ok but late",
    "no idea", "👍👎", "I don't know", "knows", "Can you?", "😂", "2", "yes no", "noon", "noodles",
]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "meaning"),
    [
        *((words, Said.YES) for words in YES),
        *((words, Said.NO) for words in NO),
        *((words, Said.OTHER) for words in OTHER),
    ],
)
def test_what_an_answer_says(words, meaning):
    assert said(words) == meaning


@given(st.text())
def test_no_answer_is_too_odd_to_be_read(words):
    assert said(words) in Said
