"""The words of the mails that let people in. Pure: addresses and links are passed in."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Letter:
    subject: str
    body: str


def invitation(*, name: str, username: str, link: str, until: str, inviter: str) -> Letter:
    return Letter(
        "Your SMS Portal account",
        f"Hello {name},\n\n"
        f"{inviter} has opened an account for you in the SMS Portal.\n\n"
        f"Your username is {username}. Choose a password here:\n\n{link}\n\n"
        f"The link works once, until {until}. If it has run out, ask for a new one.\n",
    )


def forced_reset(*, name: str, username: str, link: str, until: str) -> Letter:
    return Letter(
        "Choose a new password for the SMS Portal",
        f"Hello {name},\n\n"
        f"The messaging team has reset the password of {username}. The old one has stopped "
        f"working. Choose a new one here:\n\n{link}\n\n"
        f"The link works once, until {until}.\n",
    )


def forgotten_password(*, name: str, username: str, link: str) -> Letter:
    return Letter(
        "Choose a new password for the SMS Portal",
        f"Hello {name},\n\n"
        f"Somebody, we hope you, asked for a new password for {username}. Choose it here:\n\n"
        f"{link}\n\n"
        "The link works once, for 30 minutes. If you did not ask for it, do nothing: your "
        "password stays as it is.\n",
    )


def password_changed(*, name: str, username: str) -> Letter:
    return Letter(
        "Your SMS Portal password was changed",
        f"Hello {name},\n\n"
        f"The password of {username} has just been changed. If that was not you, use “Forgot "
        "password?” on the sign-in page now, and tell the Service Desk.\n",
    )
