"""What is asked of the sorter: put in line, sort."""

from inbound.sorting.services.sorting import put_in_line, sort_waiting

__all__ = ["put_in_line", "sort_waiting"]
