"""What one may ask about accounts. Other wings import from here."""

from accounts.people.services.accounts import add_admin, add_user, edit_admin, edit_user
from accounts.people.services.invitations import invite

__all__ = ["add_admin", "add_user", "edit_admin", "edit_user", "invite"]
