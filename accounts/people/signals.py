"""What the rest of the portal may want to know about people who leave."""

from django.dispatch import Signal

# Sent inside the transaction: person, by, now, heir (a colleague of the department, or None).
person_left = Signal()

# Asked before the button, with person: receivers answer a list of (words, count), such as
# ("scheduled messages", 3): words in the plural, with an s.
what_leaving_touches = Signal()
