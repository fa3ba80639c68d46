"""What there is to choose from when somebody asks for a report."""

import datetime as dt
import uuid

from django.db.models import Min

from accounts.people.models import Person
from billing.reports.access import ALL, DEPARTMENTS, OWN, Reach
from billing.reports.tables import Grouping
from billing.tariffs.queries import year_of
from billing.tariffs.years import FinancialYear
from billing.usage.models import ReceivedUsage, SentUsage

GROUPINGS: dict[str, tuple[Grouping, ...]] = {
    ALL: ("code", "department", "user", "month"),
    DEPARTMENTS: ("user", "month", "code"),
    OWN: ("month",),
}


def groupings(person: Person) -> tuple[Grouping, ...]:
    """The first one is what they see without asking."""
    return next(found for permission, found in GROUPINGS.items() if person.may(permission))


def years(today: dt.date) -> list[FinancialYear]:
    """From the first one in which anything was used to this one, which comes first."""
    firsts = [facts.objects.aggregate(on=Min("on"))["on"] for facts in (SentUsage, ReceivedUsage)]
    first = year_of(min([on for on in firsts if on], default=today))
    found = [year_of(today)]
    while found[-1] > first:
        found.append(found[-1].previous)
    return found


def person_within(uid: uuid.UUID, reach: Reach) -> Person | None:
    """A user of whom the reader may see the charges."""
    people = Person.objects.filter(uid=uid)
    if reach.department_id is not None:
        people = people.filter(department_id=reach.department_id)
    if reach.person_id is not None:
        people = people.filter(pk=reach.person_id)
    return people.first()
