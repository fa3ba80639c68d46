"""Which carrier is to take which texts."""

from django.db import models
from django.db.models import Q

from accounts.audit.actors import Actor
from messaging.carriers.models import Carrier
from messaging.routes import words
from messaging.routes.plan import ANY_KIND, Choice
from smsportal.lib.choices import TextChoices
from smsportal.lib.ids import uuid7


class SenderKind(TextChoices):
    ANY = "any", "Any sender"
    ALPHA = "alpha", "Any Alpha tag"
    NUMBER = "number", "Any number"


class RouteQuerySet(models.QuerySet):
    def visible_to(self, person: Actor) -> "RouteQuerySet":
        return self if person.may("manage_carriers") else self.none()


class Route(models.Model):
    """One carrier for the texts to a destination from a sender. See plan.py for what they do."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    destination = models.CharField(max_length=16, blank=True)  # +447; empty: everywhere
    sender_kind = models.CharField(max_length=6, choices=SenderKind.choices, default=ANY_KIND)
    sender = models.CharField(max_length=16, blank=True)  # empty: every one of its kind
    # RESTRICT and not PROTECT: a route is not history, it is taken away by hand.
    carrier = models.ForeignKey(Carrier, on_delete=models.RESTRICT, related_name="routes")
    place = models.PositiveSmallIntegerField(default=1)  # 1: the first choice
    weight = models.PositiveSmallIntegerField(default=1)  # among those of the same place
    is_enabled = models.BooleanField(default=True)

    objects = RouteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["destination", "sender_kind", "sender", "carrier"],
                name="one_route_a_carrier",
            ),
            models.CheckConstraint(
                name="one_sender_has_its_kind", condition=Q(sender="") | ~Q(sender_kind=ANY_KIND)
            ),
            models.CheckConstraint(
                name="route_is_counted_from_one", condition=Q(place__gte=1, weight__gte=1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.destination or 'everywhere'} by {self.carrier_id}"

    @property
    def place_in_words(self) -> str:
        return words.place(self.place)

    @property
    def choice(self) -> Choice:
        return Choice(
            self.destination,
            self.sender_kind,
            self.sender,
            self.carrier_id,
            self.place,
            self.weight,
        )


class PlanInUse(models.Model):
    """By which routes the waiting texts were given their paths. One row, or none before any."""

    fingerprint = models.CharField(max_length=64, blank=True)
    since = models.DateTimeField()
