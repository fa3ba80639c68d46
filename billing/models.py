"""Where Django looks for this app's models."""

from billing.delivery.models import DeliveryLink, DeliveryOrder, DeliveryReport
from billing.reports.models import JournalLayout
from billing.tariffs.models import Tariff
from billing.usage.models import Charge, ReceivedUsage, SentUsage, Uncounted

__all__ = [
    "Charge",
    "DeliveryLink",
    "DeliveryOrder",
    "DeliveryReport",
    "JournalLayout",
    "ReceivedUsage",
    "SentUsage",
    "Tariff",
    "Uncounted",
]
