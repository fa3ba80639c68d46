"""Doors for the worker: baskets that are too big for a page to wait for."""

from typing import Any

from celery import shared_task

from messaging.compose.models import Draft
from messaging.compose.services import recipients, uploads
from smsportal.lib import db


@shared_task(name="messaging.fill_basket")
def fill_basket(*, draft_id: int, **_: Any) -> None:
    for draft in Draft.objects.filter(pk=draft_id):
        recipients.fill_basket(draft)


@shared_task(name="messaging.fill_baskets")
def fill_baskets(**_: Any) -> None:
    recipients.fill_all_waiting()


@shared_task(name="messaging.measure_draft")
def measure_draft(*, draft_id: int, **_: Any) -> None:
    for draft in Draft.objects.open().filter(pk=draft_id):
        recipients.count(draft)


@shared_task(name="messaging.forget_uploads")
def forget_uploads(**_: Any) -> None:
    uploads.forget_old_files(now=db.database_now())
