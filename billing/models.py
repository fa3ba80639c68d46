"""Where Django looks for this app's models."""

from billing.tariffs.models import Tariff
from billing.usage.models import Charge, ReceivedUsage, SentUsage, Uncounted

__all__ = ["Charge", "ReceivedUsage", "SentUsage", "Tariff", "Uncounted"]
