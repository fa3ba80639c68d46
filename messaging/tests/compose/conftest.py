import pytest

from messaging.tests.make import NOW


@pytest.fixture(autouse=True)
def two_in_the_afternoon(monkeypatch):
    """Tuesday 12 May 2026, 2:04pm: no reason to look twice at a message."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
