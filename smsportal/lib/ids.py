"""Public ids. Keys are bigint inside; what leaves the house is a UUIDv7."""

import os
import secrets
import time
import uuid

# No 0/O, 1/I/L, U: read aloud over a telephone without doubt.
REFERENCE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def uuid7() -> uuid.UUID:
    """RFC 9562 version 7: 48 bits of milliseconds, then 74 random bits."""
    value = time.time_ns() // 1_000_000 << 80 | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(0x3 << 62) | 2 << 62
    return uuid.UUID(int=value)


def batch_reference() -> str:
    """`M-7K2F9AQ4`: what a person quotes to the service desk.

    It is unique, and there is no second try: with six characters the millionth message would have
    met an earlier one about once in seven hundred times, and failed.
    """
    left, letters = secrets.randbelow(len(REFERENCE_ALPHABET) ** 8), ""
    for _ in range(8):
        left, place = divmod(left, len(REFERENCE_ALPHABET))
        letters += REFERENCE_ALPHABET[place]
    return f"M-{letters}"
