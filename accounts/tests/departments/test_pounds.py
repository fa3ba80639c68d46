"""Limits in whole pounds, as they are typed."""

import pytest
from django import forms

from accounts.departments.forms import PoundsField

FIELD = PoundsField("Most pounds in a month", most=1_000_000, example=20)


@pytest.mark.parametrize(("typed", "pounds"), [("1,000", 1000), ("£50", 50), ("", None)])
def test_whole_pounds_are_read_as_people_write_them(typed, pounds):
    assert FIELD.clean(typed) == pounds


@pytest.mark.parametrize("typed", ["3,8", "10,00", "3.80", "1,0000", "lots", "²"])
def test_what_is_not_whole_pounds_is_named_with_how_to_write_it(typed):
    words = f"{typed} is not a whole number of pounds: write it without pence, such as 20."

    with pytest.raises(forms.ValidationError) as refused:
        FIELD.clean(typed)

    assert refused.value.messages == [words]


@pytest.mark.parametrize("typed", ["0", "-5", "1,000,001", "9" * 20])
def test_the_limits_are_named(typed):
    with pytest.raises(forms.ValidationError, match="is not between £1 and £1,000,000"):
        FIELD.clean(typed)
