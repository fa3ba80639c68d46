"""What one sender was about to do, on disk before it does it.

One JSON line each: `{"about": [[message id, attempt], ..]}` before the bytes leave, forced to disk
once a batch, and `{"answer": [..]}` as answers come. After a crash: not in it = never left; in it
without an answer = may have been sent; answered = applied. Half a line at the end was never said.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from io import TextIOWrapper
from pathlib import Path

from messaging.carriers.base import Answer, Outcome, OutgoingText, PartAnswer

COMPACT_OVER_BYTES = 4 * 1024 * 1024

Key = tuple[int, int]  # message id, attempt


@dataclass
class Past:
    """What a journal tells of an earlier life. is_whole: there was one, so silence is evidence."""

    is_whole: bool = False
    about: set[Key] = field(default_factory=set)
    answers: dict[Key, Answer] = field(default_factory=dict)


def read(path: Path) -> Past:
    past = Past()
    for line in path.read_text().splitlines() if path.exists() else ():
        try:
            entry = json.loads(line)
        except ValueError:
            continue  # cut off in the middle of a write: its bytes never left
        past.is_whole = True
        past.about |= {(pk, attempt) for pk, attempt in entry.get("about", ())}
        for each in entry.get("answer", ()):
            answer = _read(each)
            past.answers[answer.message_id, answer.attempt] = answer
    return past


def _line(answer: Answer) -> list:
    parts = [[part.outcome, part.carrier_ref, part.words] for part in answer.parts]
    whole = [answer.message_id, answer.attempt, answer.outcome, answer.carrier_ref]
    return [*whole, answer.code, answer.words, parts]


def _read(line: list | dict) -> Answer:
    if isinstance(line, dict):  # as the version before wrote them
        return Answer(**{**line, "outcome": Outcome(line["outcome"])})
    pk, attempt, outcome, ref, code, words, parts = line
    heard = tuple(PartAnswer(Outcome(part), *of_it) for part, *of_it in parts)
    return Answer(pk, attempt, Outcome(outcome), ref, code, words, heard)


class Journal:
    """The journal of the sender that is alive. Forgets what the database has."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.open_texts: dict[Key, Answer | None] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        self.file = self._start_afresh()

    def about_to_send(self, texts: Iterable[OutgoingText]) -> None:
        """Returns once it is on the disk: only then may the bytes leave."""
        keys = [(text.message_id, text.attempt) for text in texts]
        self._write({"about": keys})
        os.fdatasync(self.file.fileno())
        self.open_texts.update(dict.fromkeys(keys))

    def answered(self, answers: Iterable[Answer]) -> None:
        answers = list(answers)
        self._write({"answer": [_line(answer) for answer in answers]})
        self.open_texts.update({(a.message_id, a.attempt): a for a in answers})

    def recorded(self, answers: Iterable[Answer]) -> None:
        """The database has them."""
        for answer in answers:
            self.open_texts.pop((answer.message_id, answer.attempt), None)
        if self.file.tell() > COMPACT_OVER_BYTES:
            self.file.close()
            self.file = self._start_afresh()

    def close(self) -> None:
        self.file.close()

    def _write(self, entry: dict) -> None:
        self.file.write(json.dumps(entry, separators=(",", ":")) + "\n")
        self.file.flush()

    def _start_afresh(self) -> TextIOWrapper:
        """A new file with what is still open, put in the old one's place in one step."""
        fresh = self.path.with_suffix(".new")
        self.file = fresh.open("w")
        self._write({"about": list(self.open_texts)})
        self._write({"answer": [_line(a) for a in self.open_texts.values() if a is not None]})
        os.fdatasync(self.file.fileno())
        fresh.replace(self.path)
        return self.file
