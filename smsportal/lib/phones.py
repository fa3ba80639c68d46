"""Mobile numbers: what a person or a spreadsheet wrote, as E.164 or as a refusal in plain words.

A repair is made only where one number can be meant. Letters, damaged spreadsheet numbers and a
number with two beginnings are refused, with a suggestion where one is likely.
"""

import re
import unicodedata
from typing import Final, NamedTuple

import phonenumbers

_REGIONS: Final = ("GB", "JE", "GG", "IM")  # all of +44


def _mobile_pattern_of(region: str) -> str:
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region)
    return metadata.mobile.national_number_pattern  # type: ignore[union-attr, return-value]


_MOBILES: Final = "|".join(_mobile_pattern_of(region) for region in _REGIONS)

# Ofcom keeps 07700 900000-900999 for drama, so libphonenumber calls them invalid; and it counts
# the Wi-Fi ranges 07911 2 and 8, which no text reaches, as mobiles.
DRAMA: Final = re.compile(r"\+447700900[0-9]{3}")
_MOBILE: Final = re.compile(
    rf"(?:0|\+44)(7700900[0-9]{{3}}|(?!7911[28])(?:{_MOBILES}))", re.ASCII
).fullmatch

_SPACES: Final = r"\s\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
_DASHES: Final = (
    r"\-\u058a\u05be\u1400\u1806\u2010-\u2015\u2212\u2e17\u2e1a\u2e3a\u2e3b\u2e40\u2e5d\u301c\u3030"
    r"\u30a0\ufe31\ufe32\ufe58\ufe63\uff0d\U00010ead"
)
_BETWEEN_DIGITS: Final = re.compile(rf"[{_SPACES}{_DASHES}().\[\]]+")
_UK_PREFIX: Final = r"(?:\+|00?\+?|\+00)?44"
_UK: Final = re.compile(rf"(?P<prefix>{_UK_PREFIX})?0*(?P<national>7[0-9]{{9}})")
_UK_OF_ANY_LENGTH: Final = re.compile(
    rf"(?P<prefix>{_UK_PREFIX}(?=0*[1-9]))?0*(?P<national>[0-9]*)"
)
_ABROAD: Final = re.compile(r"(?:\+|00)(?!44)[1-9][0-9]*")
# 07123456789 with +447 before it, or a prefix twice.
_TWO_BEGINNINGS: Final = re.compile(r"\+?(?:\+?44|0)*(?:7(?=07))?0?(7[0-9]{9})")

_AS_FLOAT: Final = re.compile(r"\+?([0-9]{10,14})\.0+")
_DECIMAL: Final = re.compile(r"[0-9]+\.[0-9]")
_SCIENTIFIC: Final = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?[eE][+-]?[0-9]+")
_EXTENSION: Final = re.compile(
    r"(.*[0-9].*?)(?:;?\s*ext(?:n|ension)?\b[.:=\s]*|x\s*|#\s*)[0-9]{1,6}", re.IGNORECASE
)
_NOT_OF_A_NUMBER: Final = re.compile(r"[^0-9+]|(?<!^)\+|\+$")
_LIKE_A_NUMBER: Final = re.compile(r"[\s0-9()+.\-]+")
_LOOKALIKES: Final = str.maketrans("OoIl|", "00111")

# A float holds fifteen digits; of a longer number the last ones are not those that were typed.
_FLOAT_DIGITS: Final = 10**15

# Of a UK number of the right length: reason, national number, what it is.
_KINDS: Final = tuple(
    (reason, re.compile(pattern), words)
    for reason, pattern, words in (
        ("landline", "[123][0-9]{5,9}", "is a landline. Texts can only go to mobiles."),
        ("voip", "5[0-9]{8,9}", "is an internet phone. Texts can only go to mobiles."),
        ("personal", "70[0-9]{8}", "is a personal number (070). Texts can only go to mobiles."),
        ("pager", "76[0-9]{8}", "is a pager. Texts can only go to mobiles."),
        ("wifi", "7911[28][0-9]{5}", "is a Wi-Fi number. Texts can only go to mobiles."),
        ("unallocated", "7[0-9]{9}", "is not a number that a UK network has given out."),
        ("service", "8[0-9]{6,9}", "is a service number (08). Texts can only go to mobiles."),
        ("premium", "9[0-9]{8,9}", "is a premium number (09). Texts can only go to mobiles."),
    )
)


class BadNumber(ValueError):
    """A number that cannot be texted.

    `reason` is a short code; `words` a sentence naming the person's own value; `row_words` the
    same for a table that shows the value beside it; `suggestion` E.164 or None.
    """

    def __init__(
        self, reason: str, words: str, *, typed: str = "", suggestion: str | None = None
    ) -> None:
        if suggestion:
            words += f" Did you mean {display(suggestion)}?"
        self.reason = reason
        self.words = f"{typed} {words}" if typed else words
        self.row_words = f"This {words}" if typed else words
        self.suggestion = suggestion
        super().__init__(self.words)


class CellNumber(NamedTuple):
    e164: str
    repaired: bool  # the first 0 was missing, as spreadsheets like to do


def normalise(text: str, *, foreign: bool = False) -> str:
    """E.164 of a UK mobile, or of any mobile when `foreign`. Raises BadNumber."""
    mobile = _MOBILE(text.replace(" ", ""))
    if mobile:
        return "+44" + mobile[1]
    return _repair(text, foreign=foreign)


def from_cell(value: str | float | None, *, cell: str = "", foreign: bool = False) -> CellNumber:
    """The number in a spreadsheet cell; `cell` is its address, for the words. Raises BadNumber."""
    if value is None or isinstance(value, bool):
        value = "" if value is None else str(value)
    if isinstance(value, str):
        mobile = _MOBILE(value.replace(" ", ""))
        if mobile:
            return CellNumber("+44" + mobile[1], False)
        if _SCIENTIFIC.fullmatch(value.strip()):
            raise _shortened(cell)
        return CellNumber(normalise(value, foreign=foreign), _lacks_its_zero(value))
    if abs(value) >= _FLOAT_DIGITS or value != value:  # noqa: PLR0124  # not a number
        raise _shortened(cell)
    if value < 0 or value != int(value):
        raise BadNumber("decimal", "is not a mobile number.", typed=str(value))
    digits = str(int(value))
    try:
        return CellNumber(normalise(digits, foreign=foreign), _lacks_its_zero(digits))
    except BadNumber:
        # 4.47E+11 saved again as a number: 447000000000.
        if len(digits) >= 10 and digits.endswith("000000"):
            raise _shortened(cell) from None
        raise


def display(e164: str) -> str:
    """07700 900123; a foreign number in its own country's groups, with its +."""
    if e164.startswith("+447") and len(e164) == 13:
        return f"0{e164[3:7]} {e164[7:]}"
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    form = phonenumbers.PhoneNumberFormat
    is_uk = number.country_code == 44
    return phonenumbers.format_number(number, form.NATIONAL if is_uk else form.INTERNATIONAL)


def sought(words: str) -> str:
    """The digits to look for in E.164 where somebody typed a number, or some of its digits, in
    any format; "" for words.
    """
    if not _LIKE_A_NUMBER.fullmatch(words):
        return ""
    return re.sub(r"^(0{0,2}44)?0*", "", re.sub(r"\D", "", words))


def mask(e164: str) -> str:
    """For people who may not see a number whole; it can be read aloud."""
    return f"number ending {e164[-3:]}"


def is_drama(e164: str) -> bool:
    """Whether nobody can ever have this number: it may only go to a sandbox carrier."""
    return DRAMA.fullmatch(e164) is not None


def _repair(text: str, *, foreign: bool) -> str:
    typed = " ".join(re.sub(rf"[{_SPACES}]+", " ", text).split())
    as_float = _AS_FLOAT.fullmatch(typed)
    bare = as_float[1] if as_float else _BETWEEN_DIGITS.sub("", typed).removeprefix("'")
    uk = _UK.fullmatch(bare)
    if uk and (as_float or not _DECIMAL.fullmatch(typed)):
        mobile = _MOBILE("0" + uk["national"])
        if mobile:
            return "+44" + mobile[1]
    elif foreign and _ABROAD.fullmatch(bare):
        return _abroad(typed, bare)
    raise _refusal(typed[:40], bare)


def _abroad(typed: str, bare: str) -> str:
    unknown = BadNumber("unallocated", "is not a number in use in any country.", typed=typed)
    try:
        number = phonenumbers.parse("+" + bare.removeprefix("00").removeprefix("+"))
    except phonenumbers.NumberParseException:
        raise unknown from None
    if not phonenumbers.is_valid_number(number):
        raise unknown
    kinds = phonenumbers.PhoneNumberType
    if phonenumbers.number_type(number) not in (kinds.MOBILE, kinds.FIXED_LINE_OR_MOBILE):
        raise BadNumber("landline", "is not a mobile. Texts can only go to mobiles.", typed=typed)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _refusal(typed: str, bare: str) -> BadNumber:
    if not bare:
        return BadNumber("empty", "There is no number here.")
    if _SCIENTIFIC.fullmatch(typed):
        words = "is what Excel leaves of a long number. The other digits are lost."
        return BadNumber("excel", words, typed=typed)
    if _DECIMAL.fullmatch(typed):
        return BadNumber("decimal", "is not a mobile number.", typed=typed)
    if not re.fullmatch(r"\+?[0-9]+", bare):
        return _refusal_of_characters(typed, bare)
    if bare in ("999", "112"):
        return BadNumber("emergency", "is the emergency number. Ring it instead.", typed=typed)
    if re.fullmatch("[1-9][0-9]{2,5}", bare):
        return BadNumber(
            "short_code", "is a short code. Texts can only go to mobiles.", typed=typed
        )
    if _ABROAD.fullmatch(bare):
        words = "is not a UK number. Texts can only go to UK mobiles."
        return BadNumber("foreign", words, typed=typed, suggestion=_suggestion(bare))
    return _refusal_of_uk(typed, bare)


def _refusal_of_characters(typed: str, bare: str) -> BadNumber:
    extension = _EXTENSION.fullmatch(typed)
    if extension:
        words, fixed = "has an extension, which a text cannot reach.", extension[1].rstrip(";, ")
        return BadNumber("extension", words, typed=typed, suggestion=_mobile_or_none(fixed))
    if any(character.isalpha() for character in bare):
        words, fixed = "has letters in it.", bare.translate(_LOOKALIKES)
        return BadNumber("letters", words, typed=typed, suggestion=_mobile_or_none(fixed))
    odd = _NOT_OF_A_NUMBER.search(bare)[0]  # type: ignore[index]  # or it would not be here
    fixed = "".join(str(unicodedata.digit(each, each)) for each in bare).replace("\uff0b", "+")
    if odd.isdigit() or odd == "\uff0b":
        words = "is not written with the digits 0 to 9."
        return BadNumber("digits", words, typed=typed, suggestion=_mobile_or_none(fixed))
    words = f"has “{odd}” in it, which no mobile number has."
    return BadNumber("characters", words, typed=typed, suggestion=_suggestion(bare))


def _refusal_of_uk(typed: str, bare: str) -> BadNumber:
    uk = _UK_OF_ANY_LENGTH.fullmatch(bare)
    prefix, national = (uk["prefix"], uk["national"]) if uk else (None, bare)
    for reason, pattern, words in _KINDS:
        if pattern.fullmatch(national):
            return BadNumber(reason, words, typed=typed)
    if not prefix and bare[0] not in "07":
        words = "is not a UK mobile number. Those start 07."
        return BadNumber("not_mobile", words, typed=typed, suggestion=_suggestion(bare))
    if prefix:
        count, length, counted = len(national), 10, f"{len(national)} digits after +44, not 10."
    elif bare[0] == "7":
        count, length = len(bare), 10
        counted = f"A UK mobile number has 10 digits after the 0; this has {count}."
    else:
        count, length = len(bare), 11
        counted = f"A UK mobile number has 11 digits; this has {count}."
    reason, words = ("too_long", "is too long") if count > length else ("too_short", "is too short")
    words += f": {counted}" if prefix else f". {counted}"
    return BadNumber(reason, words, typed=typed, suggestion=_suggestion(bare))


def _suggestion(bare: str) -> str | None:
    """The one mobile inside a number with too much at its beginning: +44707123456789."""
    doubled = _TWO_BEGINNINGS.fullmatch(bare)
    return _mobile_or_none("0" + doubled[1]) if doubled else None


def _mobile_or_none(text: str) -> str | None:
    uk = _UK.fullmatch(_BETWEEN_DIGITS.sub("", text))
    mobile = _MOBILE("0" + uk["national"]) if uk else None
    return "+44" + mobile[1] if mobile else None


def _shortened(cell: str) -> BadNumber:
    where = f" in cell {cell}" if cell else ""
    return BadNumber("excel", f"Excel has shortened this number{where}. The digits are lost.")


def _lacks_its_zero(text: str) -> bool:
    as_float = _AS_FLOAT.fullmatch(text.strip())
    bare = as_float[1] if as_float else _BETWEEN_DIGITS.sub("", text)
    return len(bare) == 10 and bare[0] == "7"
