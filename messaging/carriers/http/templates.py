"""Requests with gaps: ((number)), ((body)) and their like, filled in once and never read again."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from messaging.carriers.base import OutgoingText

GAP: Final = re.compile(r"\(\(\s*([a-z_ ]+?)\s*\)\)")
# What a gap may be called, and what the page says of it.
GAPS: Final = {
    "number": "the number, with its +",
    "digits": "the number, digits alone",
    "sender": "the sender",
    "body": "the text",
    "reference": "our own reference",
    "minutes": "how long it may keep trying",
    "secret": "the secret below",
}
OF_THE_ACCOUNT: Final = frozenset({"reference", "secret"})  # these may stand in a header


def values_of(text: OutgoingText, secret: str) -> dict[str, str]:
    """What fills the gaps for a text, but for how long it may take."""
    return {
        "number": text.number,
        "digits": text.number.removeprefix("+"),
        "sender": text.sender,
        "body": text.body,
        "reference": text.reference,
        "secret": secret,
    }


class Wrong(ValueError):
    """A template that cannot be filled in; its words are a sentence."""


def gaps_of(template: str) -> list[str]:
    return GAP.findall(template)


def check_gaps(template: str, known: Iterable[str] = GAPS) -> None:
    """Raises Wrong."""
    for name in gaps_of(template):
        if name not in known:
            allowed = ", ".join(f"(({each}))" for each in GAPS if each in known)
            raise Wrong(f"(({name})) is nothing that can stand here. There are {allowed}.")


def fill(template: str, values: Mapping[str, str]) -> str:
    return GAP.sub(lambda gap: values[gap[1]], template)


def fill_json(tree: Any, values: Mapping[str, str]) -> Any:
    """The strings of a parsed template, however deep; a text cannot break out of its place."""
    if isinstance(tree, str):
        return fill(tree, values)
    if isinstance(tree, dict):
        return {key: fill_json(value, values) for key, value in tree.items()}
    if isinstance(tree, list):
        return [fill_json(each, values) for each in tree]
    return tree


def json_template(template: str) -> Any:
    """Raises Wrong."""
    try:
        return json.loads(template)
    except ValueError as why:
        where = getattr(why, "lineno", 1)
        raise Wrong(f"This is no JSON: it goes wrong in line {where}.") from None


def pairs(template: str) -> list[tuple[str, str]]:
    """One name=value a line, or as an address has them. Raises Wrong."""
    if "\n" not in template and "&" in template:
        return parse_qsl(template, keep_blank_values=True)
    found = []
    for line in filter(None, (line.strip() for line in template.splitlines())):
        name, equals, value = line.partition("=")
        if not equals or not name.strip():
            raise Wrong(f"{line[:40]} is no name=value.")
        found.append((name.strip(), value.strip()))
    return found


def fill_pairs(found: list[tuple[str, str]], values: Mapping[str, str]) -> bytes:
    return urlencode([(name, fill(value, values)) for name, value in found]).encode()


def fill_address(url: str, values: Mapping[str, str]) -> str:
    """Only its query has gaps."""
    parts = urlsplit(url)
    query = [(n, fill(v, values)) for n, v in parse_qsl(parts.query, keep_blank_values=True)]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query), ""))


def headers(template: str) -> dict[str, str]:
    """One Name: value a line. Raises Wrong."""
    found = {}
    for line in filter(None, (line.strip() for line in template.splitlines())):
        name, colon, value = line.partition(":")
        if not colon or not re.fullmatch(r"[A-Za-z0-9-]+", name):
            raise Wrong(f"{line[:40]} is no Name: value.")
        if not value.isascii() or not value.isprintable():
            raise Wrong(f"{name} has letters in it that a header cannot carry.")
        if name.lower() in ("host", "content-length", "transfer-encoding", "connection"):
            raise Wrong(f"{name} is set by us.")
        found[name] = value.strip()
    return found


def table(lines: str) -> dict[str, str]:
    """One code = meaning a line. Raises Wrong."""
    found = {}
    for line in filter(None, (line.strip() for line in lines.splitlines())):
        code, equals, meaning = (each.strip() for each in line.partition("="))
        if not equals or not code or not meaning:
            raise Wrong(f"{line[:40]} is no code = meaning.")
        found[code.lower()] = meaning
    return found
