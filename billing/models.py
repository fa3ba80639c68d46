"""Where Django looks for this app's models."""

from billing.delivery.models import DeliveryLink, DeliveryOrder, DeliveryReport
from billing.statements.models import Correction, Prepayment, Statement, StatementLine, YearEnd
from billing.tariffs.models import Tariff
from billing.usage.models import Charge, ReceivedUsage, SentUsage, Uncounted

__all__ = [
    "Charge",
    "Correction",
    "DeliveryLink",
    "DeliveryOrder",
    "DeliveryReport",
    "Prepayment",
    "ReceivedUsage",
    "SentUsage",
    "Statement",
    "StatementLine",
    "Tariff",
    "Uncounted",
    "YearEnd",
]
