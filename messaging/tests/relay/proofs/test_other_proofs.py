"""Networks, app passwords, SPF, and what our own front server says."""

import pytest

from accounts.tests.make import make_user
from messaging.relay.proofs import Peer
from messaging.tests.relay.proofs.conftest import AMIRA, OUTSIDE, days_ago
from messaging.tests.relay.proofs.zone import SILENT, seconds

pytestmark = pytest.mark.django_db

SUBMISSION = Peer("10.31.0.25", "smtp.ox.ac.uk")
FRONT = Peer("", "mx.oxsms.co.uk")
PASS = "Authentication-Results: mx.oxsms.co.uk; dmarc=pass (p=none) header.from=physics.ox.ac.uk"


def test_with_no_proof_switched_on_nobody_is_believed(letter, sign, prove, settings, zone):
    settings.RELAY_PROOFS = []

    assert prove(sign(letter(PASS)), peer=FRONT) == "FAILED"
    assert prove(letter(), signed_in=make_user(email=AMIRA, allow_relay=True)) == "FAILED"


# ---------------------------------------------------------------- app passwords


def test_whoever_signed_in_writes_from_the_own_address(letter, prove, settings):
    settings.RELAY_PROOFS = ["password"]
    amira = make_user(email="Amira.Khan@Physics.ox.ac.uk", allow_relay=True)

    assert prove(letter(), signed_in=amira) == "PASSED"
    assert prove(letter(), signed_in=amira, envelope_from="root@freezer") == "PASSED"
    assert prove(letter(), signed_in=amira, header_from="gareth@ox.ac.uk") == "FAILED"


def test_a_good_letter_of_another_does_not_help_who_signed_in(letter, sign, prove, settings, zone):
    settings.RELAY_PROOFS = ["password", "dkim", "network"]
    settings.RELAY_TRUSTED_NETS = ["0.0.0.0/0"]

    assert prove(sign(letter()), signed_in=make_user(allow_relay=True)) == "FAILED"


# ---------------------------------------------------------------- networks


@pytest.fixture
def trusts(settings):
    settings.RELAY_PROOFS = ["network"]
    settings.RELAY_TRUSTED_NETS = ["10.31.0.0/24", "2001:db8:7::/48"]


@pytest.mark.parametrize(
    ("ip", "answer"),
    [
        ("10.31.0.25", "PASSED"),
        ("10.31.1.25", "FAILED"),
        ("2001:db8:7::1", "PASSED"),
        ("2001:db8:8::1", "FAILED"),
        ("::ffff:10.31.0.25", "PASSED"),
        ("", "FAILED"),
        ("elsewhere", "FAILED"),
    ],
)
def test_a_machine_of_ours_is_known_by_its_address(letter, prove, trusts, ip, answer):
    assert prove(letter(), peer=Peer(ip, "smtp")) == answer


@pytest.mark.parametrize(
    ("envelope", "answer"),
    [
        (AMIRA.upper(), "PASSED"),
        ("gareth@physics.ox.ac.uk", "FAILED"),
        ("amira.khan+x@physics.ox.ac.uk", "FAILED"),
        ("\u0430mira.khan@physics.ox.ac.uk", "FAILED"),
        (AMIRA.replace("k", "\u212a"), "FAILED"),  # the Kelvin sign is a small k, says Unicode
        ("", "FAILED"),
    ],
)
def test_it_asked_the_person_of_the_envelope(letter, prove, trusts, envelope, answer):
    assert prove(letter(), peer=SUBMISSION, envelope_from=envelope) == answer


# ---------------------------------------------------------------- SPF


@pytest.fixture
def permits(settings, zone):
    settings.RELAY_PROOFS = ["spf"]

    def publish(words, **names):
        zone.text("physics.ox.ac.uk.", words)
        zone.update(names)

    return publish


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("v=spf1 ip4:192.0.2.0/24 -all", "PASSED"),
        ("v=spf1 a:out.example.org -all", "PASSED"),
        ("v=spf1 mx:example.org -all", "PASSED"),
        ("v=spf1 include:_spf.example.org -all", "PASSED"),
        ("v=spf1 ip4:198.51.100.0/24 -all", "FAILED"),
        ("v=spf1 ip4:198.51.100.0/24 ~all", "FAILED"),
        ("v=spf1 ?all", "FAILED"),
        ("v=spf1 nonsense:x", "FAILED"),
        ("v=spf1 redirect=physics.ox.ac.uk", "FAILED"),
        ("hello", "FAILED"),
    ],
)
def test_the_machine_may_send_for_the_domain(letter, prove, permits, zone, words, answer):
    zone[("out.example.org.", "A")] = ["192.0.2.7"]
    zone[("example.org.", "MX")] = ["10 out.example.org."]
    zone.text("_spf.example.org.", "v=spf1 ip4:192.0.2.7 -all")
    permits(words)

    assert prove(letter()) == answer


def test_spf_says_nothing_of_another_envelope_or_of_our_own_front_server(letter, prove, permits):
    permits("v=spf1 +all")

    assert prove(letter(), envelope_from="bounces@physics.ox.ac.uk") == "FAILED"
    assert prove(letter(), envelope_from="") == "FAILED"
    assert prove(letter(), peer=Peer("127.0.0.1", "mx")) == "FAILED"
    assert prove(letter(), peer=Peer("::1", "mx")) == "FAILED"
    assert prove(letter(), peer=FRONT) == "FAILED"


def test_spf_without_an_answer_means_later(letter, prove, permits, zone):
    zone[("physics.ox.ac.uk.", "TXT")] = SILENT

    assert prove(letter()) == "TRY_LATER"
    assert seconds(lambda: prove(letter())) < 2


def test_ten_look_ups_and_no_more(letter, prove, permits, zone):
    permits("v=spf1 include:n0.example.org -all")
    for n in range(40):
        zone.text(f"n{n}.example.org.", f"v=spf1 include:n{n + 1}.example.org -all")

    assert prove(letter()) == "FAILED"
    assert zone.asked <= 10


def test_one_proof_that_holds_is_enough_where_another_cannot_be_looked_up(
    letter, sign, prove, permits, zone, settings
):
    settings.RELAY_PROOFS = ["dkim", "spf"]
    permits("v=spf1 ip4:192.0.2.7 -all")
    zone[("s1._domainkey.physics.ox.ac.uk.", "TXT")] = SILENT

    assert prove(sign(letter())) == "PASSED"


# ---------------------------------------------------------------- our own front server


@pytest.fixture
def fronted(settings):
    settings.RELAY_PROOFS = ["front"]
    settings.RELAY_AUTHSERV_ID = "mx.oxsms.co.uk"


@pytest.mark.parametrize("peer", [FRONT, Peer("127.0.0.1", "mx"), Peer("::1", "mx")])
def test_our_front_server_is_believed(letter, prove, fronted, peer):
    assert prove(letter(PASS), peer=peer) == "PASSED"


@pytest.mark.parametrize("peer", [OUTSIDE, SUBMISSION, Peer("nonsense", "mx")])
def test_nobody_else_is_believed_under_its_name(letter, prove, fronted, peer):
    assert prove(letter(PASS), peer=peer) == "FAILED"


def test_without_a_name_for_it_no_line_is_believed(letter, prove, fronted, settings):
    settings.RELAY_AUTHSERV_ID = ""

    assert prove(letter(PASS), peer=FRONT) == "FAILED"


@pytest.mark.parametrize(
    "line",
    [
        "Authentication-Results: mx.oxsms.co.uk; dmarc=fail header.from=physics.ox.ac.uk",
        "Authentication-Results: mx.oxsms.co.uk; dmarc=none header.from=physics.ox.ac.uk",
        "Authentication-Results: mx.oxsms.co.uk; dmarc=pass header.from=evil.example",
        "Authentication-Results: mx.oxsms.co.uk; dmarc=pass",
        "Authentication-Results: mx.oxsms.co.uk; spf=pass smtp.mailfrom=amira@physics.ox.ac.uk",
        "Authentication-Results: mx.evil.example; dmarc=pass header.from=physics.ox.ac.uk",
        "Authentication-Results: mx.oxsms.co.uk.evil.example; dmarc=pass "
        "header.from=physics.ox.ac.uk",
        "Authentication-Results: mx.oxsms.co.uk; none",
        "Authentication-Results: mx.oxsms.co.uk (dmarc=pass header.from=physics.ox.ac.uk); none",
        "Authentication-Results: ;;;",
        "Authentication-Results:",
        "X-Authentication-Results: mx.oxsms.co.uk; dmarc=pass header.from=physics.ox.ac.uk",
        "ARC-Authentication-Results: i=1; mx.oxsms.co.uk; dmarc=pass header.from=physics.ox.ac.uk",
    ],
)
def test_no_other_line_is_a_pass(letter, prove, fronted, line):
    assert prove(letter(line), peer=FRONT) == "FAILED"


def test_only_the_topmost_line_counts(letter, prove, fronted):
    """Whatever stands below it was there when the mail came."""
    failed = PASS.replace("pass", "fail")

    assert prove(letter(failed, PASS), peer=FRONT) == "FAILED"
    assert prove(letter("Authentication-Results: other.host; none", PASS), peer=FRONT) == "FAILED"
    assert prove(letter(PASS, failed), peer=FRONT) == "PASSED"


def test_where_the_front_server_could_not_look_it_up_it_is_later(letter, prove, fronted):
    assert prove(letter(PASS.replace("pass", "temperror")), peer=FRONT) == "TRY_LATER"


def test_a_copy_of_a_signed_letter_is_not_let_in_by_its_pass(letter, sign, prove, fronted):
    def fronted_with(raw):
        return prove(PASS.encode() + b"\r\n" + raw, peer=FRONT)

    assert fronted_with(sign(letter())) == "PASSED"
    assert fronted_with(sign(letter(To="bob@example.org"))) == "FAILED"
    assert fronted_with(sign(letter(Date=days_ago(8)))) == "FAILED"
    assert fronted_with(sign(letter(), include_headers=[b"from", b"to", b"date"])) == "FAILED"
    assert fronted_with(b"Subject: Send me money\r\n" + sign(letter())) == "FAILED"
    # A signature of another domain, as of a list that it went over, is not what DMARC passed by.
    assert fronted_with(sign(letter(), "lists.example.org", include_headers=[b"from"])) == "PASSED"
