"""What is asked of the sorter: put in line, sort, and what people decide where it cannot."""

from inbound.sorting.services.deciding import assign, dismiss
from inbound.sorting.services.looking import is_something_else, wants_no_more
from inbound.sorting.services.sorting import put_in_line, sort_waiting

__all__ = [
    "assign",
    "dismiss",
    "is_something_else",
    "put_in_line",
    "sort_waiting",
    "wants_no_more",
]
