"""What other wings hear of departments."""

from django.dispatch import Signal

# Sent inside the transaction that opens: (department, by, now). Put in what each one begins with.
department_opened = Signal()

# Sent inside the transaction that closes: (department, by, now). Stop what would still go out.
department_closed = Signal()

# Asked before the button is pressed: (department). Answer a list of (count, what, what becomes of
# it), such as (3, "scheduled messages", "are stopped and stay listed").
what_closing_touches = Signal()
