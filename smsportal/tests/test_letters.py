"""The mails of sign-in, as they leave: in our words, and with names as they are written."""

from datetime import UTC, datetime, timedelta

import pytest
from django.template.loader import render_to_string

from accounts.people.models import Person

LINK = "https://sms.example.ac.uk/account/password/reset/key/x1-y2/?a=1&b=2"
PERSON = Person(username="phys0423", name="Aoife O'Brien <b>")


def letter(kind: str) -> str:
    now = datetime(2026, 5, 15, 13, 4, tzinfo=UTC)
    context = {
        "user": PERSON,
        "password_reset_url": LINK,
        "service_desk": "01632 960999",
        "now": now,
        "until": now + timedelta(minutes=30),
    }
    return render_to_string(f"account/email/password_reset_key_{kind}", context)


def test_the_plain_letter_writes_names_and_links_as_they_are():
    assert letter("message.txt").strip() == (
        "Hello Aoife O'Brien <b>. Someone, we hope you, asked for a new password for phys0423.\n"
        "\n"
        f"Choose a new password: {LINK}\n"
        "The link works once, until today at 2:34pm.\n"
        "\n"
        "If it was not you, do nothing: your password has not changed.\n"
        "\n"
        'Sent because of "Forgot password?" on the sign-in page.\n'
        "Service Desk 01632 960999."
    )


def test_the_html_letter_says_the_same_and_lets_no_markup_in():
    shown = letter("message.html")
    assert "Hello Aoife O&#x27;Brien &lt;b&gt;." in shown
    assert 'href="https://sms.example.ac.uk/account/password/reset/key/x1-y2/?a=1&amp;b=2"' in shown
    assert "Service Desk 01632 960999." in shown


def test_the_subject_is_one_line():
    assert letter("subject.txt").strip() == "Choose a new password for SMS Portal"


@pytest.mark.parametrize(
    "name",
    [
        "account/email/password_changed",
        "account/email/password_reset",
        "mfa/email/totp_activated",
        "mfa/email/totp_deactivated",
        "mfa/email/webauthn_added",
        "mfa/email/webauthn_removed",
        "mfa/email/recovery_codes_generated",
    ],
)
def test_a_change_of_how_an_account_is_kept_safe_says_what_to_do_if_it_was_not_you(name):
    said = {"user": PERSON, "ip": "198.51.100.23", "user_agent": "curl", "timestamp": ""}
    text = render_to_string(f"{name}_message.txt", said)
    assert text.startswith("Hello Aoife O'Brien <b>.")
    assert "It was done from 198.51.100.23" in text
    assert "If it was not you, choose a new password now" in text
    assert len(render_to_string(f"{name}_subject.txt", said).strip().splitlines()) == 1
