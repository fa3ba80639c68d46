"""The count by the book, one character after the other: slow, and sharing nothing with the code."""

GSM_7 = {
    0x00: "@£$¥èéùìòÇ\nØø\rÅå",
    0x10: "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ",
    0x20: " !\"#¤%&'()*+,-./",
    0x30: "0123456789:;<=>?",
    0x40: "¡ABCDEFGHIJKLMNO",
    0x50: "PQRSTUVWXYZÄÖÑÜ§",
    0x60: "¿abcdefghijklmno",
    0x70: "pqrstuvwxyzäöñüà",
}
EXTENSION = "\f^{}\\[~]|€"


def reference(text):
    """(encoding, units, parts) of a text that came from JSON, so has no two halves of a pair."""
    one = set("".join(GSM_7.values())) - {"\x1b"}
    if all(character in one or character in EXTENSION for character in text):
        encoding, alone, joined = "GSM-7", 160, 153
        costs = [2 if character in EXTENSION else 1 for character in text]
    else:
        encoding, alone, joined = "UCS-2", 70, 67
        costs = [2 if ord(character) > 0xFFFF else 1 for character in text]
    if sum(costs) <= alone:
        return encoding, sum(costs), min(1, len(costs))
    parts, used = 1, 0
    for cost in costs:
        if used + cost > joined:
            parts, used = parts + 1, 0
        used += cost
    return encoding, sum(costs), parts
