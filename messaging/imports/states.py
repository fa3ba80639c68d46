"""Where an import and its rows can be."""

from smsportal.lib.choices import TextChoices


class State(TextChoices):
    """Whose turn it is: the person's, or the worker's (CHECKING, APPLYING, UNDOING)."""

    MATCHING = "matching", "Choosing columns and groups"
    CHECKING = "checking", "Being checked"
    CHECKED = "checked", "Checked, waiting for you"
    APPLYING = "applying", "Being imported"
    APPLIED = "applied", "Imported"
    UNDOING = "undoing", "Being undone"
    UNDONE = "undone", "Undone"
    CANCELLED = "cancelled", "Cancelled"
    FAILED = "failed", "Stopped by a fault of ours"


WORKING = (State.CHECKING, State.APPLYING, State.UNDOING)


class Policy(TextChoices):
    """What happens to the name of somebody who is in the book already. Groups are always added."""

    OVERWRITE = "overwrite", "Override duplicates"
    FILL = "fill", "Fill blanks only"
    KEEP = "keep", "Keep mine"


class RowState(TextChoices):
    OK = "ok", "Fine"
    DUPLICATE = "duplicate", "Same number as a row above"
    INVALID = "invalid", "Needs correcting"
    KEPT = "kept", "Changed since, so undo left it alone"
