"""Every door of the portal, and what it answers to whoever knocks. The table is doors.py."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLResolver

from accounts.tests.make import PASSWORD
from messaging.sending.models import Batch, Message
from smsportal.tests.doors import DEMO_DOORS, DOORS, Door
from smsportal.tests.world import SECRETS, World, make_world

pytestmark = pytest.mark.django_db

# Without any field at all, a form would take a POST for a GET; browsers always send the token.
AN_EMPTY_FORM = {"csrfmiddlewaretoken": ""}

WINGS = sorted({door.wing for door in DOORS})


@pytest.fixture
def world(settings, tmp_path) -> World:
    settings.UPLOAD_DIR = tmp_path
    settings.REPORT_DIR = tmp_path / "reports"
    return make_world()


def addresses(resolver: URLResolver, space: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from addresses(pattern, inner)
        else:
            yield f"{space}{pattern.name}"


class Knocker:
    """Knocks as one person after the other; whatever a door changed is taken back."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.cookies = {"anyone": Client().cookies}
        for who, person in world.people.items():
            client = Client()
            client.force_login(person)
            # Proven just now, so that no door asks for the password once more.
            client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
            self.cookies[who] = client.cookies

    def knock(self, door: Door, who: str, data: dict | None = None) -> HttpResponse:
        cache.clear()
        client = Client(raise_request_exception=False)
        client.cookies.load({key: morsel.value for key, morsel in self.cookies[who].items()})
        address = reverse(door.name, kwargs=door.kwargs(self.world))
        with transaction.atomic():
            if door.method == "POST":
                answer = client.post(address, {**AN_EMPTY_FORM, **(data or {})})
            else:
                answer = client.get(address)
            answer.text_of_it = b"".join(answer).decode(errors="replace")
            transaction.set_rollback(True)
        return answer


@pytest.fixture
def knocker(world) -> Knocker:
    return Knocker(world)


def word_for(answer: HttpResponse) -> str:
    """The status; "in" for being sent to the sign-in page."""
    to = answer.headers.get("Location", "")
    return "in" if to.startswith("/account/login/") else str(answer.status_code)


def test_every_address_has_a_row_and_every_row_an_address():
    rows = {door.name for door in DOORS + DEMO_DOORS}

    assert set(addresses(get_resolver())) ^ rows == set()


def test_no_door_stands_in_the_table_twice():
    seen = Counter((door.method, door.key) for door in DOORS)

    assert [key for key, count in seen.items() if count > 1] == []


def test_where_an_object_stands_in_the_address_others_have_knocked_too():
    assert [door.key for door in DOORS if bool(door.names_ours) != ("user2" in door.answers)] == []


@pytest.mark.parametrize("wing", WINGS)
def test_every_door_answers_as_the_table_says(wing, knocker):
    doors = [door for door in DOORS if door.wing == wing]

    answers = {
        f"{door.method} {door.key}": {
            who: word_for(knocker.knock(door, who)) for who in door.answers
        }
        for door in doors
    }

    assert answers == {f"{door.method} {door.key}": door.answers for door in doors}


def test_a_door_answers_to_no_method_that_has_no_row(knocker):
    rows = {(door.method, door.name) for door in DOORS}
    opened = {}
    for door in DOORS:
        other = Door("GET" if door.method == "POST" else "POST", door.key, {})
        if (other.method, other.name) in rows:
            continue
        for who in ("admin", "user", "operator"):
            answer = word_for(knocker.knock(other, who))
            if answer not in ("403", "404", "405"):
                opened[f"{other.method} {door.key} as {who}"] = answer

    assert opened == {}


def test_in_the_demo_its_pages_are_there(knocker, settings):
    settings.DEMO = True

    answers = {
        f"{door.method} {door.key}": {
            who: word_for(knocker.knock(door, who)) for who in door.answers
        }
        for door in DEMO_DOORS
    }

    assert answers == {f"{door.method} {door.key}": door.answers for door in DEMO_DOORS}


# ---------------------------------------------------------------- nothing leaks


def leaked(text: str) -> list[str]:
    return [name for name, secret in SECRETS.items() if secret in text]


STRANGERS = ("anyone", "finance", "admin2", "user2")
# Whose charges are whose, and why: that is all that finance reads of what is ours.
OF_MONEY = {"department", "user", "correction"}
MONEY = {"reports", "statements"}


def test_whoever_is_refused_reads_nothing_of_what_stands_there(knocker):
    told = {
        f"{door.method} {door.key} as {who}": words
        for door in DOORS
        for who in STRANGERS
        if door.answers.get(who) in ("403", "404", "in")
        if (words := leaked(knocker.knock(door, who).text_of_it))
    }

    assert told == {}


def test_no_page_of_another_department_shows_what_is_ours(knocker):
    told = {
        f"{door.key} as {who}": words
        for door in DOORS
        if door.method == "GET" and not door.names_ours
        for who in STRANGERS
        if (words := leaked(knocker.knock(door, who).text_of_it))
        if not (who == "finance" and door.wing in MONEY and OF_MONEY.issuperset(words))
    }

    assert told == {}


def test_every_secret_is_read_by_whoever_may(knocker):
    """Without this, the two tests before would pass with a world that holds nothing."""
    read = {
        name
        for door in DOORS
        if door.method == "GET"
        for who in ("admin", "user")
        for name in leaked(knocker.knock(door, who).text_of_it)
    }

    assert set(SECRETS) - read == set()


def test_the_admin_never_reads_what_is_personal(knocker):
    personal = {name for name in SECRETS if name.startswith("personal")} | {
        "draft",
        "reply",
        "talk",
        "note",
        "saved answer",
    }
    told = {
        door.key: words
        for door in DOORS
        if door.method == "GET"
        if (words := personal & set(leaked(knocker.knock(door, "admin").text_of_it)))
    }

    assert told == {}


# ---------------------------------------------------------------- the admin sends nothing

WAYS_TO_SEND = re.compile(r"^(compose|history):")


def test_the_admin_cannot_send_by_any_door(world, knocker):
    before = (Batch.objects.count(), Message.objects.count())
    body = {"action": "send", "numbers": "07700 900001", "message": "Hello", "sender": "alpha"}
    doors = [door for door in DOORS if door.method == "POST" and WAYS_TO_SEND.match(door.name)]

    answers = {door.key: word_for(knocker.knock(door, "admin", body)) for door in doors}

    assert set(answers.values()) == {"403"}
    assert (Batch.objects.count(), Message.objects.count()) == before
