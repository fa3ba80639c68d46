"""What the messaging team may do to a carrier, and what is refused in which words."""

import dataclasses
import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from accounts.audit.models import AuditEvent
from accounts.tests.make import make_admin, make_finance, make_operator, make_user
from messaging.carriers import services
from messaging.carriers.models import Carrier
from messaging.carriers.services import Wanted
from messaging.tests.make import make_queued, make_simulator
from smsportal.lib.errors import Refused
from smsportal.lib.sealing import unseal

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 5, 12, 9, 0, tzinfo=dt.UTC)
AT = {"host": "smpp.example.com", "port": "3550", "system_id": "oxsms01", "password": "s3cret"}
WANTED = Wanted(window=20, texts_per_second=120, is_charging=True, settings=AT)


def wanted(settings=None, **fields):
    return dataclasses.replace(WANTED, settings={**AT, **(settings or {})}, **fields)


def add(name="tallis", kind="smpp", by=None, **fields):
    by = by or make_operator()
    return services.add(name=name, kind=kind, wanted=wanted(**fields), by=by, now=NOW)


def change(carrier, settings=None, **fields):
    fields["settings"] = {"password": "", **(settings or {})}
    services.change(carrier=carrier, wanted=wanted(**fields), by=make_operator(), now=NOW)


def do(deed, carrier):
    deed(carrier=carrier, by=make_operator(), now=NOW)


def refusal(call, *args, **fields):
    with pytest.raises(Refused) as caught:
        call(*args, **fields)
    return caught.value.field, caught.value.words


def lines():
    return list(AuditEvent.objects.order_by("pk").values_list("verb", "words"))


def test_a_carrier_is_added_with_its_password_sealed_and_an_audit_line_without_it():
    carrier = add()

    carrier.refresh_from_db()
    assert carrier.settings["password"] != "s3cret"
    assert unseal(carrier.settings["password"]) == "s3cret"
    assert (carrier.password_set_at, carrier.settings["port"]) == (NOW, 3550)
    assert lines() == [
        ("carriers.added", "Added the carrier tallis, which is at smpp.example.com:3550.")
    ]


def test_a_name_is_there_once():
    add()

    assert refusal(add) == ("name", "There is a carrier called tallis already.")


@pytest.mark.parametrize(
    ("settings", "field", "words"),
    [
        ({"host": ""}, "host", "Give the host, such as smpp.example.com."),
        (
            {"host": "smpp.example.com:3550"},
            "host",
            "smpp.example.com:3550 has the port in it. Give smpp.example.com here.",
        ),
        ({"host": "smpp..example"}, "host", "smpp..example is not the name of a machine."),
        ({"host": "a b"}, "host", "a b is not the name of a machine."),
        (
            {"port": "many"},
            "port",
            "many is not a whole number. Give a whole number from 1 to 65,535.",
        ),
        (
            {"port": ""},
            "port",
            "“Port” is empty. Give a whole number from 1 to 65,535.",
        ),
        (
            {"system_id": "a name that is long"},
            "system_id",
            "a name that is long is too long for SMPP. A system ID has 15 characters at most; "
            "this has 19.",
        ),
        (
            {"system_id": "oxfÖrd"},
            "system_id",
            "SMPP carries plain letters, digits and signs only, and oxfÖrd has Ö in it.",
        ),
        (
            {"ca_file": "ca.pem"},
            "ca_file",
            "ca.pem does not say where the file is. Give its whole path on the sender's machine, "
            "such as /etc/smsportal/carrier.pem.",
        ),
        (
            {"certificate_file": "/etc/our.pem"},
            "key_file",
            "Our certificate file is given and our key file is not. Give both or none.",
        ),
        (
            {"binds": "20", "port": "1"},
            "window",
            "19 texts on the way at once are too few for 20 connections. Give each at least one.",
        ),
    ],
)
def test_what_is_wrong_is_said_with_the_value_and_how_to_mend_it(settings, field, words):
    assert refusal(add, settings=settings, window=19) == (field, words)
    assert not Carrier.objects.exists()


def test_a_password_that_cannot_be_sent_is_refused_without_repeating_it():
    field, words = refusal(add, settings={"password": "geheimnisß"})

    assert (field, "geheim" in words) == ("password", False)


@pytest.mark.parametrize("host", ["smpp.example.com", "192.0.2.7", "localhost.example.com"])
def test_only_a_carrier_on_this_machine_can_be_a_sandbox(host):
    field, words = refusal(add, settings={"host": host}, is_sandbox=True)

    assert field == "is_sandbox"
    assert words.startswith(f"{host} is another machine, so this is not a sandbox")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_a_carrier_on_this_machine_may_be_a_sandbox(host):
    assert add(settings={"host": host}, is_sandbox=True).is_sandbox


def test_in_the_demonstration_every_carrier_stays_on_this_machine(settings):
    settings.DEMO = True

    assert refusal(add)[0] == "host"


def test_a_change_says_what_was_changed_and_keeps_the_password():
    carrier = add()
    sealed = carrier.settings["password"]

    change(carrier, settings={"host": "two.example.com"}, texts_per_second=None)

    carrier.refresh_from_db()
    assert (carrier.settings["password"], carrier.settings["host"]) == (sealed, "two.example.com")
    assert lines()[-1] == (
        "carriers.changed",
        "Changed tallis: Most texts a second from 120 to as many as go, Host from "
        "smpp.example.com to two.example.com.",
    )


def test_a_new_password_is_recorded_and_not_told():
    carrier = add()

    change(carrier, settings={"password": "an0ther"})

    carrier.refresh_from_db()
    assert unseal(carrier.settings["password"]) == "an0ther"
    assert lines()[-1] == ("carriers.changed", "Changed tallis: its password.")


def test_saving_what_is_there_already_writes_no_line():
    carrier = add()

    change(carrier)

    assert len(lines()) == 1


def test_only_a_carrier_that_gets_our_reference_can_know_a_text_again():
    with pytest.raises(Refused, match="Our reference does not go with its texts") as refused:
        add(dedupes_for_minutes=60)
    with pytest.raises(Refused, match="9 is less than we can do"):
        add(name="practice", kind="simulator", dedupes_for_minutes=9)
    add(name="practice", kind="simulator", dedupes_for_minutes=60)

    assert refused.value.field == "dedupes_for_minutes"
    assert Carrier.objects.get().dedupes_for_minutes == 60


def test_that_it_sends_no_second_copy_is_written_down():
    simulator = make_simulator(window=20, texts_per_second=120)

    change(simulator, dedupes_for_minutes=1440)

    assert lines()[-1] == (
        "carriers.changed",
        "Changed simulator: Sends no second copy for, minutes from nothing to 1440.",
    )


def test_the_simulators_faults_are_kept_when_its_page_is_saved():
    carrier = make_simulator(settings={"latency_ms": 40})

    change(carrier, settings={"host": ""}, window=70)

    carrier.refresh_from_db()
    assert (carrier.settings, carrier.window) == ({"latency_ms": 40}, 70)
    assert carrier.is_sandbox


def test_pausing_and_resuming_twice_is_written_down_once():
    carrier = make_simulator()

    for deed in (services.pause, services.pause, services.resume, services.resume):
        do(deed, carrier)

    assert [verb for verb, _ in lines()] == ["carriers.paused", "carriers.resumed"]
    carrier.refresh_from_db()
    assert carrier.paused_at is None


def test_a_carrier_that_never_carried_anything_is_removed():
    do(services.remove, make_simulator())

    assert not Carrier.objects.exists()
    assert lines() == [("carriers.removed", "Removed simulator, which never carried a text.")]


def test_a_carrier_that_carried_a_text_stays():
    carrier = make_simulator()
    make_queued(make_user(), carrier=carrier)

    assert refusal(do, services.remove, carrier) == (
        "",
        "simulator has carried texts, and history names it. Switch it off instead.",
    )
    assert Carrier.objects.exists()


@pytest.mark.parametrize("deed", [services.switch_off, services.remove])
def test_the_simulator_never_takes_over_the_texts_of_a_real_carrier(deed):
    simulator, real = make_simulator(), add()

    field, words = refusal(do, deed, real)
    assert words.startswith("tallis is the only real carrier. The simulator would play its texts")
    assert refusal(change, real, settings={"host": "127.0.0.1"}, is_sandbox=True)[0] == (
        "is_sandbox"
    )

    do(services.switch_off, simulator)
    do(deed, real)
    assert not Carrier.objects.filter(is_enabled=True).exists()


def test_a_carrier_that_is_switched_off_is_switched_on_again():
    carrier = make_simulator()

    do(services.switch_off, carrier)
    do(services.switch_on, carrier)

    assert [verb for verb, _ in lines()] == ["carriers.switched_off", "carriers.switched_on"]
    assert Carrier.objects.usable().exists()


@pytest.mark.parametrize("make", [make_user, make_admin, make_finance])
def test_nobody_else_may_do_any_of_it(make):
    carrier, person = make_simulator(), make()
    deeds = (
        services.pause,
        services.resume,
        services.switch_off,
        services.switch_on,
        services.remove,
    )
    for deed in deeds:
        with pytest.raises(PermissionDenied):
            deed(carrier=carrier, by=person, now=NOW)
    with pytest.raises(PermissionDenied):
        services.change(carrier=carrier, wanted=WANTED, by=person, now=NOW)
    with pytest.raises(PermissionDenied):
        add(by=person)
    assert lines() == []
    assert list(Carrier.objects.visible_to(person)) == []


def test_what_it_carried_stays_charged_as_it_was():
    carrier = add()
    change(carrier, is_charging=False)
    assert not Carrier.objects.get(pk=carrier.pk).is_charging

    make_queued(make_user(), carrier=carrier)

    field, words = refusal(change, carrier, is_charging=True)
    assert field == "is_charging"
    assert words.startswith("tallis has carried texts, and what they cost would change.")
    assert not Carrier.objects.get(pk=carrier.pk).is_charging
