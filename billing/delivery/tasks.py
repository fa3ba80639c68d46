"""Doors of the worker that makes reports."""

from celery import shared_task
from django.utils import timezone

from billing.delivery import engine, services


@shared_task(name="billing.make_delivery_reports")
def make_delivery_reports() -> None:
    services.make_waiting(now=timezone.now())


@shared_task(name="billing.order_delivery_reports")
def order_delivery_reports() -> None:
    services.order_due(now=timezone.now())


@shared_task(name="billing.forget_delivery_reports")
def forget_delivery_reports() -> None:
    engine.forget(timezone.now())
