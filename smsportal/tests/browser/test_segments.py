"""The counter beside the message box, in a real browser: the same corpus as the server's."""

import json

import pytest
from django.conf import settings

pytestmark = pytest.mark.browser


def test_the_browser_counts_the_corpus_as_the_server_does(browser):
    corpus = json.loads((settings.BASE_DIR / "messaging/text/corpus.json").read_text())
    page = browser.new_page()
    page.add_script_tag(path=settings.BASE_DIR / "static/js/segments.js")

    # As text, since the wire of the driver mends lone surrogates.
    counted = page.evaluate(
        """corpus => JSON.parse(corpus).map(({ text }) => {
            const { encoding, units, parts } = smsMeasure(text);
            return { encoding, units, parts };
        })""",
        json.dumps(corpus),
    )
    page.close()

    assert counted == [{key: row[key] for key in ("encoding", "units", "parts")} for row in corpus]
