"""`manage.py carrier route`: what the page does, without a browser."""

import io

import pytest
from django.core.management import CommandError, call_command

from messaging.routes.models import Route
from messaging.tests.make import make_simulator

pytestmark = pytest.mark.django_db


def route(*arguments):
    out = io.StringIO()
    call_command("carrier", "route", *arguments, stdout=out)
    return out.getvalue().strip()


def refusal(*arguments):
    with pytest.raises(CommandError) as caught:
        route(*arguments)
    return str(caught.value)


def test_routes_are_added_listed_tried_and_removed():
    make_simulator()

    assert route("list") == "There are no routes: every carrier takes every text that it can."
    said = route("add", "simulator", "--to", "07624", "--from", "alpha", "--weight", "3")
    one = "texts to +44 7624…, from any Alpha tag, by simulator, first choice, weight 3"
    assert said == f"Added: {one}."
    assert route("list").startswith(one)
    assert route("try", "07624 000001").startswith("Nobody takes it.") is False
    assert route("remove", "simulator", "--to", "+447624", "--from", "alpha") == f"Removed: {one}."
    assert not Route.objects.exists()


def test_a_number_without_a_route_waits():
    make_simulator()
    route("add", "simulator", "--to", "07624")

    said = route("try", "07400 000001", "--from", "PHYSICS")

    assert said == "Nobody takes it. No route fits it. It waits until one does."


def test_what_cannot_be_is_refused_in_words():
    make_simulator()

    assert refusal("add", "tallis") == "There is no carrier called tallis."
    assert refusal("try", "banana").startswith("banana")
    nothing = "simulator has no route for texts to every number from any sender."
    assert refusal("remove", "simulator") == nothing
