"""What stands in for each field while nobody has been chosen yet."""

from dataclasses import dataclass

from messaging.text.fields import Body, key_of

# What every contact has; a file's columns and answers for everyone give all other fields.
CONTACT_FIELDS = ("first name", "last name", "name")
# A long name, because texts are counted with the longest.
EXAMPLES = {
    "firstname": "Bartholomew",
    "lastname": "Adeyemi-Clarke",
    "name": "Bartholomew Adeyemi-Clarke",
    "room": "the Teaching Lab",
    "time": "2pm",
    "day": "Friday 15 May",
    "building": "Teaching Building",
    "phone": "01632 960142",
}
_CONTACT_KEYS = {key_of(name) for name in CONTACT_FIELDS}


@dataclass(frozen=True)
class FieldRow:
    """One field of a template, as its page shows it."""

    name: str
    written: str
    filled_from: str
    example: str
    is_yes_no: bool


def field_rows(words: str, given: dict[str, str]) -> list[FieldRow]:
    """The fields of `words`, each with the example given by name or a usual one."""
    body = Body(words)
    # A blank value is missing where it would be shown; in a condition it is a no.
    shown = {key_of(name) for name in body.missing(dict.fromkeys(body.fields, ""))}
    return [_row(name, key_of(name), key_of(name) in shown, given) for name in body.fields]


def _row(name: str, key: str, shows_value: bool, given: dict[str, str]) -> FieldRow:
    usual = EXAMPLES.get(key, name) if shows_value else "yes"
    return FieldRow(
        name=name,
        written=f"(({name}))" if shows_value else f"(({name}??…))",
        filled_from=_filled_from(key, shows_value),
        example=given.get(name) or usual,
        is_yes_no=not shows_value,
    )


def _filled_from(key: str, shows_value: bool) -> str:
    if not shows_value:
        return "A column of your file: yes or no"
    if key in _CONTACT_KEYS:
        return "Each contact"
    return "A column of your file, or you, once for everyone"


def example_text(words: str, given: dict[str, str]) -> str:
    """The words with every field filled by an example, to count and to show."""
    values = {row.name: row.example for row in field_rows(words, given)}
    return Body(words).render(values)
