"""Where Celery looks for this app's tasks."""

from billing.delivery.tasks import (
    forget_delivery_reports,
    make_delivery_reports,
    order_delivery_reports,
)

__all__ = ["forget_delivery_reports", "make_delivery_reports", "order_delivery_reports"]
