import pytest
from django.utils import timezone

from accounts.people.models import Person
from messaging.carriers.models import Carrier
from smsportal.demo import guard

pytestmark = pytest.mark.django_db


def add_person() -> Person:
    return Person.objects.create(username="kcl1234", role="operator", name="Someone Real")


def is_refused() -> bool:
    try:
        guard.refuse_a_real_database()
    except guard.DemoRefused:
        return True
    return False


def test_an_empty_database_is_the_demos_to_use():
    assert not is_refused()


def test_the_demo_refuses_a_database_with_other_people_in_it():
    add_person()

    with pytest.raises(guard.DemoRefused, match="has people in it who are not the demo's"):
        guard.refuse_a_real_database()


def test_people_who_came_after_the_demo_began_are_its_own():
    guard.mark_as_demo(now=timezone.now())
    add_person()

    assert not is_refused()


@pytest.mark.parametrize(
    "settings",
    [
        {"host": "smpp.example.com", "port": 2775},
        {"primary": {"host": "192.0.2.7"}},
        {"addresses": ["https://sms.example.com/send"]},
        {"host": "localhost.example.com"},
    ],
)
def test_the_demo_refuses_a_carrier_beyond_this_machine(settings):
    Carrier.objects.create(name="abroad", kind="smpp", settings=settings)

    with pytest.raises(guard.DemoRefused, match="The carrier abroad leads to"):
        guard.refuse_a_real_database()


@pytest.mark.parametrize(
    ("settings", "is_enabled"),
    [
        ({}, True),
        ({"host": "127.0.0.1"}, True),
        ({"url": "http://[::1]:9000/send"}, True),
        ({"host": "smpp.example.com"}, False),
    ],
)
def test_a_carrier_that_stays_here_or_is_switched_off_is_no_danger(settings, is_enabled):
    Carrier.objects.create(name="c", kind="smpp", settings=settings, is_enabled=is_enabled)

    assert not is_refused()
