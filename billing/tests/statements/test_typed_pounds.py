"""Amounts as finance types them, and what is said of those that are none."""

import pytest
from django import forms

from billing.statements.forms import PoundsField


@pytest.mark.parametrize(
    ("typed", "pence"),
    [("1,000", 1000_00), ("12,345.60", 12_345_60), ("3.8", 3_80), ("£136.80", 136_80)],
)
def test_an_amount_is_read_as_people_write_it(typed, pence):
    assert PoundsField().clean(typed) == pence


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("3,8", "“3,8” is not an amount: write 3.80."),
        ("£10,00", "“£10,00” is not an amount: write £10.00."),
        ("1,0000", "“1,0000” is not an amount. Write pounds and pence, such as 136.80."),
        ("1000000000", "“1000000000” is more than £999,999,999.99. Check the amount."),
        ("1" * 21, "This is 21 characters long, which no amount is."),
    ],
)
def test_a_refusal_names_what_was_typed_and_how_to_write_it(typed, words):
    with pytest.raises(forms.ValidationError) as refused:
        PoundsField().clean(typed)

    assert refused.value.messages == [words]
