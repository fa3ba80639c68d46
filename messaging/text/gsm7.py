"""The GSM 7-bit default alphabet and its extension table (3GPP TS 23.038, 6.2.1 and 6.2.1.1).

Septets are kept one to a byte: packing eight septets into seven bytes is a matter of the wire.
"""

import re
from typing import Final

ESCAPE: Final = 0x1B

# Septet, character, Unicode name.
BASIC: Final[tuple[tuple[int, str, str], ...]] = (
    (0x00, "@", "COMMERCIAL AT"),
    (0x01, "£", "POUND SIGN"),
    (0x02, "$", "DOLLAR SIGN"),
    (0x03, "¥", "YEN SIGN"),
    (0x04, "è", "LATIN SMALL LETTER E WITH GRAVE"),
    (0x05, "é", "LATIN SMALL LETTER E WITH ACUTE"),
    (0x06, "ù", "LATIN SMALL LETTER U WITH GRAVE"),
    (0x07, "ì", "LATIN SMALL LETTER I WITH GRAVE"),
    (0x08, "ò", "LATIN SMALL LETTER O WITH GRAVE"),
    (0x09, "Ç", "LATIN CAPITAL LETTER C WITH CEDILLA"),
    (0x0A, "\n", "LINE FEED"),
    (0x0B, "Ø", "LATIN CAPITAL LETTER O WITH STROKE"),
    (0x0C, "ø", "LATIN SMALL LETTER O WITH STROKE"),
    (0x0D, "\r", "CARRIAGE RETURN"),
    (0x0E, "Å", "LATIN CAPITAL LETTER A WITH RING ABOVE"),
    (0x0F, "å", "LATIN SMALL LETTER A WITH RING ABOVE"),
    (0x10, "Δ", "GREEK CAPITAL LETTER DELTA"),
    (0x11, "_", "LOW LINE"),
    (0x12, "Φ", "GREEK CAPITAL LETTER PHI"),
    (0x13, "Γ", "GREEK CAPITAL LETTER GAMMA"),
    (0x14, "Λ", "GREEK CAPITAL LETTER LAMDA"),
    (0x15, "Ω", "GREEK CAPITAL LETTER OMEGA"),
    (0x16, "Π", "GREEK CAPITAL LETTER PI"),
    (0x17, "Ψ", "GREEK CAPITAL LETTER PSI"),
    (0x18, "Σ", "GREEK CAPITAL LETTER SIGMA"),
    (0x19, "Θ", "GREEK CAPITAL LETTER THETA"),
    (0x1A, "Ξ", "GREEK CAPITAL LETTER XI"),
    (0x1C, "Æ", "LATIN CAPITAL LETTER AE"),
    (0x1D, "æ", "LATIN SMALL LETTER AE"),
    (0x1E, "ß", "LATIN SMALL LETTER SHARP S"),
    (0x1F, "É", "LATIN CAPITAL LETTER E WITH ACUTE"),
    (0x20, " ", "SPACE"),
    (0x21, "!", "EXCLAMATION MARK"),
    (0x22, '"', "QUOTATION MARK"),
    (0x23, "#", "NUMBER SIGN"),
    (0x24, "¤", "CURRENCY SIGN"),
    (0x25, "%", "PERCENT SIGN"),
    (0x26, "&", "AMPERSAND"),
    (0x27, "'", "APOSTROPHE"),
    (0x28, "(", "LEFT PARENTHESIS"),
    (0x29, ")", "RIGHT PARENTHESIS"),
    (0x2A, "*", "ASTERISK"),
    (0x2B, "+", "PLUS SIGN"),
    (0x2C, ",", "COMMA"),
    (0x2D, "-", "HYPHEN-MINUS"),
    (0x2E, ".", "FULL STOP"),
    (0x2F, "/", "SOLIDUS"),
    (0x30, "0", "DIGIT ZERO"),
    (0x31, "1", "DIGIT ONE"),
    (0x32, "2", "DIGIT TWO"),
    (0x33, "3", "DIGIT THREE"),
    (0x34, "4", "DIGIT FOUR"),
    (0x35, "5", "DIGIT FIVE"),
    (0x36, "6", "DIGIT SIX"),
    (0x37, "7", "DIGIT SEVEN"),
    (0x38, "8", "DIGIT EIGHT"),
    (0x39, "9", "DIGIT NINE"),
    (0x3A, ":", "COLON"),
    (0x3B, ";", "SEMICOLON"),
    (0x3C, "<", "LESS-THAN SIGN"),
    (0x3D, "=", "EQUALS SIGN"),
    (0x3E, ">", "GREATER-THAN SIGN"),
    (0x3F, "?", "QUESTION MARK"),
    (0x40, "¡", "INVERTED EXCLAMATION MARK"),
    (0x41, "A", "LATIN CAPITAL LETTER A"),
    (0x42, "B", "LATIN CAPITAL LETTER B"),
    (0x43, "C", "LATIN CAPITAL LETTER C"),
    (0x44, "D", "LATIN CAPITAL LETTER D"),
    (0x45, "E", "LATIN CAPITAL LETTER E"),
    (0x46, "F", "LATIN CAPITAL LETTER F"),
    (0x47, "G", "LATIN CAPITAL LETTER G"),
    (0x48, "H", "LATIN CAPITAL LETTER H"),
    (0x49, "I", "LATIN CAPITAL LETTER I"),
    (0x4A, "J", "LATIN CAPITAL LETTER J"),
    (0x4B, "K", "LATIN CAPITAL LETTER K"),
    (0x4C, "L", "LATIN CAPITAL LETTER L"),
    (0x4D, "M", "LATIN CAPITAL LETTER M"),
    (0x4E, "N", "LATIN CAPITAL LETTER N"),
    (0x4F, "O", "LATIN CAPITAL LETTER O"),
    (0x50, "P", "LATIN CAPITAL LETTER P"),
    (0x51, "Q", "LATIN CAPITAL LETTER Q"),
    (0x52, "R", "LATIN CAPITAL LETTER R"),
    (0x53, "S", "LATIN CAPITAL LETTER S"),
    (0x54, "T", "LATIN CAPITAL LETTER T"),
    (0x55, "U", "LATIN CAPITAL LETTER U"),
    (0x56, "V", "LATIN CAPITAL LETTER V"),
    (0x57, "W", "LATIN CAPITAL LETTER W"),
    (0x58, "X", "LATIN CAPITAL LETTER X"),
    (0x59, "Y", "LATIN CAPITAL LETTER Y"),
    (0x5A, "Z", "LATIN CAPITAL LETTER Z"),
    (0x5B, "Ä", "LATIN CAPITAL LETTER A WITH DIAERESIS"),
    (0x5C, "Ö", "LATIN CAPITAL LETTER O WITH DIAERESIS"),
    (0x5D, "Ñ", "LATIN CAPITAL LETTER N WITH TILDE"),
    (0x5E, "Ü", "LATIN CAPITAL LETTER U WITH DIAERESIS"),
    (0x5F, "§", "SECTION SIGN"),
    (0x60, "¿", "INVERTED QUESTION MARK"),
    (0x61, "a", "LATIN SMALL LETTER A"),
    (0x62, "b", "LATIN SMALL LETTER B"),
    (0x63, "c", "LATIN SMALL LETTER C"),
    (0x64, "d", "LATIN SMALL LETTER D"),
    (0x65, "e", "LATIN SMALL LETTER E"),
    (0x66, "f", "LATIN SMALL LETTER F"),
    (0x67, "g", "LATIN SMALL LETTER G"),
    (0x68, "h", "LATIN SMALL LETTER H"),
    (0x69, "i", "LATIN SMALL LETTER I"),
    (0x6A, "j", "LATIN SMALL LETTER J"),
    (0x6B, "k", "LATIN SMALL LETTER K"),
    (0x6C, "l", "LATIN SMALL LETTER L"),
    (0x6D, "m", "LATIN SMALL LETTER M"),
    (0x6E, "n", "LATIN SMALL LETTER N"),
    (0x6F, "o", "LATIN SMALL LETTER O"),
    (0x70, "p", "LATIN SMALL LETTER P"),
    (0x71, "q", "LATIN SMALL LETTER Q"),
    (0x72, "r", "LATIN SMALL LETTER R"),
    (0x73, "s", "LATIN SMALL LETTER S"),
    (0x74, "t", "LATIN SMALL LETTER T"),
    (0x75, "u", "LATIN SMALL LETTER U"),
    (0x76, "v", "LATIN SMALL LETTER V"),
    (0x77, "w", "LATIN SMALL LETTER W"),
    (0x78, "x", "LATIN SMALL LETTER X"),
    (0x79, "y", "LATIN SMALL LETTER Y"),
    (0x7A, "z", "LATIN SMALL LETTER Z"),
    (0x7B, "ä", "LATIN SMALL LETTER A WITH DIAERESIS"),
    (0x7C, "ö", "LATIN SMALL LETTER O WITH DIAERESIS"),
    (0x7D, "ñ", "LATIN SMALL LETTER N WITH TILDE"),
    (0x7E, "ü", "LATIN SMALL LETTER U WITH DIAERESIS"),
    (0x7F, "à", "LATIN SMALL LETTER A WITH GRAVE"),
)

# Each is sent as ESCAPE and this septet, so it costs two.
EXTENSION: Final[tuple[tuple[int, str, str], ...]] = (
    (0x0A, "\f", "FORM FEED"),
    (0x14, "^", "CIRCUMFLEX ACCENT"),
    (0x28, "{", "LEFT CURLY BRACKET"),
    (0x29, "}", "RIGHT CURLY BRACKET"),
    (0x2F, "\\", "REVERSE SOLIDUS"),
    (0x3C, "[", "LEFT SQUARE BRACKET"),
    (0x3D, "~", "TILDE"),
    (0x3E, "]", "RIGHT SQUARE BRACKET"),
    (0x40, "|", "VERTICAL LINE"),
    (0x65, "€", "EURO SIGN"),
)

BASIC_CHARACTERS: Final = "".join(character for _, character, _ in BASIC)
EXTENSION_CHARACTERS: Final = "".join(character for _, character, _ in EXTENSION)

_SEPTETS: Final = {ord(character): chr(septet) for septet, character, _ in BASIC} | {
    ord(character): chr(ESCAPE) + chr(septet) for septet, character, _ in EXTENSION
}
_FOREIGN: Final = re.compile(f"[^{re.escape(BASIC_CHARACTERS + EXTENSION_CHARACTERS)}]")

# What is not in the table decodes to itself: some carriers put Latin-1 where GSM-7 is announced.
_CHARACTERS: Final = {septet: character for septet, character, _ in BASIC}
_ESCAPED: Final = {chr(septet): character for septet, character, _ in EXTENSION}
_ESCAPE_PAIR: Final = re.compile(chr(ESCAPE) + "(.?)", re.DOTALL)


class NotGsm7(ValueError):
    """The text has a character that GSM-7 cannot carry; the first one is `character`."""

    def __init__(self, character: str) -> None:
        super().__init__(f"not in GSM-7: U+{ord(character):04X}")
        self.character = character


def encode(text: str) -> bytes:
    """Septets, one to a byte. Raises NotGsm7."""
    foreign = _FOREIGN.search(text)
    if foreign:
        raise NotGsm7(foreign[0])
    return text.translate(_SEPTETS).encode("latin-1")


def decode(septets: bytes) -> str:
    """Text of septets, one to a byte; never raises.

    An escape to nothing we know shows the basic character, as 23.038 asks of a handset; an escape
    of an escape, or at the end, shows a space.
    """
    text = septets.decode("latin-1")
    if chr(ESCAPE) not in text:
        return text.translate(_CHARACTERS)
    decoded, at = [], 0
    for pair in _ESCAPE_PAIR.finditer(text):
        decoded.append(text[at : pair.start()].translate(_CHARACTERS))
        decoded.append(_escaped(pair[1]))
        at = pair.end()
    decoded.append(text[at:].translate(_CHARACTERS))
    return "".join(decoded)


def _escaped(septet: str) -> str:
    if septet in ("", chr(ESCAPE)):
        return " "
    return _ESCAPED.get(septet) or septet.translate(_CHARACTERS)
