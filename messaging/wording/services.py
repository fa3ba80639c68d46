"""Keeping templates: the admin keeps the global ones, a user the personal ones."""

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.audit.actors import Actor
from accounts.audit.services import record
from accounts.departments.models import Department
from accounts.people.models import Person
from messaging.text import segments
from messaging.text.repair import with_plain_line_ends
from messaging.wording.examples import example_text
from messaging.wording.models import Template, TemplateVersion
from messaging.wording.starter import STARTER_PACK
from smsportal.lib.errors import Refused

MOST_PARTS = 6
ADMIN, USER = "manage_global_wording", "keep_personal_wording"


@transaction.atomic
def add(*, name: str, body: str, by: Person, now: dt.datetime) -> Template:
    """A new template: an admin's is global, a user's personal. Raises Refused."""
    name, body = _checked(name, body)
    owner = _owner(by)
    template = _saved(
        Template(
            department_id=by.department_id,
            owner=owner,
            name=name,
            body=body,
            created_at=now,
            updated_at=now,
        )
    )
    _add_version(template, by, now)
    _record(template, by, now, "templates.added", "added")
    return template


@transaction.atomic
def edit(*, template: Template, name: str, body: str, by: Person, now: dt.datetime) -> Template:
    """New words are a new version; what was sent with the old ones keeps them. Raises Refused."""
    name, body = _checked(name, body)
    template = _mine(template, by)
    if (name, body) == (template.name, template.body):
        return template
    is_new_version = body != template.body
    template.name, template.body, template.updated_at = name, body, now
    if is_new_version:
        template.version_count += 1
    _saved(template)
    if is_new_version:
        _add_version(template, by, now)
    _record(template, by, now, "templates.changed", "changed")
    return template


@transaction.atomic
def archive(*, template: Template, by: Person, now: dt.datetime) -> Template:
    template = _mine(template, by)
    if template.archived_at is None:
        template.archived_at = now
        template.save(update_fields=["archived_at"])
        _record(template, by, now, "templates.archived", "archived")
    return template


@transaction.atomic
def restore(*, template: Template, by: Person, now: dt.datetime) -> Template:
    """Raises Refused when another template has the name by now."""
    template = _mine(template, by)
    if template.archived_at is not None:
        template.archived_at = None
        _saved(template)
        _record(template, by, now, "templates.restored", "brought back")
    return template


@transaction.atomic
def add_starter_pack(*, department: Department, by: Actor, now: dt.datetime) -> list[Template]:
    """The words that most departments want (S1 to S5), global. Names in use are passed over."""
    if by.department_id not in (None, department.pk) or not by.may(ADMIN):
        raise PermissionDenied("Global templates are kept by department administrators.")
    taken = set(
        Template.objects.live()
        .filter(department=department, owner__isnull=True)
        .values_list("name", flat=True)
    )
    templates = [
        Template(department=department, name=name, body=body, created_at=now, updated_at=now)
        for name, body in STARTER_PACK
        if name not in taken
    ]
    Template.objects.bulk_create(templates)
    TemplateVersion.objects.bulk_create(
        TemplateVersion(
            template=template, number=1, body=template.body, created_at=now, by_name=by.audit_name
        )
        for template in templates
    )
    if templates:
        names = ", ".join(template.name for template in templates)
        words = f"{by.audit_name} added the starter templates: {names}."
        record(by=by, verb="templates.added", words=words, now=now, department_id=department.pk)
    return templates


def used(*, template_id: int, now: dt.datetime) -> None:
    """Notes that a message was sent with this template."""
    Template.objects.filter(pk=template_id).update(last_used_at=now)


def _checked(name: str, body: str) -> tuple[str, str]:
    name, body = " ".join(name.split()), with_plain_line_ends(body).strip()
    if not name:
        raise Refused("Give the template a name, so that it can be found.", field="id_name")
    if not body:
        raise Refused("Write the words of the template.", field="id_body")
    part_count = segments.measure(example_text(body, {})).parts
    if part_count > MOST_PARTS:
        raise Refused(
            f"This is {part_count} texts long. The longest message is {MOST_PARTS} texts.",
            field="id_body",
        )
    return name, body


def _owner(by: Person) -> Person | None:
    if by.may(ADMIN):
        return None
    if by.may(USER):
        return by
    raise PermissionDenied("Templates are for departments.")


def _mine(template: Template, by: Person) -> Template:
    """The row, locked. Raises PermissionDenied for one that somebody else keeps."""
    mine = Template.objects.editable_by(by).select_for_update().filter(pk=template.pk).first()
    if mine is None:
        raise PermissionDenied("Global templates are kept by your department's administrators.")
    return mine


def _saved(template: Template) -> Template:
    try:
        with transaction.atomic():
            template.save()
    except IntegrityError as error:
        kind = "personal" if template.owner_id else "global"
        words = f"There is a {kind} template called {template.name} already. Choose another name."
        raise Refused(words, field="id_name") from error
    return template


def _add_version(template: Template, by: Person, now: dt.datetime) -> None:
    TemplateVersion.objects.create(
        template=template,
        number=template.version_count,
        body=template.body,
        created_at=now,
        by_name=by.audit_name,
    )


def _record(template: Template, by: Person, now: dt.datetime, verb: str, deed: str) -> None:
    if template.is_global:
        words = f"{by.audit_name} {deed} the global template {template.name}."
        record(words=words, by=by, verb=verb, now=now, on=template)
    else:
        # The administrator reads the activity, and what is personal is nobody else's business.
        record(words=f"{by.audit_name} {deed} a personal template.", by=by, verb=verb, now=now)
