"""What a mail server's reply means, step by step."""

import pytest

from messaging.carriers.base import Outcome
from messaging.carriers.email.status import Reply, Step, verdict

MAIL, RCPT, DATA, DOT = Step.MAIL, Step.RCPT, Step.DATA, Step.DOT


@pytest.mark.parametrize(
    ("step", "code", "words", "outcome"),
    [
        (DOT, 250, "2.0.0 Ok: queued", Outcome.ACCEPTED),
        (DOT, 250, "5.1.1 what", Outcome.ACCEPTED),  # the basic code decides
        (MAIL, 421, "4.4.2 time is over", Outcome.NOT_TRIED),
        (RCPT, 421, "", Outcome.NOT_TRIED),
        (DOT, 421, "4.3.0 closing", Outcome.NOT_TRIED),
        (MAIL, 421, "4.7.0 too many connections", Outcome.THROTTLED),
        (RCPT, 450, "4.7.1 too many recipients", Outcome.THROTTLED),
        (RCPT, 450, "4.2.0 later", Outcome.NOT_SENT),
        (DOT, 452, "4.3.1 disk full", Outcome.NOT_SENT),
        (DOT, 451, "", Outcome.NOT_SENT),
        (MAIL, 530, "5.7.0 log in first", Outcome.NOT_TRIED),
        (RCPT, 530, "5.7.0 log in first", Outcome.NOT_TRIED),
        (RCPT, 535, "", Outcome.NOT_TRIED),
        (MAIL, 550, "5.1.8 no such domain", Outcome.NOT_TRIED),
        (MAIL, 553, "5.7.1 not your address", Outcome.NOT_TRIED),
        (MAIL, 501, "", Outcome.NOT_TRIED),
        (RCPT, 550, "5.1.1 nobody", Outcome.REFUSED),
        (RCPT, 551, "", Outcome.REFUSED),
        (RCPT, 553, "", Outcome.REFUSED),
        (RCPT, 501, "5.1.3 syntax", Outcome.REFUSED),
        (RCPT, 554, "5.7.1 relay access denied", Outcome.NOT_SENT),
        (RCPT, 550, "5.1.2 no such domain", Outcome.NOT_SENT),
        (RCPT, 556, "", Outcome.NOT_SENT),
        (DATA, 503, "5.5.1 no recipients", Outcome.REFUSED),
        (DATA, 250, "", Outcome.NOT_TRIED),
        (DOT, 552, "5.3.4 too big", Outcome.REFUSED),
        (DOT, 554, "5.7.1 spam", Outcome.REFUSED),
        (DOT, 571, "", Outcome.REFUSED),
        (DOT, 354, "", Outcome.AMBIGUOUS),
        (DOT, -1, "", Outcome.AMBIGUOUS),
        (MAIL, -1, "", Outcome.NOT_TRIED),
    ],
)
def test_what_a_reply_means(step, code, words, outcome):
    assert verdict(step, Reply(code, words)).outcome == outcome


@pytest.mark.parametrize(
    ("code", "words", "named"),
    [
        (550, "5.1.1 <447700900001@sms.example.com>: nobody", "550 5.1.1"),
        (550, "nobody 5.1.1", "550"),
        (550, "4.7.1 of another class", "550"),
        (450, "4.7.123\n4.7.123 two lines", "450 4.7.123"),
    ],
)
def test_a_reply_is_named_by_its_codes_and_never_by_its_words(code, words, named):
    assert Reply(code, words).named == named
