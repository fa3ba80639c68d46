"""A page to look at, in the state that is worth a look."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from playwright.sync_api import Page

from accounts.people.models import Person
from messaging.repeats.models import Repeat
from messaging.sending.models import Batch

USER, ADMIN, OPERATOR, FINANCE = "phys0077", "phys0077admin", "operator", "finance"
# Known here only: the database of pictures and of tests is thrown away.
PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Sight:
    """`address` is read when the page is opened; `act` then does what a person would do there."""

    name: str  # of the picture
    who: str  # username; "" for nobody signed in
    address: Callable[[], str]
    act: Callable[[Page], object] | None = None


def at(url_name: str, query: str = "", **kwargs: Callable[[], object]) -> Callable[[], str]:
    """The address of a URL name; what stands in it is looked up when it is needed."""

    def address() -> str:
        found = {name: look_up() for name, look_up in kwargs.items()}
        return reverse(url_name, kwargs=found) + query

    return address


def person(username: str) -> Person:
    return Person.objects.select_related("department").get(username=username)


def uid_of(username: str) -> Callable[[], object]:
    return lambda: person(username).uid


def batch(**filters: object) -> Callable[[], object]:
    """The newest message of the user of that kind."""
    return lambda: Batch.objects.filter(person__username=USER, **filters).latest("accepted_at").uid


def repeat(state: str) -> Callable[[], object]:
    """The newest of the user's repeating messages that are in that state."""
    mine = Repeat.objects.filter(person__username=USER, state=state)
    return lambda: mine.latest("pk").uid


def press(button: str) -> Callable[[Page], None]:
    return lambda page: press_on(page, button)


def press_on(page: Page, button: str) -> None:
    """Press a button that leads to another page, or to this one again."""
    # A change of the address by htmx is a navigation too; only a new page loads.
    with page.expect_event("load"):
        page.get_by_role("button", name=button).first.click()
