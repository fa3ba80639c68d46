"""Where Django looks for this app's models."""

from billing.delivery.models import DeliveryLink, DeliveryOrder, DeliveryReport
from billing.reports.models import JournalLayout
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
    "JournalLayout",
    "ReceivedUsage",
    "SentUsage",
    "Statement",
    "StatementLine",
    "Tariff",
    "Uncounted",
    "YearEnd",
]
