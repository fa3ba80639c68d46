"""Questions about carriers."""

from django.db.models import PROTECT, Count, Q, QuerySet

from accounts.audit.actors import Actor
from messaging.carriers.models import Carrier


def carriers(person: Actor) -> QuerySet[Carrier]:
    """By name, each with its health, those that are switched off last."""
    found = Carrier.objects.visible_to(person).select_related("health")
    return found.order_by("-is_enabled", "name")


def has_carried(carrier: Carrier) -> bool:
    """Whether anything that is kept for good names it: a text, an attempt, a receipt, a reply."""
    naming = [
        relation
        for relation in Carrier._meta.get_fields(include_hidden=True)
        if getattr(relation, "on_delete", None) is PROTECT
    ]
    return any(
        relation.related_model._default_manager.filter(**{relation.field.name: carrier}).exists()
        for relation in naming
    )


def simulator_would_take_over(carrier: Carrier) -> bool:
    """Whether without `carrier` the simulator plays everything: it does when no carrier is real."""
    enabled = Carrier.objects.filter(is_enabled=True).exclude(pk=carrier.pk)
    others = enabled.aggregate(
        real=Count("pk", filter=Q(is_sandbox=False)), sandbox=Count("pk", filter=Q(is_sandbox=True))
    )
    return (
        carrier.is_enabled
        and not carrier.is_sandbox
        and not others["real"]
        and bool(others["sandbox"])
    )
