"""DKIM, with real signatures over the wire of a real name server."""

import pytest

from messaging.relay.proofs import Peer
from messaging.tests.relay.proofs.conftest import AMIRA, days_ago
from messaging.tests.relay.proofs.zone import BROKEN, SILENT, seconds

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def only_dkim(settings, zone):
    settings.RELAY_PROOFS = ["dkim"]


def test_a_letter_signed_by_the_writers_domain_is_from_its_writer(letter, sign, prove):
    assert prove(sign(letter())) == "PASSED"


def test_whoever_hands_it_in_and_whatever_the_envelope_says(letter, sign, prove):
    raw = sign(letter())

    assert prove(raw, envelope_from="bounces@physics.ox.ac.uk") == "PASSED"
    assert prove(raw, peer=Peer("", "")) == "PASSED"


def test_without_a_signature_nothing_is_proven_and_nothing_is_asked(letter, prove, zone):
    assert prove(letter()) == "FAILED"
    assert zone.asked == 0


@pytest.mark.parametrize(
    "change",
    [
        (b"moved to 2pm", b"moved to 3pm"),
        (b"07700900123@", b"07700900124@"),
        (b"Amira Khan <", b"Gareth Pugh <"),
        (b"See you there", b"See me there"),
    ],
)
def test_a_letter_that_was_changed_proves_nothing(letter, sign, prove, change):
    assert prove(sign(letter()).replace(*change)) == "FAILED"


def test_another_domain_that_signs_it_proves_nothing(letter, sign, prove, zone, record):
    zone.text("s1._domainkey.evil.example.", record)

    assert prove(sign(letter(), "evil.example")) == "FAILED"
    assert zone.asked == 0


def test_another_university_of_ac_uk_is_another_organisation(letter, sign, prove, zone, record):
    zone.text("s1._domainkey.ac.uk.", record)
    zone.text("s1._domainkey.cam.ac.uk.", record)
    zone.text("_dmarc.physics.ox.ac.uk.", "v=DMARC1; p=none")

    assert prove(sign(letter(), "cam.ac.uk")) == "FAILED"
    assert prove(sign(letter(), "ac.uk")) == "FAILED"


@pytest.mark.parametrize(
    ("place", "dmarc", "answer"),
    [
        ("physics.ox.ac.uk", "v=DMARC1; p=reject", "PASSED"),
        ("ox.ac.uk", "v=DMARC1; p=none; adkim=r", "PASSED"),
        ("physics.ox.ac.uk", "v=DMARC1; p=reject; adkim=s", "FAILED"),
        ("ox.ac.uk", "v=DMARC1; p=reject; adkim = s", "FAILED"),
        ("ox.ac.uk", "v=spf1 -all", "FAILED"),
    ],
)
def test_the_organisation_signs_for_the_department_where_dmarc_lets_it(
    letter, sign, prove, zone, record, place, dmarc, answer
):
    zone.text("s1._domainkey.ox.ac.uk.", record)
    zone.text(f"_dmarc.{place}.", dmarc)

    assert prove(sign(letter(), "ox.ac.uk")) == answer


def test_two_dmarc_records_are_none(letter, sign, prove, zone, record):
    zone.text("s1._domainkey.ox.ac.uk.", record)
    zone[("_dmarc.physics.ox.ac.uk.", "TXT")] = ['"v=DMARC1; p=none"', '"v=DMARC1; p=reject"']

    assert prove(sign(letter(), "ox.ac.uk")) == "FAILED"


@pytest.mark.parametrize("left_out", [b"from", b"subject", b"date", b"to"])
def test_a_signature_that_leaves_open_what_matters_proves_nothing(letter, sign, prove, left_out):
    names = [name for name in (b"from", b"to", b"subject", b"date") if name != left_out]
    if left_out == b"from":
        raw = sign(letter()).replace(b"h=from : ", b"h=", 1)
    else:
        raw = sign(letter(), include_headers=names)

    assert prove(raw) == "FAILED"


@pytest.mark.parametrize(
    "line",
    [
        b"Subject: Send me money\r\n",
        b"From: Gareth Pugh <gareth@physics.ox.ac.uk>\r\n",
        b"To: 07700900999@oxsms.co.uk\r\n",
        b"Date: Tue, 12 May 2026 09:00:00 +0100\r\n",
    ],
)
def test_a_second_field_put_on_top_of_a_signed_letter_proves_nothing(letter, sign, prove, line):
    assert prove(line + sign(letter())) == "FAILED"


def test_a_letter_that_went_to_somebody_else_cannot_be_sent_in(letter, sign, prove):
    """Whoever was once written to has a letter with a good signature."""
    raw = sign(letter(To="Bob <bob@example.org>"))

    assert prove(raw) == "FAILED"
    assert prove(b"Cc: 07700900123@oxsms.co.uk\r\n" + raw) == "FAILED"


def test_in_copy_is_meant_for_us_too(letter, sign, prove):
    raw = letter(To="bob@example.org", Cc="Phone <07700900123@OXSMS.co.uk>")

    assert prove(sign(raw, include_headers=[b"from", b"cc", b"subject", b"date"])) == "PASSED"


@pytest.mark.parametrize(
    ("days", "answer"), [(6.9, "PASSED"), (7.1, "FAILED"), (-0.9, "PASSED"), (-1.1, "FAILED")]
)
def test_an_old_letter_cannot_be_sent_in_again(letter, sign, prove, days, answer):
    assert prove(sign(letter(Date=days_ago(days)))) == answer


def test_a_letter_without_a_date_that_can_be_read_proves_nothing(letter, sign, prove):
    assert prove(sign(letter(Date="yesterday"))) == "FAILED"


def test_what_the_session_read_must_be_what_was_signed(letter, sign, prove):
    assert prove(sign(letter()), header_from="gareth@physics.ox.ac.uk") == "FAILED"


def test_sha1_proves_nothing(letter, sign, prove):
    assert prove(sign(letter(), signature_algorithm=b"rsa-sha1")) == "FAILED"


def test_a_key_that_was_taken_back_proves_nothing(letter, sign, prove, zone):
    zone.text("s1._domainkey.physics.ox.ac.uk.", "v=DKIM1; k=rsa; p=")

    assert prove(sign(letter())) == "FAILED"


@pytest.mark.parametrize("silence", [SILENT, BROKEN])
def test_a_name_server_without_an_answer_means_later(letter, sign, prove, zone, silence):
    zone[("s1._domainkey.physics.ox.ac.uk.", "TXT")] = silence

    assert prove(sign(letter())) == "TRY_LATER"


def test_a_silent_name_server_is_not_waited_for_long(letter, sign, prove, zone):
    zone[("s1._domainkey.physics.ox.ac.uk.", "TXT")] = SILENT
    raw = sign(letter())

    assert seconds(lambda: prove(raw)) < 2


def test_a_second_signature_that_holds_is_enough(letter, sign, prove, zone):
    zone[("s2._domainkey.physics.ox.ac.uk.", "TXT")] = SILENT
    raw = sign(letter())
    broken = raw[: raw.index(b"From: Amira")].replace(b"s=s1", b"s=s2")

    assert prove(broken + raw) == "PASSED"


def test_many_signatures_do_not_make_us_ask_much(letter, sign, prove, zone):
    raw = sign(letter())
    field = raw[: raw.index(b"From: Amira")]
    many = b"".join(field.replace(b"s=s1", b"s=x%d" % n) for n in range(200))

    assert prove(many + raw) == "FAILED"
    assert zone.asked <= 3


@pytest.mark.parametrize(
    "value",
    [
        "",
        "v=1",
        "v=1; a=rsa-sha256; d=; s=; h=; b=; bh=",
        "v=1; a=rsa-sha256; d=physics.ox.ac.uk; s=s1; h=from:to:subject:date; b=!!; bh=!!",
        "v=1; a=rsa-sha256; d=physics.ox.ac.uk; s=.; h=from:to:subject:date; b=AAAA; bh=AAAA",
        "v=1; a=rsa-sha256; d=physics.ox.ac.uk; s=\xff; h=from:to:subject:date; b=AAAA; bh=AAAA",
        "v=1; a=ed25519-sha256; d=physics.ox.ac.uk; s=s1; h=from:to:subject:date; b=AAAA; bh=AA==",
        "v=1; v=1; d=d; " * 50,
        "v=1; a=rsa-sha256; d=physics.ox.ac.uk; t=x; s=s1; h=from:to:subject:date; b=A; bh=A",
        "v=1; a=rsa-sha256; d=physics.ox.ac.uk; s="
        + "a" * 300
        + "; h=from:to:subject:date; b=AAAA;"
        " bh=AAAA",
    ],
)
def test_nonsense_proves_nothing_and_breaks_nothing(letter, prove, value):
    assert prove(letter(f"DKIM-Signature: {value}")) == "FAILED"


@pytest.mark.parametrize("raw", [b"", b"\r\n\r\n", b"no header here", b"\x00\xff: x\r\n\r\n"])
def test_what_is_no_letter_proves_nothing(prove, raw):
    assert prove(raw) == "FAILED"


def test_look_alikes_are_other_addresses(letter, sign, prove):
    assert prove(sign(letter()), header_from=AMIRA.replace("a", "\u0430")) == "FAILED"
