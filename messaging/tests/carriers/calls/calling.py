"""Calling the portal as a carrier does."""

import base64
import datetime as dt
import hashlib
import hmac
import json
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from messaging.carriers.models import Carrier

SECRET = "call-s3cret"


def name_and_password(name: str = "campus", password: str = SECRET) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def signature(body: bytes, *, secret: str = SECRET, at: dt.datetime | None = None) -> dict:
    time = str(int((at or timezone.now()).timestamp()))
    mac = hmac.new(secret.encode(), time.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {"X-Time": time, "X-Signature": f"sha256={mac}"}


def call(carrier: Carrier, about: str, said: Any, headers: dict[str, str] | None = None):
    """said: JSON, or bytes as they are. headers: none, and it is signed as it should be."""
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    headers = signature(body) if headers is None else headers
    return post(carrier, about, body, headers)


def post(carrier: Carrier, about: str, body: bytes, headers: dict[str, str]) -> HttpResponse:
    client = Client(enforce_csrf_checks=True)
    address = reverse(f"operations:carrier_{about}", args=[carrier.uid])
    return client.post(address, body, content_type="application/json", headers=headers)
