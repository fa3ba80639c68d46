"""Bells that nobody could hear are not rung."""

import pytest

from smsportal.lib import bells

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rung(monkeypatch, settings):
    """The tasks that the broker was told of."""
    settings.CELERY_TASK_ALWAYS_EAGER = False
    told: list[str] = []
    monkeypatch.setattr(bells, "_ringer", AtOnce())
    monkeypatch.setattr(bells, "_publish", lambda task, arguments: told.append(task))
    return told


class AtOnce:
    def submit(self, call, *arguments):
        call(*arguments)


def test_what_is_made_before_anybody_listens_rings_nothing(rung):
    with bells.muted():
        bells.enqueue("accounts.send_mail")

    bells.enqueue("messaging.expand")

    assert rung == ["messaging.expand"]
