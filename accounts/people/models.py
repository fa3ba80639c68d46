"""People who sign in. One person may hold two accounts: X sends, Xadmin administers."""

from typing import Final

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import BigIntegerField, CharField, Q
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.departments.models import Department
from accounts.people.roles import GIVEN, ROLES, RoleName, roles_with
from smsportal.lib import db
from smsportal.lib.ids import uuid7


class PersonQuerySet(models.QuerySet):
    def live(self) -> "PersonQuerySet":
        return self.filter(left_at__isnull=True)

    def users(self) -> "PersonQuerySet":
        return self.filter(role=RoleName.USER)

    def admins(self) -> "PersonQuerySet":
        return self.filter(role=RoleName.ADMIN)

    def having(self, permission: str) -> "PersonQuerySet":
        """Those whose role has it."""
        return self.filter(role__in=roles_with(permission))

    def visible_to(self, person: "Person") -> "PersonQuerySet":
        """Operators see all; an admin the own department; everyone else only themselves."""
        if person.may("manage_departments"):
            return self
        if person.may("manage_users"):
            return self.filter(department_id=person.department_id)
        return self.filter(pk=person.pk)


class PersonSource(BaseUserManager.from_queryset(PersonQuerySet)):  # type: ignore[misc]
    """Gives Django's sign-in what it asks for; accounts are made by services only."""


class Person(AbstractBaseUser):
    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    # A leaver's username moves to "name~id" when somebody else takes it; see shown_username.
    username = models.CharField(max_length=80, unique=True)
    role = models.CharField(max_length=12, choices=RoleName.choices)
    department = models.ForeignKey(
        Department, null=True, on_delete=models.PROTECT, related_name="people"
    )
    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    other_domain_reason = models.CharField(max_length=200, blank=True)  # S28
    extension = models.CharField(max_length=20, blank=True)
    my_mobile = models.CharField(max_length=16, blank=True)  # E.164, for "Text me a test"
    allow_relay = models.BooleanField(default=False)  # S68
    # How emailed texts go, as the person chose it under My profile.
    relays_from_number = models.BooleanField(default=False)
    groups_alarms = models.BooleanField(default=False)
    wants_relay_summary = models.BooleanField(default=False)
    relay_summary_at = models.DateTimeField(null=True)  # when the last one was written
    allow_emergency = models.BooleanField(default=False)
    is_generic = models.BooleanField(default=False)  # S16
    notes = models.TextField(blank=True)
    parts_per_day_cap = models.PositiveIntegerField(null=True, blank=True)
    pounds_per_month_cap = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    left_at = models.DateTimeField(null=True)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    objects = PersonSource()

    class Meta:
        indexes = [models.Index(fields=["department", "role"])]
        constraints = [
            models.CheckConstraint(
                name="person_department_fits_role",
                condition=Q(role__in=["admin", "user"], department__isnull=False)
                | Q(role__in=["operator", "finance"], department__isnull=True),
            ),
            models.CheckConstraint(
                name="only_users_relay", condition=Q(allow_relay=False) | Q(role="user")
            ),
            models.CheckConstraint(
                name="only_users_send_emergencies",
                condition=Q(allow_emergency=False) | Q(role="user", left_at__isnull=True),
            ),
            models.UniqueConstraint(
                Lower("email"),
                name="relay_address_once",
                condition=Q(allow_relay=True, left_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        """May sign in: has not left, and the department is open."""
        return self.left_at is None and (self.department is None or self.department.is_open)

    @property
    def shown_username(self) -> str:
        return self.username.partition("~")[0]

    @property
    def audit_name(self) -> str:
        return f"{self.name} ({self.shown_username})"

    @property
    def audit_role(self) -> str:
        return ROLES[RoleName(self.role)].words

    @property
    def other_account(self) -> "Person | None":
        """The same human's other account in the same department: X sends, Xadmin administers."""
        plain = self.username.removesuffix("admin")
        if self.role == RoleName.USER and not self.is_generic:
            found = self._namesake(f"{plain}admin", RoleName.ADMIN)
        elif self.role == RoleName.ADMIN:
            # Several people share a generic account: which of them this would be, nobody knows.
            found = [p for p in self._namesake(plain, RoleName.USER) if not p.is_generic]
        else:
            return None
        return found[0] if found else None

    def _namesake(self, username: str, role: RoleName) -> "list[Person]":
        return _NAMESAKE(username=username, role=role, department=self.department_id)

    @property
    def is_invited(self) -> bool:
        """Has never chosen a password."""
        return self.left_at is None and not self.has_usable_password()

    @property
    def permissions(self) -> frozenset[str]:
        """Its role's, and what was given to this person: not while the department is stopped."""
        return self._of_role | self._given

    def may(self, permission: str) -> bool:
        return permission in self._of_role or permission in self._given

    @property
    def _of_role(self) -> frozenset[str]:
        return ROLES[RoleName(self.role)].permissions

    @property
    def _given(self) -> frozenset[str]:
        given = frozenset(name for name, field in GIVEN.items() if getattr(self, field))
        if given and not (self.is_active and self.department and not self.department.frozen_at):
            return frozenset()
        return given


_NAMESAKE: Final = db.Ready[Person](
    lambda: Person.objects.live().filter(
        username=db.Given("username", CharField()),
        role=db.Given("role", CharField()),
        department_id=db.Given("department", BigIntegerField()),
    )
)


class GenericMember(models.Model):
    """S16: everyone who uses a generic account, with the four details the university asks for."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="members")
    name = models.CharField(max_length=120)
    username = models.CharField(max_length=80)
    email = models.EmailField()
    phone = models.CharField(max_length=20)

    def __str__(self) -> str:
        return self.name


class Invitation(models.Model):
    """A single-use link to choose a first password. Only its hash is kept."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="invitations")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class AppPasswordQuerySet(models.QuerySet):
    def visible_to(self, person: Person) -> "AppPasswordQuerySet":
        return self.filter(person_id=person.pk)


class AppPassword(models.Model):
    """What a mail program signs in with to send texts. Only a keyed hash of it is kept."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="app_passwords")
    name = models.CharField(max_length=60)
    secret_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True)
    last_used_ip = models.GenericIPAddressField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = AppPasswordQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "person",
                Lower("name"),
                name="app_password_name_once",
                condition=Q(revoked_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.name


def display_name(person: Person) -> str:
    return person.name
