"""Where Django looks for this app's models."""

from billing.tariffs.models import Tariff

__all__ = ["Tariff"]
