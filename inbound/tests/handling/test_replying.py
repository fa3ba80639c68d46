"""An automatic reply is whole, whatever is known of the person."""

import pytest

from inbound.handling.replying import filled, unknown_fields


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        ("Thank you, ((first name)). We ring you.", "Thank you. We ring you."),
        ("Dear ((first name)), thank you.", "Dear, thank you."),
        ("Dear ((name)) ((number)), thank you.", "Dear 07700 900123, thank you."),
        ("Thank you ((first name))!", "Thank you!"),
        ("((first name)), thank you.", ", thank you."),
    ],
)
def test_a_field_that_is_not_known_leaves_no_gap(reply, text):
    assert filled(reply, {"number": "07700 900123"}) == text


def test_what_is_known_is_filled_in():
    assert filled("Hi ((First Name)), ((keyword))", {"first name": "Bo", "keyword": "HELP"}) == (
        "Hi Bo, HELP"
    )


def test_fields_that_nothing_fills_are_named():
    assert unknown_fields("((title)) ((first name))") == ["title"]
