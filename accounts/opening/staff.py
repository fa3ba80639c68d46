"""Who may be on the team that runs the portal: words for whoever types it in."""

import re

from accounts.people.details import ADDRESS, LONGEST_NAME, tidy_username
from smsportal.lib.errors import Refused

USERNAME = re.compile(r"[a-z][a-z0-9._-]{2,49}")


def clean_staff(username: str, name: str, email: str) -> tuple[str, str, str]:
    """The three as they are stored. Raises Refused for the first that is wrong."""
    username, name, email = tidy_username(username), " ".join(name.split()), email.strip()
    if not USERNAME.fullmatch(username):
        raise Refused(
            f"“{username}” cannot be a username. It has 3 to 50 small letters, digits, full stops, "
            "hyphens or underscores, and begins with a letter.",
            field="username",
        )
    if not name or len(name) > LONGEST_NAME:
        raise Refused("Give the name of the person, up to 120 characters.", field="name")
    if not ADDRESS.fullmatch(email):
        raise Refused(
            f"“{email}” is not a whole email address: it needs a name, an @ and a domain.",
            field="email",
        )
    return username, name, email
