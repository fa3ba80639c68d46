"""The story of a text, line by line, in words."""

import datetime as dt
from typing import Protocol

from messaging.sending.states import Phase
from smsportal.lib.words import when

DECISIONS = (Phase.GRANTED, Phase.TREATED)
# What its department reads of it; how attempts ended is said by the text's own state.
FOR_DEPARTMENT = (*DECISIONS, Phase.RESENT, Phase.REPORTED)


class Line(Protocol):
    """The fields of an Attempt that its words are made of."""

    phase: str
    at: dt.datetime
    words: str
    granted_by_name: str


def what_happened(line: Line) -> str:
    """For the messaging team: "No answer: the network never answered." """
    said = Phase(line.phase).label
    by = f", by {_name(line)}" if line.granted_by_name else ""  # a person, or a setting
    why = line.words.rstrip(".")
    return f"{said}{by}: {why[:1].lower()}{why[1:]}" if why else f"{said}{by}"


def for_department(line: Line, *, now: dt.datetime) -> str:
    """For who sent it, and who looks on: what was decided, by whom, when and why."""
    at = when(line.at, now=now)
    team = f"{_name(line)} of the messaging team"
    if line.phase == Phase.GRANTED and not _is_person(line):
        return f"{at}: it went out again by itself, so it may arrive twice ({line.words})."
    if line.phase == Phase.GRANTED:
        return f"{at}: {team} had it sent again, so it may arrive twice ({line.words})."
    if line.phase == Phase.TREATED:
        return f"{at}: {team} treated it as not sent ({line.words})."
    if line.phase == Phase.REPORTED:
        return f"{at}: the network reported it as {line.words.lower()}."
    return f"{at}: no answer came, so it went out again. Its network takes no second copy."


def _is_person(line: Line) -> bool:
    """A person's name has the username behind it; a setting's has none."""
    return " (" in line.granted_by_name


def _name(line: Line) -> str:
    return line.granted_by_name.partition(" (")[0]
