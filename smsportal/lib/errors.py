"""What a person asked for and cannot have: in words that say what is wrong and how to mend it."""


class Refused(Exception):
    """Expected, shown to the person. Everything else crashes loudly and is a fault of ours."""

    def __init__(self, words: str, *, field: str = "") -> None:
        super().__init__(words)
        self.words = words
        self.field = field  # the id of the form field that it belongs to
