"""People a department or one user texts. Global: no owner. Personal: nobody else's business."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.departments.models import Department
from accounts.people.models import Person
from smsportal.lib.ids import uuid7


class BookQuerySet(models.QuerySet):
    """What contacts, groups and imports have in common: a department, and perhaps an owner."""

    def visible_to(self, person: Person) -> "BookQuerySet":
        """Global ones of the department, and one's own. An admin never sees a personal one."""
        if person.department_id is None:
            return self.none()
        return self.filter(
            Q(owner__isnull=True) | Q(owner=person), department_id=person.department_id
        )

    def editable_by(self, person: Person) -> "BookQuerySet":
        """The admin keeps the global ones, a user the personal ones (S84)."""
        if person.may("manage_global_contacts"):
            return self.filter(department_id=person.department_id, owner__isnull=True)
        if person.may("keep_personal_contacts"):
            return self.filter(owner=person)
        return self.none()

    def live(self) -> "BookQuerySet":
        return self.filter(deleted_at__isnull=True)


class Arrival(models.Model):
    """What comes into sight in one moment: setting `at` shows 100,000 new contacts at once."""

    at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="arrival_on_its_way", condition=Q(at__isnull=True))
        ]


class ContactQuerySet(BookQuerySet):
    def live(self) -> "ContactQuerySet":
        """Neither deleted nor still on their way in an import."""
        on_their_way = Arrival.objects.filter(at__isnull=True).values("pk")
        seen = Q(arrival__isnull=True) | ~Q(arrival_id__in=on_their_way)
        return self.filter(seen, deleted_at__isnull=True)

    def in_group(self, group: "Group") -> "ContactQuerySet":
        return self.filter(memberships__group=group)


class Contact(models.Model):
    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="contacts")
    owner = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="personal_contacts"
    )
    number = models.CharField(max_length=16)  # E.164
    first_name = models.CharField(max_length=80, blank=True)
    last_name = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True)
    # The import that made it; undoing one reads its own rows, so this needs no index.
    arrival = models.ForeignKey(
        Arrival, null=True, on_delete=models.PROTECT, related_name="contacts", db_index=False
    )

    objects = ContactQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["department", "owner", "last_name", "first_name"]),
            models.Index(fields=["number"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["department", "number"],
                name="global_contact_once",
                condition=Q(deleted_at__isnull=True, owner__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["owner", "number"],
                name="personal_contact_once",
                condition=Q(deleted_at__isnull=True, owner__isnull=False),
            ),
            models.CheckConstraint(
                name="contact_number_is_e164", condition=Q(number__startswith="+")
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.number

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def is_global(self) -> bool:
        return self.owner_id is None


class Group(models.Model):
    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="groups")
    owner = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="personal_groups"
    )
    name = models.CharField(max_length=80)
    contacts = models.ManyToManyField(Contact, through="Membership", related_name="groups")
    created_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True)

    objects = BookQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["department", "name"],
                name="global_group_once",
                condition=Q(deleted_at__isnull=True, owner__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["owner", "name"],
                name="personal_group_once",
                condition=Q(deleted_at__isnull=True, owner__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_global(self) -> bool:
        return self.owner_id is None


class Membership(models.Model):
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="memberships")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="memberships")
    # The import that added it, so that its undo takes away no other.
    arrival = models.ForeignKey(
        Arrival, null=True, on_delete=models.PROTECT, related_name="memberships", db_index=False
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "contact"], name="in_a_group_once")]
