import sys
import unicodedata

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsportal.lib.phones import (
    BadNumber,
    display,
    is_drama,
    mask,
    normalise,
    sought,
)

MOBILE = "+447700900123"


@pytest.mark.parametrize(
    "typed",
    [
        "07700900123",
        "07700 900123",
        "07700 900 123",
        " 07700 900123\n",
        "07700\t900123",
        "07700\N{NO-BREAK SPACE}900123",
        "07700\N{NARROW NO-BREAK SPACE}900123",
        "07700\N{IDEOGRAPHIC SPACE}900123",
        "07700\N{ZERO WIDTH SPACE}900123",
        "\N{ZERO WIDTH NO-BREAK SPACE}07700900123",
        "07700\N{SOFT HYPHEN}900123",
        "\N{LEFT-TO-RIGHT EMBEDDING}07700 900123\N{POP DIRECTIONAL FORMATTING}",
        "07700-900-123",
        "07700\N{NON-BREAKING HYPHEN}900123",
        "07700\N{FIGURE DASH}900123",
        "07700\N{EN DASH}900123",
        "07700\N{EM DASH}900123",
        "07700\N{MINUS SIGN}900123",
        "07700\N{FULLWIDTH HYPHEN-MINUS}900123",
        "(07700) 900123",
        "[07700] 900123",
        "07700.900.123",
        "+447700900123",
        "+44 7700 900123",
        "+44 (0)7700 900123",
        "+44(0)7700900123",
        "+4407700900123",
        "(+44) 7700 900123",
        "447700900123",
        "44 7700 900123",
        "4407700900123",
        "00447700900123",
        "0044 7700 900123",
        "0044 (0) 7700 900123",
        "+00447700900123",
        "0+447700900123",
        "0447700900123",
        "00007700900123",
        "007700900123",
        "7700900123",
        "7700 900123",
        "7700900123.0",
        "447700900123.0",
        "'07700900123",
        "'+447700900123",
    ],
    ids=ascii,
)
def test_what_can_only_mean_one_number_is_repaired(typed):
    assert normalise(typed) == MOBILE


def test_every_space_and_dash_of_unicode_is_repaired():
    between = [
        chr(code)
        for code in range(sys.maxunicode)
        if unicodedata.category(chr(code)) in ("Zs", "Pd")
    ]

    assert {normalise(f"07700{each}900{each}123") for each in between} == {MOBILE}


@pytest.mark.parametrize(
    ("typed", "e164"),
    [
        ("07123 456789", "+447123456789"),
        ("07400 000000", "+447400000000"),
        ("07624 200123", "+447624200123"),
        ("07797 712345", "+447797712345"),
        ("07781 123456", "+447781123456"),
        ("07911 123456", "+447911123456"),
        ("07700 900000", "+447700900000"),
        ("07700 900999", "+447700900999"),
    ],
    ids=["GB", "lowest of 074", "Isle of Man", "Jersey", "Guernsey", "07911 1", "drama", "drama"],
)
def test_mobiles_of_all_of_44_are_accepted(typed, e164):
    assert normalise(typed) == e164


REFUSED = [
    ("", "empty", "There is no number here."),
    (" - ", "empty", "There is no number here."),
    (
        "0770 90012",
        "too_short",
        "0770 90012 is too short. A UK mobile number has 11 digits; this has 9.",
    ),
    (
        "+44 7700 90012",
        "too_short",
        "+44 7700 90012 is too short: 9 digits after +44, not 10.",
    ),
    (
        "770090012",
        "too_short",
        "770090012 is too short. A UK mobile number has 10 digits after the 0; this has 9.",
    ),
    (
        "077009001234",
        "too_long",
        "077009001234 is too long. A UK mobile number has 11 digits; this has 12.",
    ),
    (
        "07700 900123 07700 900124",
        "too_long",
        "07700 900123 07700 900124 is too long. A UK mobile number has 11 digits; this has 22.",
    ),
    (
        "01632 960418",
        "landline",
        "01632 960418 is a landline. Texts can only go to mobiles.",
    ),
    (
        "+44 20 7946 0000",
        "landline",
        "+44 20 7946 0000 is a landline. Texts can only go to mobiles.",
    ),
    ("03069 990000", "landline", "03069 990000 is a landline. Texts can only go to mobiles."),
    (
        "05600 123456",
        "voip",
        "05600 123456 is an internet phone. Texts can only go to mobiles.",
    ),
    (
        "07012 345678",
        "personal",
        "07012 345678 is a personal number (070). Texts can only go to mobiles.",
    ),
    ("07611 123456", "pager", "07611 123456 is a pager. Texts can only go to mobiles."),
    ("07911 212345", "wifi", "07911 212345 is a Wi-Fi number. Texts can only go to mobiles."),
    ("+447911812345", "wifi", "+447911812345 is a Wi-Fi number. Texts can only go to mobiles."),
    (
        "07700 901000",
        "unallocated",
        "07700 901000 is not a number that a UK network has given out.",
    ),
    (
        "0808 157 0192",
        "service",
        "0808 157 0192 is a service number (08). Texts can only go to mobiles.",
    ),
    (
        "0909 879 0000",
        "premium",
        "0909 879 0000 is a premium number (09). Texts can only go to mobiles.",
    ),
    ("81025", "short_code", "81025 is a short code. Texts can only go to mobiles."),
    ("101", "short_code", "101 is a short code. Texts can only go to mobiles."),
    ("999", "emergency", "999 is the emergency number. Ring it instead."),
    ("112", "emergency", "112 is the emergency number. Ring it instead."),
    (
        "+33 6 12 34 56 78",
        "foreign",
        "+33 6 12 34 56 78 is not a UK number. Texts can only go to UK mobiles.",
    ),
    (
        "0033612345678",
        "foreign",
        "0033612345678 is not a UK number. Texts can only go to UK mobiles.",
    ),
    ("33612345678", "not_mobile", "33612345678 is not a UK mobile number. Those start 07."),
    ("0800FLOWERS", "letters", "0800FLOWERS has letters in it."),
    ("07700/900123", "characters", "07700/900123 has “/” in it, which no mobile number has."),
    ("+", "characters", "+ has “+” in it, which no mobile number has."),
    ("770090012.3", "decimal", "770090012.3 is not a mobile number."),
    (
        "4.47E+11",
        "excel",
        "4.47E+11 is what Excel leaves of a long number. The other digits are lost.",
    ),
    (
        "7,7009e9",
        "excel",
        "7,7009e9 is what Excel leaves of a long number. The other digits are lost.",
    ),
]


@pytest.mark.parametrize(("typed", "reason", "words"), REFUSED, ids=ascii)
def test_what_cannot_be_texted_is_refused_in_words(typed, reason, words):
    with pytest.raises(BadNumber) as refusal:
        normalise(typed)

    assert (refusal.value.reason, refusal.value.words) == (reason, words)
    assert refusal.value.suggestion is None
    assert str(refusal.value) == words


@pytest.mark.parametrize(
    ("typed", "reason", "suggestion"),
    [
        ("+44707123456789", "too_long", "+447123456789"),
        ("44707123456789", "too_long", "+447123456789"),
        ("0044707700900123", "too_long", MOBILE),
        ("4444 7700 900123", "too_long", MOBILE),
        ("+44+447700900123", "characters", MOBILE),
        ("+7700900123", "foreign", MOBILE),
        ("O7700 9OO123", "letters", MOBILE),
        ("0770090O123", "letters", MOBILE),
        ("０７７００９００１２３", "digits", MOBILE),
        ("＋447700900123", "digits", MOBILE),
        ("٠٧٧٠٠٩٠٠١٢٣", "digits", MOBILE),
        ("0740000012３", "digits", "+447400000123"),
        ("07700900123;ext=5", "extension", MOBILE),
        ("07700 900123 x5", "extension", MOBILE),
        ("07700900123 ext. 51", "extension", MOBILE),
        ("07700900123#5", "extension", MOBILE),
    ],
    ids=ascii,
)
def test_a_likely_number_is_suggested_and_never_taken(typed, reason, suggestion):
    with pytest.raises(BadNumber) as refusal:
        normalise(typed)

    assert (refusal.value.reason, refusal.value.suggestion) == (reason, suggestion)
    assert refusal.value.words.endswith(f" Did you mean {display(suggestion)}?")


def test_the_malformed_number_of_the_help_pages_gets_a_did_you_mean():
    with pytest.raises(BadNumber) as refusal:
        normalise("+44707123456789")

    assert refusal.value.words == (
        "+44707123456789 is too long: 12 digits after +44, not 10. Did you mean 07123 456789?"
    )


def test_a_table_that_shows_the_value_says_this_instead():
    with pytest.raises(BadNumber) as refusal:
        normalise("01632 960418")

    assert refusal.value.row_words == "This is a landline. Texts can only go to mobiles."


def test_a_very_long_value_is_not_repeated_whole():
    with pytest.raises(BadNumber) as refusal:
        normalise("x" * 100_000)

    assert len(refusal.value.words) < 120


def test_every_six_digit_beginning_agrees_with_libphonenumber():
    """But for the two Wi-Fi ranges and the drama numbers, where we mean to differ."""
    differing = set()
    for prefix in range(700_000, 800_000):
        national = f"{prefix}0123"
        number = phonenumbers.PhoneNumber(country_code=44, national_number=int(national))
        theirs = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
        try:
            ours = normalise("0" + national) == "+44" + national
        except BadNumber:
            ours = False
        if ours != theirs:
            differing.add(prefix)

    wifi = {*range(791_120, 791_130), *range(791_180, 791_190)}
    assert differing == {770_090} | wifi


def test_only_the_thousand_numbers_of_the_drama_range_are_drama():
    assert [is_drama(f"+44770090{tail:04}") for tail in (0, 999)] == [True, True]
    assert [is_drama(e164) for e164 in ("+447700899999", "+447700901000")] == [False, False]
    with pytest.raises(BadNumber):
        normalise("07700 901000")


def outcome_of(typed):
    try:
        return normalise(typed), None
    except BadNumber as refusal:
        return None, refusal


@given(st.text(max_size=40) | st.text(alphabet="+0123456789 .-()xeE", max_size=20))
def test_any_text_is_a_uk_mobile_or_a_refusal_with_words(typed):
    e164, refusal = outcome_of(typed)

    if refusal:
        assert refusal.reason
        assert refusal.words.endswith((".", "?"))
        assert not refusal.suggestion or normalise(refusal.suggestion) == refusal.suggestion
    else:
        assert len(e164) == 13
        assert e164.isascii()
        assert normalise(display(e164)) == normalise(e164) == e164


@pytest.mark.parametrize(
    ("typed", "e164"),
    [
        ("+33 6 12 34 56 78", "+33612345678"),
        ("0033 6 12 34 56 78", "+33612345678"),
        ("+1 (212) 555-0123", "+12125550123"),
        ("07700 900123", MOBILE),
        ("+44 7700 900123", MOBILE),
    ],
)
def test_foreign_mobiles_are_accepted_where_they_are_allowed(typed, e164):
    assert normalise(typed, foreign=True) == e164


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("+33 1 42 68 53 00", "landline"),
        ("+33 6 12", "unallocated"),
        ("+999123456", "unallocated"),
        ("+7700900123", "unallocated"),
        ("+4912345678901234567890", "unallocated"),
        ("01632 960418", "landline"),
    ],
)
def test_foreign_numbers_must_be_mobiles_too(typed, reason):
    with pytest.raises(BadNumber) as refusal:
        normalise(typed, foreign=True)

    assert refusal.value.reason == reason


@pytest.mark.parametrize(
    ("e164", "shown"),
    [
        (MOBILE, "07700 900123"),
        ("+33612345678", "+33 6 12 34 56 78"),
        ("+442079460000", "020 7946 0000"),
        ("81025", "81025"),
    ],
)
def test_numbers_are_shown_as_people_write_them(e164, shown):
    assert display(e164) == shown


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("07700 900123", "7700900123"),
        ("+44 (0)7700-900.123", "7700900123"),
        ("0044 7700 900123", "7700900123"),
        ("900123", "900123"),
        ("Ffion 2", ""),
        ("", ""),
    ],
)
def test_a_number_is_looked_for_however_it_is_typed(typed, digits):
    assert sought(typed) == digits


def test_a_mask_can_be_read_aloud():
    assert mask(MOBILE) == "number ending 123"
