"""How a text becomes parts, by 3GPP TS 23.038 and 23.040.

One part carries 160 septets of GSM-7 or 70 UTF-16 units of UCS-2. Each part of several carries 153
or 67, the rest being the header that joins them again on the handset. An escape pair or a surrogate
pair is never divided between two parts, so `ceil(units / room)` is too low for some texts.
"""

import re
from typing import AnyStr, Final, Literal, NamedTuple

from messaging.text.gsm7 import BASIC_CHARACTERS, ESCAPE, EXTENSION_CHARACTERS

Encoding = Literal["GSM-7", "UCS-2"]

GSM_7: Final = "GSM-7"
UCS_2: Final = "UCS-2"
GSM_7_ALONE: Final = 160
GSM_7_JOINED: Final = 153
UCS_2_ALONE: Final = 70
UCS_2_JOINED: Final = 67

_EXTENSION: Final = re.compile(f"[{re.escape(EXTENSION_CHARACTERS)}]")
_BASIC: Final = re.compile(f"[{re.escape(BASIC_CHARACTERS)}]*")
_GSM_7: Final = re.compile(f"[{re.escape(BASIC_CHARACTERS + EXTENSION_CHARACTERS)}]*")
_NOT_GSM_7: Final = re.compile(f"[^{re.escape(BASIC_CHARACTERS + EXTENSION_CHARACTERS)}]")
_ESCAPED: Final = chr(ESCAPE) + r"\g<0>"


class Measure(NamedTuple):
    """Size of one text. `units` are septets (GSM-7) or UTF-16 units (UCS-2).

    `remaining` is the room left in the last part, in units; "" has 0 parts and all the room.
    """

    encoding: Encoding
    units: int
    parts: int
    remaining: int

    @property
    def room(self) -> int:
        """Units that each part of this text can hold."""
        if self.encoding == GSM_7:
            return GSM_7_ALONE if self.parts < 2 else GSM_7_JOINED
        return UCS_2_ALONE if self.parts < 2 else UCS_2_JOINED


def measure(text: str) -> Measure:
    """Encoding, units and parts of the text as it would be sent."""
    length = len(text)
    basic = _BASIC.match(text).end()  # type: ignore[union-attr]  # it always matches, if only ""
    if basic == length:
        if length <= GSM_7_ALONE:
            return Measure(GSM_7, length, 1 if length else 0, GSM_7_ALONE - length)
        parts = -(-length // GSM_7_JOINED)
        return Measure(GSM_7, length, parts, parts * GSM_7_JOINED - length)
    if _GSM_7.fullmatch(text, basic):
        units = length + len(_EXTENSION.findall(text, basic))
        if units <= GSM_7_ALONE:
            return Measure(GSM_7, units, 1, GSM_7_ALONE - units)
        starts = _gsm_7_starts(_EXTENSION.sub(_ESCAPED, text))
        return Measure(GSM_7, units, len(starts), GSM_7_JOINED - (units - starts[-1]))
    wide = _utf_16(text)
    units = len(wide) // 2
    if units <= UCS_2_ALONE:
        return Measure(UCS_2, units, 1, UCS_2_ALONE - units)
    starts = _ucs_2_starts(wide)
    return Measure(UCS_2, units, len(starts), UCS_2_JOINED - (units - starts[-1] // 2))


def split(text: str) -> list[str]:
    """The text of each part, in order; [] for ""."""
    size = measure(text)
    if size.parts < 2:
        return [text] if text else []
    if size.encoding == GSM_7:
        escaped = _EXTENSION.sub(_ESCAPED, text)
        return [part.replace(chr(ESCAPE), "") for part in _cut(escaped, _gsm_7_starts(escaped))]
    units = _utf_16(text)
    return [part.decode("utf-16-be", "surrogatepass") for part in _cut(units, _ucs_2_starts(units))]


def fills(text: str) -> list[int]:
    """Units used in each part, in order: what the meter beside the message shows."""
    if measure(text).encoding == GSM_7:
        return [len(_EXTENSION.sub(_ESCAPED, part)) for part in split(text)]
    return [len(_utf_16(part)) // 2 for part in split(text)]


def forcing(text: str) -> list[str]:
    """The characters that make the text UCS-2, each once, in the order in which they appear."""
    return list(dict.fromkeys(_NOT_GSM_7.findall(text)))


def _utf_16(text: str) -> bytes:
    # Lone surrogates reach us from JavaScript and JSON; they are one unit each.
    return text.encode("utf-16-be", "surrogatepass")


def _gsm_7_starts(escaped: str) -> list[int]:
    """Where each part begins, in septets of the text with its escapes written out."""
    starts = [0]
    while len(escaped) - starts[-1] > GSM_7_JOINED:
        end = starts[-1] + GSM_7_JOINED
        starts.append(end - 1 if ord(escaped[end - 1]) == ESCAPE else end)
    return starts


def _ucs_2_starts(units: bytes) -> list[int]:
    """Where each part begins, in bytes of UTF-16."""
    starts = [0]
    while len(units) - starts[-1] > 2 * UCS_2_JOINED:
        end = starts[-1] + 2 * UCS_2_JOINED
        divides_a_pair = 0xD8 <= units[end - 2] <= 0xDB and 0xDC <= units[end] <= 0xDF
        starts.append(end - 2 if divides_a_pair else end)
    return starts


def _cut(whole: AnyStr, starts: list[int]) -> list[AnyStr]:
    return [whole[start:end] for start, end in zip(starts, [*starts[1:], len(whole)], strict=True)]
