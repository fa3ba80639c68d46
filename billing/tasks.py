"""Where Celery looks for this app's tasks."""

from billing.delivery.tasks import (
    forget_delivery_reports,
    make_delivery_reports,
    order_delivery_reports,
)
from billing.usage.tasks import count_usage

__all__ = [
    "count_usage",
    "forget_delivery_reports",
    "make_delivery_reports",
    "order_delivery_reports",
]
