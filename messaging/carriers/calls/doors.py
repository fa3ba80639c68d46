"""Where carriers are to call."""

from django.conf import settings
from django.urls import reverse

from messaging.carriers.models import Carrier


def door(carrier: Carrier, about: str) -> str:
    """about: a value of heard.About."""
    return settings.PORTAL_URL + reverse(f"operations:carrier_{about}", args=[carrier.uid])
