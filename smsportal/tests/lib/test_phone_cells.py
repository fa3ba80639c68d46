import pytest

from smsportal.lib.phones import BadNumber, from_cell

MOBILE = "+447700900123"


@pytest.mark.parametrize(
    ("value", "repaired"),
    [
        ("07700900123", False),
        ("07700 900123", False),
        ("+447700900123", False),
        ("7700900123", True),
        ("7700900123.0", True),
        (7700900123.0, True),
        (7700900123, True),
        (447700900123.0, False),
        (447700900123, False),
    ],
)
def test_a_cell_gives_its_number_and_says_whether_the_first_0_was_missing(value, repaired):
    assert from_cell(value) == (MOBILE, repaired)


@pytest.mark.parametrize(
    "value", ["4.47E+11", " 7.7009E+09 ", 4.477009001234568e16, 447000000000.0, float("inf")]
)
def test_a_number_that_excel_has_shortened_is_refused_with_its_cell(value):
    with pytest.raises(BadNumber) as refusal:
        from_cell(value, cell="A41")

    assert refusal.value.reason == "excel"
    assert refusal.value.words == (
        "Excel has shortened this number in cell A41. The digits are lost."
    )


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "empty"),
        ("", "empty"),
        (True, "letters"),
        (7700900123.5, "decimal"),
        (-7700900123.0, "decimal"),
        (1632960418.0, "landline"),
        (float("nan"), "excel"),
        (0.0, "too_short"),
    ],
)
def test_other_cells_are_refused_like_any_number(value, reason):
    with pytest.raises(BadNumber) as refusal:
        from_cell(value)

    assert refusal.value.reason == reason
