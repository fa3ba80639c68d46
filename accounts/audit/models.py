"""Who did what, on which object, from where, in words. Append-only, kept so by the database."""

from django.db import models

from accounts.audit.actors import Actor
from smsportal.lib.ids import uuid7


class AuditEventQuerySet(models.QuerySet):
    def visible_to(self, person: Actor) -> "AuditEventQuerySet":
        if person.may("see_all_activity"):
            return self
        if person.may("see_department_activity"):
            return self.filter(department_id=person.department_id)
        return self.none()


class AuditEvent(models.Model):
    """No foreign keys: history must never stand in the way of what it tells about."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=200)
    actor_role = models.CharField(max_length=40)
    department_id = models.BigIntegerField(null=True)
    verb = models.CharField(max_length=60)  # "users.added": what filters ask for
    object_kind = models.CharField(max_length=40, blank=True)
    object_id = models.CharField(max_length=40, blank=True)
    object_name = models.CharField(max_length=200, blank=True)
    words = models.TextField()
    ip = models.GenericIPAddressField(null=True)
    request_id = models.CharField(max_length=40, blank=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-at", "-id"]),
            models.Index(fields=["department_id", "-at", "-id"]),
            models.Index(fields=["object_kind", "object_id"]),
        ]
        constraints = [
            # The activity page asks by the noun before the dot: a verb without one is never found.
            models.CheckConstraint(name="verb_has_a_noun", condition=models.Q(verb__contains="."))
        ]

    def __str__(self) -> str:
        return self.words

    @property
    def who(self) -> str:
        return self.actor_name.partition(" (")[0]

    @property
    def deed(self) -> str:
        """What was done, for a place that says beside it who did it: "Signed in."."""
        said = self.words.removeprefix(f"{self.actor_name} ")
        return said[:1].upper() + said[1:]

    @property
    def username(self) -> str:
        return self.actor_name.partition(" (")[2].rstrip(")")
