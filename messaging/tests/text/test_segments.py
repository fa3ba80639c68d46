import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.text.gsm7 import BASIC_CHARACTERS, EXTENSION_CHARACTERS
from messaging.text.segments import fills, forcing, measure, split

GRIN = "\N{GRINNING FACE}"
CURLY = "\N{RIGHT SINGLE QUOTATION MARK}"


@pytest.mark.parametrize(
    ("text", "encoding", "units", "parts"),
    [
        ("", "GSM-7", 0, 0),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("a" * 459, "GSM-7", 459, 3),
        ("a" * 460, "GSM-7", 460, 4),
        ("a" * 918, "GSM-7", 918, 6),
        ("a" * 919, "GSM-7", 919, 7),
        ("€" * 80, "GSM-7", 160, 1),
        ("€" * 81, "GSM-7", 162, 2),
        ("€" * 152, "GSM-7", 304, 2),
        ("€" * 153, "GSM-7", 306, 3),
        ("a" * 152 + "€" + "a" * 10, "GSM-7", 164, 2),
        ("a" * 152 + "€" + "a" * 151, "GSM-7", 305, 2),
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 306, 3),
        ("a" * 159 + CURLY, "UCS-2", 160, 3),
        (CURLY * 70, "UCS-2", 70, 1),
        (CURLY * 71, "UCS-2", 71, 2),
        (CURLY * 134, "UCS-2", 134, 2),
        (CURLY * 135, "UCS-2", 135, 3),
        (CURLY * 201, "UCS-2", 201, 3),
        (CURLY * 202, "UCS-2", 202, 4),
        (GRIN * 35, "UCS-2", 70, 1),
        (GRIN * 36, "UCS-2", 72, 2),
        (GRIN * 66, "UCS-2", 132, 2),
        (GRIN * 67, "UCS-2", 134, 3),
        ("£", "GSM-7", 1, 1),
        ("é", "GSM-7", 1, 1),
        ("Ç", "GSM-7", 1, 1),
        ("\n", "GSM-7", 1, 1),
        ("\f", "GSM-7", 2, 1),
        ("ê", "UCS-2", 1, 1),
        ("ç", "UCS-2", 1, 1),
        ("á", "UCS-2", 1, 1),
        ("ŵ", "UCS-2", 1, 1),
        ("`", "UCS-2", 1, 1),
        ("\t", "UCS-2", 1, 1),
        ("\N{NO-BREAK SPACE}", "UCS-2", 1, 1),
        ("\x1b", "UCS-2", 1, 1),
    ],
    ids=ascii,
)
def test_a_text_has_the_encoding_units_and_parts_of_23_038(text, encoding, units, parts):
    size = measure(text)

    assert (size.encoding, size.units, size.parts) == (encoding, units, parts)


@pytest.mark.parametrize("character", EXTENSION_CHARACTERS, ids=ascii)
def test_each_character_of_the_extension_table_costs_two(character):
    assert measure(character)[:3] == ("GSM-7", 2, 1)


@pytest.mark.parametrize("character", BASIC_CHARACTERS, ids=ascii)
def test_each_character_of_the_basic_table_costs_one(character):
    assert measure(character)[:3] == ("GSM-7", 1, 1)


def test_the_two_tables_have_127_and_10_characters():
    assert (len(set(BASIC_CHARACTERS)), len(set(EXTENSION_CHARACTERS))) == (127, 10)


@pytest.mark.parametrize(
    ("text", "remaining", "room"),
    [
        ("", 160, 160),
        ("a" * 100, 60, 160),
        ("a" * 209, 97, 153),
        ("a" * 152 + "€" + "a" * 10, 153 - 12, 153),
        (CURLY, 69, 70),
        (GRIN * 36, 67 - 6, 67),
        ("a" + GRIN * 34 + "b" * 10, 67 - 12, 67),
    ],
    ids=ascii,
)
def test_the_room_left_is_that_of_the_last_part(text, remaining, room):
    assert (measure(text).remaining, measure(text).room) == (remaining, room)


def test_the_pair_that_would_straddle_moves_whole_to_the_next_part():
    assert split("a" * 152 + "€" + "a" * 10) == ["a" * 152, "€" + "a" * 10]
    assert split("x" * 66 + GRIN * 3) == ["x" * 66, GRIN * 3]


def test_the_characters_that_force_ucs_2_are_named_once_in_order():
    assert forcing(f"It{CURLY}s {GRIN} €5, isn{CURLY}t it…") == [CURLY, GRIN, "…"]
    assert forcing("plain €5") == []


def test_a_lone_surrogate_is_one_unit_and_two_halves_are_a_pair():
    assert measure("\ud83d")[:3] == ("UCS-2", 1, 1)
    assert measure("x" * 66 + "\ud83d" + "\ude00" + "x" * 66)[:3] == ("UCS-2", 134, 3)
    assert measure("x" * 66 + "\ud83d" * 2 + "x" * 66)[:3] == ("UCS-2", 134, 2)


texts = st.text(
    alphabet=st.one_of(
        st.sampled_from("ab €^{}~|[]\\\f\n"),
        st.sampled_from(f"ab{GRIN}{CURLY}"),
    ),
    min_size=60,
    max_size=400,
) | st.text(alphabet="ab€|", min_size=140, max_size=500)


@given(texts)
def test_the_parts_join_to_the_text_and_none_is_over_full(text):
    size, parts = measure(text), split(text)

    assert "".join(parts) == text
    assert len(parts) == size.parts
    assert sum(fills(text)) == size.units
    assert max(fills(text)) <= size.room
    assert fills(text)[-1] == size.room - size.remaining


@given(texts)
def test_every_part_but_the_last_has_no_room_for_the_next_character(text):
    size, parts = measure(text), split(text)

    for part, after in zip(parts, parts[1:], strict=False):
        cost = 2 if after[0] in EXTENSION_CHARACTERS and size.encoding == "GSM-7" else 1
        cost = 2 if after[0] == GRIN else cost
        assert fills_of_one_part(part, size.encoding) + cost > size.room


def fills_of_one_part(part, encoding):
    if encoding == "GSM-7":
        return len(part) + sum(character in EXTENSION_CHARACTERS for character in part)
    return len(part.encode("utf-16-be")) // 2
