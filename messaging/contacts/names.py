"""How names are kept: one space between words, nothing that does not print."""

import unicodedata

NAME_LENGTH = 80


def tidy(text: str) -> str:
    """Without control and zero-width characters, and with single spaces."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    seen = (" " if unicodedata.category(c) == "Cc" else c for c in text)
    return " ".join("".join(c for c in seen if unicodedata.category(c) != "Cf").split())


def split_groups(text: str) -> list[str]:
    """T4: names split by `;`, each once, in the order written."""
    return list(dict.fromkeys(name for part in text.split(";") if (name := tidy(part))))


def join_groups(names: list[str]) -> str:
    return "; ".join(names)


def split_name(text: str) -> tuple[str, str]:
    """First and last name of a full one: the first word, and the rest."""
    first, _, last = tidy(text).partition(" ")
    return first, last
