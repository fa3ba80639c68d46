import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsportal.lib.phone_lists import split_typed
from smsportal.lib.phones import normalise

ANN, BOB = ("07700 900123", "Ann Example"), ("07700900124", "Bob")


@pytest.mark.parametrize(
    ("typed", "people"),
    [
        ("", []),
        (" \n,;\t \r\n ", []),
        ("07700 900123", [("07700 900123", None)]),
        (
            "07700 900001, 07700900002;+44 7700 900003 07700 900004",
            [
                ("07700 900001", None),
                ("07700900002", None),
                ("+44 7700 900003", None),
                ("07700 900004", None),
            ],
        ),
        ("7700900001 7700 900002", [("7700900001", None), ("7700 900002", None)]),
        ("Ann Example 07700 900123", [ANN]),
        ("07700 900123 Ann Example", [ANN]),
        ("Ann Example <07700 900123>", [ANN]),
        ("Ann Example: 07700 900123", [ANN]),
        ("Ann Example\t07700 900123\nBob\t07700900124", [ANN, BOB]),
        ("Ann Example, 07700 900123\nBob, 07700900124\n", [ANN, BOB]),
        ("Ann, Example, 07700 900123", [ANN]),
        ("07700 900123, Ann, Example", [ANN]),
        ("07700 900123, Ann Example, 07700900124, Bob", [ANN, BOB]),
        ("Ann Example <07700 900123>; Bob <07700900124>", [ANN, BOB]),
        ("Ann Example 07700 900123 Bob 07700900124", [ANN, BOB]),
        ("07700 900123 Ann Example 07700900124 Bob", [ANN, BOB]),
        ("07700900125, Bob <07700900124>", [("07700900125", None), BOB]),
        ("07700 900123 O'Brien", [("07700 900123", "O'Brien")]),
        ("Room 5 07700 900123", [("07700 900123", "Room 5")]),
    ],
)
def test_numbers_and_the_names_beside_them_are_told_apart(typed, people):
    assert split_typed(typed) == people


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("0770 90012 07700 900123", ["0770 90012", "07700 900123"]),
        ("4.47E+11 01632 960418", ["4.47E+11", "01632 960418"]),
        ("01632 960418 01632 960419", ["01632 960418", "01632 960419"]),
        ("+33 6 12 34 56 78 07700 900123", ["+33 6 12 34 56 78", "07700 900123"]),
        ("O7700900123", ["O7700900123"]),
        ("07700900123x5 07700900124", ["07700900123x5", "07700900124"]),
        ("07700900123;ext=5", ["07700900123;ext=5"]),
        ("07700 900123 ext 5, 07700900124", ["07700 900123 ext 5", "07700900124"]),
        ("+44707123456789", ["+44707123456789"]),
        ("7700900123.0", ["7700900123.0"]),
        ("81025", ["81025"]),
        ("everybody", ["everybody"]),
        ("07700900123, 07700900124\neverybody", ["07700900123", "07700900124", "everybody"]),
        ("07700900001+447700900002", ["07700900001", "+447700900002"]),
    ],
)
def test_what_is_not_a_number_is_handed_on_as_typed(typed, numbers):
    assert split_typed(typed) == [(number, None) for number in numbers]


FORMATS = (
    "0{a}{b}{c}",
    "0{a} {b}{c}",
    "0{a} {b} {c}",
    "0{a}-{b}-{c}",
    "(0{a}) {b}{c}",
    "0{a}.{b}.{c}",
    "+44{a}{b}{c}",
    "+44 {a} {b}{c}",
    "+44 (0){a} {b}{c}",
    "+44(0){a}{b}{c}",
    "(+44) {a} {b} {c}",
    "0044{a}{b}{c}",
    "0044 {a} {b}{c}",
    "44{a}{b}{c}",
    "44 {a} {b}{c}",
    "0+44{a}{b}{c}",
    "{a}{b}{c}",
    "{a} {b}{c}",
    "0{a}\N{NO-BREAK SPACE}{b}{c}",
    "0{a}\N{EN DASH}{b}{c}",
    "\N{LEFT-TO-RIGHT EMBEDDING}+44 {a} {b}{c}\N{POP DIRECTIONAL FORMATTING}",
)
national = st.integers(7_400_000_000, 7_459_999_999) | st.integers(7_700_900_000, 7_700_900_999)
separators = st.text(alphabet=" ,;\n\t", min_size=1, max_size=4) | st.sampled_from(["\r\n", " ; "])


@given(st.lists(st.tuples(national, st.sampled_from(FORMATS), separators), max_size=12))
def test_any_mix_of_separators_and_formats_yields_these_numbers(numbers):
    typed = "".join(
        form.format(a=str(number)[:4], b=str(number)[4:7], c=str(number)[7:]) + separator
        for number, form, separator in numbers
    )

    people = split_typed(typed)

    assert [normalise(each) for each, _ in people] == [f"+44{number}" for number, _, _ in numbers]
    assert {name for _, name in people} <= {None}


@given(st.text(alphabet="07 +4(),;\nxab.-", max_size=60))
def test_no_digit_that_was_typed_is_lost(typed):
    kept = "".join(number + (name or "") for number, name in split_typed(typed))

    assert sorted(filter(str.isdigit, kept)) == sorted(filter(str.isdigit, typed))


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("typed", "count"),
    [
        ("07700 900123, " * 50_000, 50_000),
        ("7 " * 200_000, 20_000),
        ("(" * 200_000, 0),
        ("0" * 200_000, 1),
        ("a1 " * 100_000, 1),
    ],
    ids=["numbers", "sevens", "brackets", "zeros", "words"],
)
def test_a_very_long_list_is_read_in_seconds(typed, count):
    assert len(list(split_typed(typed))) == count
