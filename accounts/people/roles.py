"""Roles are data: what an administrator reads about a role is what the checks use."""

from dataclasses import dataclass

from smsportal.lib.choices import TextChoices


class RoleName(TextChoices):
    OPERATOR = "operator", "Messaging team"
    ADMIN = "admin", "Department administrator"
    USER = "user", "User"
    FINANCE = "finance", "Finance"


@dataclass(frozen=True)
class Role:
    words: str
    home: str  # the URL name of the page after sign-in
    permissions: frozenset[str]
    needs_second_step: bool = False


# Permissions that no role has: they are given to one person at a time, by that field of theirs.
GIVEN = {"send_emergency": "allow_emergency", "send_by_email": "allow_relay"}

ROLES = {
    RoleName.OPERATOR: Role(
        words="messaging team",
        home="departments:list",
        permissions=frozenset(
            {
                "manage_departments",
                "manage_carriers",
                "manage_inbound",
                "keep_opt_outs_everywhere",
                "decide_texts_in_doubt",
                "reset_admins",
                "hear_of_emergencies",
                "see_all_activity",
                "see_system_mail",
                "see_troubles",
                "stop_everything",
                "manage_tariffs",
                "see_tariffs",
            }
        ),
        needs_second_step=True,
    ),
    RoleName.ADMIN: Role(
        words="department administrator",
        home="people:users",
        permissions=frozenset(
            {
                "manage_users",
                "give_emergency",
                "hear_of_emergencies",
                "manage_admins",
                "manage_global_contacts",
                "manage_global_wording",
                "see_opt_outs",
                "keep_opt_outs",
                "answer_renewal",
                "handle_keywords",
                "see_department_activity",
                "see_department_messages",
                "see_statements",
                "see_department_charges",
                "hear_of_prices",
                "get_delivery_reports",
            }
        ),
    ),
    RoleName.USER: Role(
        words="user",
        home="compose:new",
        permissions=frozenset(
            {
                "send_texts",
                "keep_personal_contacts",
                "keep_personal_wording",
                "see_opt_outs",
                "see_own_messages",
                "get_delivery_reports",
                "see_own_charges",
            }
        ),
    ),
    RoleName.FINANCE: Role(
        words="finance",
        home="reports:charges",
        permissions=frozenset(
            {
                "hear_of_emergencies",
                "hear_of_prices",
                "see_tariffs",
                "see_all_charges",
                "keep_journal",
                "end_years",
            }
        ),
        needs_second_step=True,
    ),
}


def roles_with(permission: str) -> list[RoleName]:
    return [name for name, role in ROLES.items() if permission in role.permissions]
