"""CARRIERS > Routes, as the messaging team meets it."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.audit.models import AuditEvent
from accounts.tests.make import make_operator, make_user
from messaging.carriers.models import Carrier, CarrierHealth
from messaging.routes.models import Route
from messaging.routes.plan import NOBODY
from messaging.tests.make import make_queued, make_simulator

pytestmark = pytest.mark.django_db

LIST = reverse("operations:carrier_routes")
ADD = reverse("operations:carrier_route_add")


@pytest.fixture
def operator(client):
    client.force_login(make_operator(name="Tomasz Zielinski"))
    return client


def make_carrier(name, **fields):
    carrier = Carrier.objects.create(name=name, kind="smpp", **fields)
    CarrierHealth.objects.create(carrier=carrier, at=timezone.now(), is_ready=True)
    return carrier


def address(name, route):
    return reverse(f"operations:carrier_route{name}", args=[route.uid])


def typed(carrier, **fields):
    usual = {"destination": "", "sender_kind": "any", "sender": "", "place": "1", "weight": "1"}
    return {**usual, "carrier": carrier.pk if carrier else "", "is_enabled": "on", **fields}


def text_of(response):
    words = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(words.split())


def error_of(response):
    return [words for errors in response.context["form"].errors.values() for words in errors]


def test_without_routes_the_page_says_who_takes_what(operator):
    page = text_of(operator.get(LIST))

    assert "Every carrier takes every text that it can" in page
    assert "Add the first route" in page


def test_a_route_is_added_changed_and_removed_and_all_of_it_is_in_the_activity(operator):
    tallis = make_carrier("tallis")

    operator.post(ADD, typed(tallis, destination="07624"))
    route = Route.objects.get()
    operator.post(address("", route), typed(tallis, destination="+44 7624", place="2"))
    operator.post(address("_remove", route))

    assert (route.destination, route.place) == ("+447624", 1)
    assert not Route.objects.exists()
    said = AuditEvent.objects.filter(verb__startswith="carriers.route_").order_by("pk")
    assert list(said.values_list("words", flat=True)) == [
        "Added a route: texts to +44 7624…, from any sender, by tallis, first choice.",
        "Changed a route: texts to +44 7624…, from any sender, by tallis, second choice. "
        "It was: texts to +44 7624…, from any sender, by tallis, first choice.",
        "Removed a route: texts to +44 7624…, from any sender, by tallis, second choice.",
    ]


def test_what_is_saved_as_it_was_is_no_change(operator):
    tallis = make_carrier("tallis")
    operator.post(ADD, typed(tallis))

    operator.post(address("", Route.objects.get()), typed(tallis))

    assert not AuditEvent.objects.filter(verb="carriers.route_changed").exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"destination": "everybody"},
            "everybody is not how a number begins. Type +44 or 07624, or leave it empty for "
            "every number.",
        ),
        (
            {"sender": "A tag that is long"},
            "A tag that is long is longer than an Alpha tag can be.",
        ),
        ({"weight": ""}, "Give a whole number from 1 to 100."),
        ({"weight": "0"}, "Give a whole number from 1 to 100."),
        ({"weight": "half"}, "Give a whole number from 1 to 100."),
    ],
)
def test_what_cannot_be_is_said_at_its_field(operator, fields, words):
    response = operator.post(ADD, typed(make_carrier("tallis"), **fields))

    assert response.status_code == 422
    assert error_of(response) == [words]


def test_a_route_without_a_carrier_is_none(operator):
    assert error_of(operator.post(ADD, typed(None))) == ["Choose a carrier."]


def test_one_carrier_has_one_route_for_the_same_texts(operator):
    tallis = make_carrier("tallis")
    operator.post(ADD, typed(tallis, sender="PHYSICS"))

    response = operator.post(ADD, typed(tallis, sender="PHYSICS"))

    assert error_of(response) == [
        "tallis has a route for texts to every number from PHYSICS already."
    ]


def test_no_more_carriers_than_a_path_has_room_for(operator):
    for n in range(5):
        operator.post(ADD, typed(make_carrier(f"c{n}")))

    response = operator.post(ADD, typed(make_carrier("c5")))

    assert error_of(response) == [
        "There are 5 carriers for texts to every number from any sender, and no more can be."
    ]


def places(*routes):
    found = dict(Route.objects.values_list("pk", "place"))
    return [found[route.pk] for route in routes]


def test_a_route_is_moved_among_those_for_the_same_texts(operator):
    a, b, c = (Route.objects.create(carrier=make_carrier(n), place=p) for n, p in
               (("a", 1), ("b", 1), ("c", 2)))  # fmt: skip

    operator.post(address("_move", c), {"to": "up"})
    assert places(a, b, c) == [2, 2, 1]
    operator.post(address("_move", a), {"to": "down"})
    assert places(a, b, c) == [3, 2, 1]
    operator.post(address("_move", c), {"to": "up"})
    assert places(a, b, c) == [3, 2, 1]
    assert AuditEvent.objects.filter(verb="carriers.route_moved").count() == 2


def test_a_number_that_is_tried_is_told_its_carrier_and_the_rule(operator):
    tallis, northwire = make_carrier("tallis"), make_carrier("northwire")
    Route.objects.create(carrier=tallis, destination="+44")
    Route.objects.create(carrier=northwire, destination="+44", place=2)

    well = text_of(operator.get(LIST, {"to": "07400 000001", "sender": "alpha:"}))
    tallis.paused_at = timezone.now()
    tallis.save()
    paused = text_of(operator.get(LIST, {"to": "07400 000001", "sender": "alpha:"}))

    assert "Goes by tallis. Rule 1: Texts to +44…, from any sender." in well
    assert "Goes by northwire. tallis cannot take it now, so northwire does. Rule 1" in paused


def test_shares_are_told_in_percent(operator):
    Route.objects.create(carrier=make_carrier("tallis"), weight=7)
    Route.objects.create(carrier=make_carrier("northwire"), weight=3)

    def told():
        return text_of(operator.get(LIST, {"to": "07400 000001", "sender": "alpha:"}))

    assert "Goes by tallis 70%, northwire 30%." in told()
    Carrier.objects.filter(name="tallis").update(paused_at=timezone.now())
    assert "Goes by northwire. tallis cannot take it now, so northwire does." in told()


def test_what_is_no_number_is_said(operator):
    response = operator.get(LIST, {"to": "banana"})

    assert response.status_code == 422
    assert "banana" in error_of(response)[0]


def test_twelve_texts_each_with_its_carrier_and_a_warning_for_those_without(operator):
    make_simulator()
    Route.objects.create(carrier=make_carrier("tallis"), destination="+4475")

    response = operator.get(LIST)

    told = [by.by for _, by in response.context["page"].twelve]
    assert told == ["simulator"] * 2 + ["Nobody"] * 2 + ["tallis"] * 2 + ["Nobody"] * 6
    assert "Without a carrier: A UK mobile, 074… from an Alpha tag;" in text_of(response)


def test_texts_that_no_route_takes_are_counted(operator):
    Route.objects.create(carrier=make_carrier("tallis"), destination="+4475")
    make_queued(make_user(), ["+447400000001", "+447400000002"], path=NOBODY)

    page = text_of(operator.get(LIST))

    assert "2 texts wait because no route leads to a carrier that may take it." in page


def test_a_rule_that_leads_nowhere_says_so(operator):
    Route.objects.create(carrier=make_carrier("tallis", is_enabled=False))

    assert "Its carriers are switched off, or only play a network" in text_of(operator.get(LIST))


def test_the_page_asks_as_much_for_one_route_as_for_many(operator):
    def questions():
        with CaptureQueriesContext(connection) as asked:
            operator.get(LIST)
        return len(asked)

    tallis = make_carrier("tallis")
    Route.objects.create(carrier=tallis)
    questions()
    for_one = questions()
    for n in range(20):
        Route.objects.create(carrier=tallis, destination=f"+4475{n:02}")

    assert questions() == for_one


def test_a_carrier_with_routes_is_not_removed(operator):
    tallis = make_carrier("tallis")
    Route.objects.create(carrier=tallis)

    response = operator.post(reverse("operations:carrier_remove", args=[tallis.uid]))

    assert response.status_code == 422
    assert "There are routes that lead to tallis. Remove them first" in text_of(response)
