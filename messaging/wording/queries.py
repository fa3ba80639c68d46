"""Questions about templates."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from accounts.people.models import Person
from messaging.text import segments
from messaging.wording.examples import example_text, field_rows
from messaging.wording.models import Template, TemplateVersion


@dataclass(frozen=True)
class Listed:
    """A template as the list shows it; `part_count` is with example values."""

    template: Template
    fields: list[str]
    part_count: int


def listed(person: Person, *, find: str = "", archived: bool = False) -> list[Listed]:
    """The templates that a person sees, by name: global ones and the own ones."""
    return [_listed(template) for template in _found(person, find, archived)]


def _found(person: Person, find: str, archived: bool) -> QuerySet[Template]:
    found = Template.objects.visible_to(person).filter(archived_at__isnull=not archived)
    if archived:
        found = found & Template.objects.editable_by(person)
    for word in find.split():
        found = found.filter(Q(name__icontains=word) | Q(body__icontains=word))
    return found.order_by("name", "id")


def _listed(template: Template) -> Listed:
    rows = field_rows(template.body, {})
    return Listed(
        template=template,
        fields=[row.written for row in rows],
        part_count=segments.measure(example_text(template.body, {})).parts,
    )


def version_in_use(template: Template, body: str) -> TemplateVersion | None:
    """The newest version with exactly these words, for a batch to keep."""
    return template.versions.filter(body=body).order_by("-number").first()


def choices(person: Person) -> list[Template]:
    """What can be picked while writing, global ones first."""
    found = Template.objects.visible_to(person).live().order_by("name", "id")
    return sorted(found, key=lambda template: not template.is_global)
