import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.relay import answers
from messaging.relay.answers import Unfit
from messaging.relay.recipients import OPERATOR, number_of, path_of
from messaging.tests.relay.talking import outcome

pytestmark = pytest.mark.once
OURS = {"oxsms.co.uk", "sms.ox.ac.uk"}


@pytest.mark.parametrize(
    "local",
    ["07700900123", "+447700900123", "447700900123", "00447700900123", "07700.900-123"],
)
@pytest.mark.parametrize("domain", ["oxsms.co.uk", "OxSMS.co.uk", "oxsms.co.uk.", "sms.ox.ac.uk"])
def test_a_number_is_understood_however_it_is_written(local, domain):
    assert number_of(f"{local}@{domain}", domains=OURS) == "+447700900123"


@pytest.mark.parametrize(
    "address", ["postmaster@oxsms.co.uk", "POSTMASTER@OXSMS.CO.UK", "abuse@oxsms.co.uk"]
)
def test_some_addresses_are_of_those_who_run_it(address):
    assert number_of(address, domains=OURS) == OPERATOR


def test_postmaster_needs_no_domain():
    assert number_of("Postmaster", domains=OURS) == OPERATOR


@pytest.mark.parametrize(
    ("address", "answer"),
    [
        ("07700900123", answers.MALFORMED),
        ("@oxsms.co.uk", answers.MALFORMED),
        ("07700900123@", answers.MALFORMED),
        ("07700900123@example.com", answers.NOT_OURS),
        ("postmaster@example.com", answers.NOT_OURS),
        ("077\u0660\u0660900123@oxsms.co.uk", answers.NOT_ASCII),
        ("07700900123@oxsms.co.uk@oxsms.co.uk", answers.NOT_A_MOBILE),
        ("09011234567@oxsms.co.uk", answers.NOT_ALLOWED),
        ("08001234567@oxsms.co.uk", answers.NOT_ALLOWED),
    ],
)
def test_anything_else_is_refused_for_what_it_is(address, answer):
    with pytest.raises(Unfit) as unfit:
        number_of(address, domains=OURS)
    given, expected = unfit.value.answer, answer
    assert (given.code, given.enhanced) == (expected.code, expected.enhanced)


def test_a_refusal_names_what_was_typed_and_nothing_that_could_do_harm():
    with pytest.raises(Unfit) as unfit:
        number_of("x" * 60 + "@oxsms.co.uk", domains=OURS)
    assert str(unfit.value.answer) == f"550 5.1.1 '{'x' * 60}' is not a mobile number"


@given(st.text(max_size=80))
def test_whatever_is_written_there_is_a_number_or_a_refusal(local):
    number = str(outcome(number_of, f"{local}@oxsms.co.uk", domains=OURS))

    assert answers.is_known(number) or number == OPERATOR or number.startswith("+447")


@pytest.mark.parametrize(
    ("argument", "path"),
    [
        ("<a@b>", ("a@b", "")),
        ("<a@b> SIZE=100 BODY=8BITMIME", ("a@b", "SIZE=100 BODY=8BITMIME")),
        ("<a@b> AUTH=<>", ("a@b", "")),
        ("<a@b> AUTH=x SIZE=1", ("a@b", "SIZE=1")),
        ("a@b", ("a@b", "")),
        ("<>", ("<>", "")),
        ("<> SIZE=1", ("<>", "SIZE=1")),
        ("<a b@c>", (None, None)),
        ("<a@b", (None, None)),
        ("<<a@b>>", (None, None)),
    ],
)
def test_a_path_is_taken_apart(argument, path):
    assert path_of(argument) == path
