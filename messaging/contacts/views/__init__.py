"""The CONTACTS tab."""

from messaging.contacts.views.book import (
    add,
    bulk,
    delete,
    edit,
    export,
    list_contacts,
    restore,
)
from messaging.contacts.views.duplicates import duplicates, merge
from messaging.contacts.views.groups import (
    add_group,
    delete_group,
    group,
    list_groups,
    rename_group,
    restore_group,
)

__all__ = [
    "add",
    "add_group",
    "bulk",
    "delete",
    "delete_group",
    "duplicates",
    "edit",
    "export",
    "group",
    "list_contacts",
    "list_groups",
    "merge",
    "rename_group",
    "restore",
    "restore_group",
]
