"""What one may ask about accounts. Other wings import from here."""

from accounts.people.services.accounts import add_admin, add_user, edit_admin, edit_user
from accounts.people.services.app_passwords import (
    make_app_password,
    person_of,
    revoke_app_password,
)
from accounts.people.services.invitations import add_and_invite, invite
from accounts.people.services.leaving import remove_people, remove_person, restore_person
from accounts.people.services.passwords import force_reset

__all__ = [
    "add_admin",
    "add_and_invite",
    "add_user",
    "edit_admin",
    "edit_user",
    "force_reset",
    "invite",
    "make_app_password",
    "person_of",
    "remove_people",
    "remove_person",
    "restore_person",
    "revoke_app_password",
]
