from accounts.people.roles import RoleName
from smsportal.navigation import TABS


def labels(role):
    return [tab.label for tab in TABS[role]]


def test_each_role_has_the_tabs_of_the_help_pages():
    assert labels(RoleName.USER) == ["Messages", "Contacts", "Templates", "My profile"]
    assert labels(RoleName.ADMIN) == [
        "Users",
        "Department admins",
        "Contacts",
        "Templates",
        "Messages",
        "My profile",
    ]
    assert labels(RoleName.OPERATOR) == ["Departments", "Activity", "My profile"]
    assert labels(RoleName.FINANCE) == ["My profile"]


def test_no_role_is_without_tabs():
    assert set(TABS) == set(RoleName)
