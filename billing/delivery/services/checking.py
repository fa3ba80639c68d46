"""What is asked for, and whether it may be. Raises Refused."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from accounts.people.details import ADDRESS
from accounts.people.models import Person
from billing.delivery import periods, queries
from billing.delivery.models import DeliveryOrder, Kind, ReportState, What
from billing.delivery.periods import Often, Period
from smsportal.lib.errors import Refused

MOST_ADDRESSES = 10
MOST_WAITING = 5
MOST_COMING = 10


@dataclass(frozen=True)
class Wanted:
    """What stands on the form. period: None where it comes again."""

    what: What
    has_words: bool
    kind: Kind
    often: Often
    addresses: Sequence[str]
    period: Period | None = None
    is_confirmed: bool = False  # addresses outside the department are meant


def checked_period(wanted: Wanted, today: dt.date) -> Period:
    period = wanted.period
    if period is None:
        raise Refused("Choose the days that the report is about.", field="first_on")
    if period.first_on > period.last_on:
        raise Refused("The last day is before the first.", field="last_on")
    if period.first_on > today:
        raise Refused(
            "The first day is still to come: there is nothing to report.", field="first_on"
        )
    if (period.last_on - period.first_on).days >= periods.MOST_DAYS:
        raise Refused(
            "That is longer than two years. Ask for one year at a time.", field="first_on"
        )
    return period


def checked_addresses(wanted: Wanted, by: Person) -> list[str]:
    addresses = list({address.lower(): address for address in wanted.addresses}.values())
    if len(addresses) > MOST_ADDRESSES:
        raise Refused(
            f"{len(addresses)} addresses are too many: {MOST_ADDRESSES} at most.", field="to"
        )
    for address in addresses:
        if not ADDRESS.fullmatch(address) or len(address) > 254:
            raise Refused(
                f"{address[:80]} is not a whole email address: it needs a name, an @ and a domain.",
                field="to",
            )
    if wanted.often != Often.ONCE and not addresses:
        raise Refused("Give the address that is mailed each time.", field="to")
    if wanted.has_words:
        _refuse_for_words(addresses, by)
    elif not wanted.is_confirmed and (others := queries.strangers(by, addresses)):
        raise Refused(
            f"Nobody of your department has the address {others[0]}. Correct it, or tick that it "
            "may have the report.",
            field="to",
        )
    return addresses


def _refuse_for_words(addresses: Sequence[str], by: Person) -> None:
    readers = queries.may_read_words(DeliveryOrder(department_id=by.department_id, person=by))
    known = {email.lower() for email in readers.values_list("email", flat=True)}
    for address in addresses:
        if address.lower() not in known:
            who = "an administrator of your department" if len(known) > 1 else "you"
            raise Refused(
                f"A report with words and full numbers goes to {who} only, and {address} is "
                "another address. Leave it out, or leave the words out.",
                field="to",
            )


def refuse_too_many(wanted: Wanted, by: Person) -> None:
    waiting = queries.reports_of(by).filter(state=ReportState.WAITING).count()
    if wanted.often == Often.ONCE and waiting >= MOST_WAITING:
        raise Refused(f"{waiting} of your reports are still being made. Wait for one of them.")
    if wanted.often != Often.ONCE and queries.orders_of(by).count() >= MOST_COMING:
        raise Refused(f"{MOST_COMING} of your reports come again. Stop one of them first.")
