"""The command that makes a real installation ready to be tried out."""

import io

import pytest
from django.core.management import call_command

from accounts.audit.models import AuditEvent
from messaging.carriers.models import Carrier
from messaging.carriers.registry import ADAPTERS

pytestmark = pytest.mark.django_db


def add_simulator():
    out = io.StringIO()
    call_command("add_simulator", stdout=out)
    return out.getvalue()


def test_it_adds_a_carrier_that_reaches_no_phone_and_charges_nobody():
    said = add_simulator()

    carrier = Carrier.objects.usable().get(name="simulator")
    assert carrier.kind in ADAPTERS
    assert (carrier.is_sandbox, carrier.is_charging) == (True, False)
    assert "reaches no phone" in said
    event = AuditEvent.objects.get(verb="carriers.added")
    assert (event.actor_name, event.words) == (
        "SMS Portal",
        "Added the simulator, which plays the networks and reaches no phone.",
    )


def test_a_second_time_changes_nothing():
    add_simulator()
    Carrier.objects.update(is_enabled=False)

    assert "already" in add_simulator()
    assert Carrier.objects.filter(is_enabled=False).count() == 1
    assert AuditEvent.objects.filter(verb="carriers.added").count() == 1
