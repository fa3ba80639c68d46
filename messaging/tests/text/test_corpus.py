"""One corpus for the server's count, the browser's and a count by the book."""

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.tests.text.reference import EXTENSION, GSM_7, reference
from messaging.text import segments
from messaging.text.repair import REPAIRS, repair

ROOT = Path(__file__).parents[3]
CORPUS = json.loads((ROOT / "messaging/text/corpus.json").read_text())
TWIN = ROOT / "static/js/segments.js"


def as_dict(encoding, units, parts):
    return {"encoding": encoding, "units": units, "parts": parts}


def test_the_corpus_is_right_by_the_book():
    assert [as_dict(*reference(row["text"])) | {"text": row["text"]} for row in CORPUS] == CORPUS


def test_the_corpus_has_what_it_takes():
    texts = {row["text"] for row in CORPUS}

    assert len(texts) == len(CORPUS) >= 500
    assert texts >= set("".join(GSM_7.values())) | set(EXTENSION)
    straddling = [row for row in CORPUS if row["parts"] > -(-row["units"] // joined(row))]
    assert {row["encoding"] for row in straddling if row["units"] > alone(row)} == {
        "GSM-7",
        "UCS-2",
    }


def joined(row):
    return 153 if row["encoding"] == "GSM-7" else 67


def alone(row):
    return 160 if row["encoding"] == "GSM-7" else 70


def test_the_server_measures_the_corpus_as_expected():
    sizes = [segments.measure(row["text"]) for row in CORPUS]

    assert [as_dict(*size[:3]) for size in sizes] == [
        as_dict(row["encoding"], row["units"], row["parts"]) for row in CORPUS
    ]


mixed = st.text(alphabet="a€’😀", min_size=50, max_size=500)


@given(mixed | st.text(alphabet="ab€", min_size=140, max_size=700) | st.text(max_size=200))
def test_the_server_counts_any_text_by_the_book(text):
    assert segments.measure(text)[:3] == reference(text)


# The twin runs as the browser runs it: a classic script with a window. Texts go in and out as
# escapes, since lone surrogates do not survive UTF-8.
RUN = r"""
const vm = require("node:vm"), fs = require("node:fs");
const context = { window: {} };
vm.runInNewContext(fs.readFileSync(process.argv[1], "utf8"), context);
const { smsMeasure, smsRepair } = context.window;
const texts = JSON.parse(fs.readFileSync(0, "utf8"));
const answers = texts.map((text) => ({ measure: smsMeasure(text), repair: smsRepair(text),
                                       bare: smsRepair(text, true) }));
const escaped = (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0");
process.stdout.write(JSON.stringify(answers).replace(/[^\x00-\x7f]/g, escaped));
"""


def answers_of_the_twin(texts):
    run = subprocess.run(
        ["node", "-e", RUN, str(TWIN)],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return json.loads(run.stdout)


def answer_of_the_server(text):
    size = segments.measure(text)
    return {
        "measure": {
            "encoding": size.encoding,
            "units": size.units,
            "parts": size.parts,
            "remaining": size.remaining,
            "room": size.room,
            "fills": segments.fills(text),
            "forcing": segments.forcing(text),
        },
        "repair": repaired(text, accents=False),
        "bare": repaired(text, accents=True),
    }


def repaired(text, *, accents):
    after, changes = repair(text, accents=accents)
    shown = [{"before": each.before, "after": each.after, "count": each.count} for each in changes]
    return {"text": after, "changes": shown}


@pytest.mark.node
def test_the_browser_and_the_server_agree_on_the_corpus():
    texts = [row["text"] for row in CORPUS]

    assert answers_of_the_twin(texts) == [answer_of_the_server(text) for text in texts]


@pytest.mark.node
def test_the_browser_and_the_server_agree_on_every_character_of_the_common_plane():
    """A thousand at a time, each of them beside a letter so that joiners and accents count."""
    characters = [chr(code) for code in range(0x10000) if not 0xD800 <= code <= 0xDFFF]
    characters += [character for character, _, _ in REPAIRS]
    texts = ["e".join(characters[at : at + 1000]) for at in range(0, len(characters), 1000)]

    assert answers_of_the_twin(texts) == [answer_of_the_server(text) for text in texts]
