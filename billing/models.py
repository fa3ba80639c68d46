"""Where Django looks for this app's models."""

from billing.delivery.models import DeliveryLink, DeliveryOrder, DeliveryReport
from billing.tariffs.models import Tariff

__all__ = ["DeliveryLink", "DeliveryOrder", "DeliveryReport", "Tariff"]
