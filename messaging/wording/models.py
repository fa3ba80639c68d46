"""Words kept for use again. A batch keeps the version that it was sent with."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.departments.models import Department
from accounts.people.models import Person
from smsportal.lib.ids import uuid7


class TemplateQuerySet(models.QuerySet):
    def visible_to(self, person: Person) -> "TemplateQuerySet":
        if person.department_id is None:
            return self.none()
        return self.filter(
            Q(owner__isnull=True) | Q(owner=person), department_id=person.department_id
        )

    def editable_by(self, person: Person) -> "TemplateQuerySet":
        if person.may("manage_global_wording"):
            return self.filter(department_id=person.department_id, owner__isnull=True)
        if person.may("keep_personal_wording"):
            return self.filter(owner=person)
        return self.none()

    def live(self) -> "TemplateQuerySet":
        return self.filter(archived_at__isnull=True)


class Template(models.Model):
    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="templates")
    owner = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="personal_templates"
    )
    name = models.CharField(max_length=80)
    body = models.TextField()  # the newest version's words, so that a list needs no join
    version_count = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    archived_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    objects = TemplateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["department", "name"],
                name="global_template_once",
                condition=Q(archived_at__isnull=True, owner__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["owner", "name"],
                name="personal_template_once",
                condition=Q(archived_at__isnull=True, owner__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_global(self) -> bool:
        return self.owner_id is None


class TemplateVersion(models.Model):
    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    body = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    by_name = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["template", "number"], name="version_once")]
