"""Sessions that are over leave no row behind."""

import datetime as dt

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.people.tasks import forget_sessions

pytestmark = pytest.mark.django_db


def test_only_sessions_that_are_over_are_forgotten():
    now = timezone.now()
    for key, days in (("over", -1), ("live", 1)):
        at = now + dt.timedelta(days=days)
        Session.objects.create(session_key=key, session_data="", expire_date=at)

    forget_sessions()

    assert list(Session.objects.values_list("session_key", flat=True)) == ["live"]
