import pytest

from messaging.carriers.models import Carrier
from messaging.carriers.smpp.options import options
from messaging.tests.make import make_simulator
from smsportal.demo import guard, network, phones

pytestmark = pytest.mark.django_db


def test_the_same_network_is_reached_by_smpp_and_again_within():
    row = make_simulator(settings={"latency_ms": 250})

    network.reach_by_smpp(2775)
    by_smpp = Carrier.objects.get()
    read = options(by_smpp.settings)
    network.reach_within()
    within = Carrier.objects.get()

    assert (by_smpp.pk, by_smpp.kind, by_smpp.is_sandbox) == (row.pk, "smpp", True)
    assert (read.line.host, read.line.port, read.bind.system_id) == ("127.0.0.1", 2775, "demo")
    assert by_smpp.settings["latency_ms"] == within.settings["latency_ms"] == 250
    assert (within.pk, within.kind, "answer_seconds" in within.settings) == (
        row.pk, "simulator", False,
    )  # fmt: skip


def test_by_smpp_it_is_still_the_network_of_the_practice_phones_and_stays_here():
    row = make_simulator()
    network.reach_by_smpp(2775)

    guard.refuse_a_real_database()
    assert phones.network() == row
